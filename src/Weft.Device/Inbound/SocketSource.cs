using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Receives from one socket in batches: each runs to its end before the next is looked for. The packet thread's; whoever makes
/// it disposes it once that thread has let it go, and the socket after it.
/// </summary>
sealed class SocketSource(UdpSocket socket, InboundPath path, TunSink sink, ControlWake wake, ILogger logger)
    : IDisposable
{
    /// <summary>Messages of one call; each may hold dozens of datagrams.</summary>
    const int Slots = 16;

    /// <summary>
    /// Calls and bytes of one batch: as much as is read off the TUN in one. Where the network card joins nothing, one call
    /// would bring a tenth of what goes the other way meanwhile.
    /// </summary>
    const int MaxCalls = 4;
    const int MaxBytes = 256 << 10;

    /// <summary>After a failure to receive, so that one that stays does not take a core.</summary>
    const int RetryMilliseconds = 100;

    readonly ReceiveBatch _batch = new(Slots);
    bool _hasFailed;

    /// <summary>Readable when a datagram waits.</summary>
    public Descriptor Descriptor => socket.Descriptor;

    /// <summary>Takes what is there until the batch is full. Waits only after a failure to receive.</summary>
    public void TakeBatch()
    {
        int count = Slots;
        int bytes = 0;
        for (int calls = 0; calls < MaxCalls && bytes < MaxBytes && count == Slots; calls++)
        {
            if (!_batch.TryReceive(socket, out count))
            {
                Pause();
                return;
            }
            _hasFailed = false;
            bytes += Process(count);
        }
    }

    public void Dispose() => _batch.Dispose();

    /// <summary>Returns the bytes of these messages.</summary>
    int Process(int count)
    {
        int bytes = 0;
        Instant now = DeviceClock.Now;
        path.Offloads = sink.Offloads;
        bool wanted = false;
        for (int i = 0; i < count; i++)
        {
            ReceivedMessage message = _batch[i];
            bytes += message.Length;
            wanted |= path.Take(now, _batch.Buffer, in message);
        }
        path.Flush(_batch.Buffer);
        if (wanted)
            wake.Signal();
        return bytes;
    }

    void Pause()
    {
        if (!_hasFailed)
            Log.ReceiveFailed(logger, socket.IsIPv6 ? "IPv6" : "IPv4");
        _hasFailed = true;
        Thread.Sleep(RetryMilliseconds);
    }
}

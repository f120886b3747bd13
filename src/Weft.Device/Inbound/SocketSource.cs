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

    readonly ReceiveBatch _batch = new(Slots);
    readonly FloodGuard _guard = new(socket, logger);
    bool _hasFailed;

    /// <summary>Readable when a datagram waits.</summary>
    public Descriptor Descriptor => socket.Descriptor;

    /// <summary>Takes what is there until the batch is full. Does not wait. False when receiving failed: try again later.</summary>
    public bool TakeBatch(Instant now)
    {
        int count = Slots;
        int bytes = 0;
        for (int calls = 0; calls < MaxCalls && bytes < MaxBytes && count == Slots; calls++)
        {
            if (!_batch.TryReceive(socket, out count))
            {
                if (!_hasFailed)
                    Log.ReceiveFailed(logger, socket.IsIPv6 ? "IPv6" : "IPv4");
                _hasFailed = true;
                return false;
            }
            _hasFailed = false;
            bytes += Process(now, count);
        }
        return true;
    }

    public void Dispose()
    {
        _guard.Dispose();
        _batch.Dispose();
    }

    /// <summary>Returns the bytes of these messages.</summary>
    int Process(Instant now, int count)
    {
        int bytes = 0;
        path.Offloads = sink.Offloads;
        bool wanted = false;
        for (int i = 0; i < count; i++)
        {
            ReceivedMessage message = _batch[i];
            bytes += message.Length;
            wanted |= path.Take(now, _batch.Buffer, in message);
        }
        path.Flush(_batch.Buffer);
        _guard.Count(now, path.TakeSurplus());
        if (wanted)
            wake.Signal();
        return bytes;
    }
}

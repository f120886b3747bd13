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
    /// <summary>Messages of one batch; each may hold dozens of datagrams.</summary>
    const int Slots = 16;

    /// <summary>After a failure to receive, so that one that stays does not take a core.</summary>
    const int RetryMilliseconds = 100;

    readonly ReceiveBatch _batch = new(Slots);
    bool _hasFailed;

    /// <summary>Readable when a datagram waits.</summary>
    public Descriptor Descriptor => socket.Descriptor;

    /// <summary>Takes what is there until the batch is full. Waits only after a failure to receive.</summary>
    public void TakeBatch()
    {
        if (!_batch.TryReceive(socket, out int count))
        {
            Pause();
            return;
        }
        _hasFailed = false;
        Process(count);
    }

    public void Dispose() => _batch.Dispose();

    void Process(int count)
    {
        Instant now = DeviceClock.Now;
        path.Offloads = sink.Offloads;
        bool wanted = false;
        for (int i = 0; i < count; i++)
            wanted |= path.Take(now, _batch.Buffer, _batch[i]);
        path.Flush(_batch.Buffer);
        if (wanted)
            wake.Signal();
    }

    void Pause()
    {
        if (!_hasFailed)
            Log.ReceiveFailed(logger, socket.IsIPv6 ? "IPv6" : "IPv4");
        _hasFailed = true;
        Thread.Sleep(RetryMilliseconds);
    }
}

using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>The thread that reads the TUN, in batches: all that is there is read and sealed before anything is waited for.</summary>
sealed class OutboundLoop : IDisposable
{
    /// <summary>The largest packet that a TUN hands over: all of IPv6's payload.</summary>
    public const int LongestPacket = ushort.MaxValue + TransportOffsets.V6HeaderLength;

    /// <summary>Reads of one batch: beyond that, what was read first waits too long.</summary>
    const int MaxReads = 64;

    readonly TunDevice _tun;
    readonly OutboundPath _path;
    readonly ControlWake _wake;
    readonly SleepDetector _sleep;
    readonly ILogger _logger;
    readonly EventCounter _stop = new();
    readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(VirtioNetHeader.Size + LongestPacket, pinned: true);
    readonly Thread _thread;
    bool _stopping;

    public OutboundLoop(TunDevice tun, OutboundPath path, ControlWake wake, SleepDetector sleep, ILogger logger)
    {
        _tun = tun;
        _path = path;
        _wake = wake;
        _sleep = sleep;
        _logger = logger;
        _thread = new Thread(Run) { Name = "tun-to-udp", IsBackground = true };
    }

    public void Start() => _thread.Start();

    /// <summary>Stops the thread and waits for it.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stopping, true);
        _stop.Signal();
        if (_thread.IsAlive)
            _thread.Join();
        _stop.Dispose();
    }

    void Run()
    {
        try
        {
            using Poller poller = new(_tun.Descriptor, _stop.Descriptor);
            while (poller.Wait(milliseconds: -1) && !poller.IsReady(1))
            {
                if (!_wake.WaitUntilAwake(_sleep, in _stopping))
                    return;
                if (!ProcessBatch())
                {
                    _wake.End("the interface was deleted");
                    return;
                }
            }
        }
        catch (Exception e)
        {
            // Nothing may escape a thread's entry.
            Log.ThreadFailed(_logger, "tun-to-udp", e);
            _wake.Fail();
        }
    }

    /// <summary>Reads until nothing is left or the batch is full, then sends. False when the TUN is no more.</summary>
    bool ProcessBatch()
    {
        Instant now = DeviceClock.Now;
        bool wake = false;
        TunStatus status = TunStatus.Done;
        for (int reads = 0; reads < MaxReads && status == TunStatus.Done; reads++)
        {
            status = _tun.Read(_buffer, out int length);
            if (status == TunStatus.Done && length > VirtioNetHeader.Size)
                wake |= _path.Take(now, VirtioNetHeader.Read(_buffer), _buffer.AsSpan()[VirtioNetHeader.Size..length]);
        }
        wake |= _path.Flush(now);
        if (wake)
            _wake.Signal();
        return status != TunStatus.Gone;
    }
}

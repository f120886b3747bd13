using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>The thread that receives from one socket, in batches: each runs to its end before the next is waited for.</summary>
sealed class InboundLoop
{
    /// <summary>Messages of one batch; each may hold dozens of datagrams.</summary>
    const int Slots = 16;

    /// <summary>After a failure to receive, so that one that stays does not take a core.</summary>
    const int RetryMilliseconds = 100;

    readonly UdpSocket _socket;
    readonly InboundPath _path;
    readonly TunSink _sink;
    readonly ControlWake _wake;
    readonly SleepDetector _sleep;
    readonly ILogger _logger;
    readonly Thread _thread;
    bool _stopping;
    bool _hasFailed;

    public InboundLoop(
        UdpSocket socket,
        InboundPath path,
        TunSink sink,
        ControlWake wake,
        SleepDetector sleep,
        ILogger logger
    )
    {
        _socket = socket;
        _path = path;
        _sink = sink;
        _wake = wake;
        _sleep = sleep;
        _logger = logger;
        _thread = new Thread(Run) { Name = socket.IsIPv6 ? "udp6-to-tun" : "udp4-to-tun", IsBackground = true };
    }

    bool IsStopping => Volatile.Read(ref _stopping);

    public void Start() => _thread.Start();

    /// <summary>Asks the thread to end; its socket is then shut down and disposed by whoever owns it.</summary>
    public void Stop() => Volatile.Write(ref _stopping, true);

    /// <summary>Waits for the thread.</summary>
    public void Join()
    {
        if (_thread.IsAlive)
            _thread.Join();
    }

    void Run()
    {
        try
        {
            using ReceiveBatch batch = new(Slots);
            while (!IsStopping)
            {
                int count = batch.Receive(_socket);
                if (IsStopping)
                    return;
                if (count == 0)
                {
                    Pause();
                    continue;
                }
                _hasFailed = false;
                if (!_wake.WaitUntilAwake(_sleep, in _stopping))
                    return;
                Process(batch, count);
            }
        }
        catch (ObjectDisposedException) when (IsStopping)
        {
            // The socket was closed while the thread was on its way to it.
        }
        catch (Exception e)
        {
            // Nothing may escape a thread's entry.
            Log.ThreadFailed(_logger, _thread.Name!, e);
            _wake.Fail();
        }
    }

    void Process(ReceiveBatch batch, int count)
    {
        Instant now = DeviceClock.Now;
        _path.Offloads = _sink.Offloads;
        bool wake = false;
        for (int i = 0; i < count; i++)
            wake |= _path.Take(now, batch.Buffer, batch[i]);
        _path.Flush(batch.Buffer);
        if (wake)
            _wake.Signal();
    }

    void Pause()
    {
        if (!_hasFailed)
            Log.ReceiveFailed(_logger, _socket.IsIPv6 ? "IPv6" : "IPv4");
        _hasFailed = true;
        Thread.Sleep(RetryMilliseconds);
    }
}

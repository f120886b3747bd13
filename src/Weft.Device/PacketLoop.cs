using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// The packet thread: waits for the TUN and the sockets at once, and carries what comes to its end before it waits again. One
/// thread for both ways, so that an answer needs no other thread's waking: a packet written to the TUN may be answered
/// within the same call, and the answer is read next. The device host owns it.
/// </summary>
sealed class PacketLoop : IDisposable
{
    /// <summary>How long a socket rests after a failure to receive, so that one that stays does not take a core.</summary>
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Three times the share of a program, where there are not enough processors: a busy router's tunnel stays quick. The
    /// kernel would carry packets before any program gets its turn; this leaves enough to find out who sends so many.
    /// </summary>
    const int Nice = -5;

    readonly TunSource _tun;
    readonly ControlWake _wake;
    readonly SleepDetector _sleep;
    readonly Manners _manners;
    readonly ILogger _logger;
    readonly EventCounter _news = new();
    readonly Thread _thread;

    /// <summary>Guards what follows, and is pulsed when the thread has taken it.</summary>
    readonly object _gate = new();
    SocketSource[] _sockets = [];

    /// <summary>Sockets to change to, or the end.</summary>
    bool _isNews;
    bool _isEnding;
    bool _isRunning;

    public PacketLoop(TunSource tun, ControlWake wake, SleepDetector sleep, Manners manners, ILogger logger)
    {
        _tun = tun;
        _wake = wake;
        _sleep = sleep;
        _manners = manners;
        _logger = logger;
        _thread = new Thread(Run) { Name = "packets", IsBackground = true };
    }

    public void Start()
    {
        _isRunning = true;
        _thread.Start();
    }

    /// <summary>Receives from these sockets instead of those before, which are out of use when this returns. Not the packet thread.</summary>
    public void ReceiveFrom(SocketSource[] sockets)
    {
        lock (_gate)
        {
            _sockets = sockets;
            _isNews = true;
            _news.Signal();
            while (_isNews && _isRunning)
                Monitor.Wait(_gate);
        }
    }

    /// <summary>Stops the thread and waits for it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            _isNews = true;
        }
        _news.Signal();
        if (_thread.IsAlive)
            _thread.Join();
        _news.Dispose();
    }

    void Run()
    {
        // Where that is not permitted it shares like everybody else.
        _ = Processors.TrySetNice(Nice);
        try
        {
            while (TryTakeNews(out SocketSource[] sockets))
            {
                if (Serve(sockets))
                    continue;
                _wake.End("the interface was deleted");
                return;
            }
        }
        catch (Exception e)
        {
            // Nothing may escape a thread's entry.
            Log.ThreadFailed(_logger, _thread.Name!, e);
            _wake.Fail();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Which sockets to receive from now. False when the thread is to end.</summary>
    bool TryTakeNews(out SocketSource[] sockets)
    {
        lock (_gate)
        {
            _news.Reset();
            sockets = _sockets;
            _isNews = false;
            Monitor.PulseAll(_gate);
            return !_isEnding;
        }
    }

    /// <summary>Carries packets until there is news. False when the TUN is no more.</summary>
    bool Serve(SocketSource[] sockets)
    {
        using Poller poller = new([_news.Descriptor, _tun.Descriptor, .. sockets.Select(socket => socket.Descriptor)]);
        Instant? restEnds = null;
        while (true)
        {
            poller.Wait(restEnds is null ? -1 : (int)Rest.TotalMilliseconds);
            if (poller.IsReady(0) || !_wake.WaitUntilAwake(_sleep, in _isNews))
                return true;
            Instant now = DeviceClock.Now;
            _manners.Look(now);
            if (restEnds is { } end && now >= end)
            {
                poller.WatchAll();
                restEnds = null;
            }
            for (int i = 0; i < sockets.Length; i++)
            {
                if (poller.IsReady(i + 2) && !sockets[i].TakeBatch(now))
                {
                    poller.Ignore(i + 2);
                    restEnds = now + Rest;
                }
            }
            // Whether it was ready or not: it may have become so meanwhile.
            if (!_tun.TakeBatch(now))
                return false;
        }
    }

    /// <summary>Nobody waits for a thread that is no more.</summary>
    void Leave()
    {
        lock (_gate)
        {
            _isRunning = false;
            Monitor.PulseAll(_gate);
        }
    }
}

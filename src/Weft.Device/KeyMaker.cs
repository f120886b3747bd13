using Microsoft.Extensions.Logging;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// The thread that makes ephemeral keys ahead while handshakes queue up, so that a rush of them has two processors to be
/// answered on. It sleeps otherwise, and wipes what a rush left over a second after its end. The device host owns it.
/// </summary>
sealed class KeyMaker : IDisposable
{
    /// <summary>Handshakes that have to wait for it to be worth it.</summary>
    const int Rush = 8;

    static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    readonly EphemeralKeys _keys;
    readonly ControlWake _wake;
    readonly ILogger _logger;
    readonly AutoResetEvent _called = new(initialState: false);
    readonly Thread _thread;
    volatile bool _stopping;

    public KeyMaker(EphemeralKeys keys, ControlWake wake, ILogger logger)
    {
        _keys = keys;
        _wake = wake;
        _logger = logger;
        _thread = new Thread(Run) { Name = "key-maker", IsBackground = true };
    }

    public void Start() => _thread.Start();

    /// <summary>The control thread's: tells how many handshakes wait.</summary>
    public void Look(int queued)
    {
        if (queued >= Rush && _keys.Count < EphemeralKeys.Capacity / 2)
            _called.Set();
    }

    /// <summary>Stops the thread and waits for it; no key is left.</summary>
    public void Dispose()
    {
        _stopping = true;
        _called.Set();
        if (_thread.IsAlive)
            _thread.Join();
        _keys.Clear();
        _called.Dispose();
    }

    void Run()
    {
        try
        {
            while (!_stopping)
            {
                bool isCalled = _keys.Count == 0 ? _called.WaitOne() : _called.WaitOne(s_rest);
                if (isCalled && !_stopping)
                    _keys.MakeAhead();
                else
                    _keys.Clear();
            }
        }
        catch (Exception e)
        {
            // Nothing may escape a thread's entry.
            Log.ThreadFailed(_logger, _thread.Name!, e);
            _wake.Fail();
        }
    }
}

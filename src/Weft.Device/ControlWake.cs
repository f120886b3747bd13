using Weft.Linux;

namespace Weft.Device;

/// <summary>
/// How other threads reach the control thread: to look at the node, or to end the device. Any thread; the device host owns
/// it.
/// </summary>
sealed class ControlWake : IDisposable
{
    readonly EventCounter _event = new();
    int _signalled;
    volatile string? _endReason;

    /// <summary>Readable from a signal to <see cref="Reset"/>.</summary>
    public Descriptor Descriptor => _event.Descriptor;

    /// <summary>Why the device is to end; null while it is to go on.</summary>
    public string? EndReason => _endReason;

    /// <summary>A broken invariant, and not somebody's wish, ends the device.</summary>
    public bool IsFailure { get; private set; }

    /// <summary>Has the control thread look at the node. One system call however many ask before it looks.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
            _event.Signal();
    }

    /// <summary>
    /// For the packet thread: returns when no session is left from before the machine slept, mostly at once. False when it
    /// is to stop instead. It must not wait for the node's gate: whoever stops it may hold that.
    /// </summary>
    public bool WaitUntilAwake(SleepDetector sleep, ref readonly bool stopping)
    {
        while (sleep.HasSlept)
        {
            if (Volatile.Read(in stopping))
                return false;
            Signal();
            Thread.Sleep(1);
        }
        return true;
    }

    public void End(string reason)
    {
        _endReason ??= reason;
        _event.Signal();
    }

    public void Fail()
    {
        IsFailure = true;
        End("a thread failed");
    }

    /// <summary>The control thread is about to look.</summary>
    public void Reset()
    {
        _event.Reset();
        Volatile.Write(ref _signalled, 0);
        Interlocked.MemoryBarrier();
    }

    public void Dispose() => _event.Dispose();
}

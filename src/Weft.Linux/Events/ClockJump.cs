using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// Wakes a thread that waits in a <see cref="Poller"/> when the time of day is set, which it also is when the machine has
/// slept (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). One thread; its maker disposes it.
/// </summary>
public sealed unsafe class ClockJump : IDisposable
{
    /// <exception cref="KernelRefusedException">No descriptor is left.</exception>
    public ClockJump()
    {
        Descriptor = SysTimerfd.Create(Time.CLOCK_REALTIME);
        // A moment that no clock of today reaches. It is watched also if the time was set during this very call (ECANCELED).
        itimerspec value = new() { it_value = new timespec { tv_sec = int.MaxValue } };
        const int flags = SysTimerfd.TFD_TIMER_ABSTIME | SysTimerfd.TFD_TIMER_CANCEL_ON_SET;
        _ = SysTimerfd.timerfd_settime(Descriptor, flags, &value, null);
    }

    /// <summary>Readable after a jump, until <see cref="Reset"/>.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>It is known; the next one wakes again.</summary>
    public void Reset()
    {
        ulong value;
        _ = Unistd.read(Descriptor, (byte*)&value, sizeof(ulong));
    }

    public void Dispose() => Descriptor.Dispose();
}

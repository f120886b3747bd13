using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// Wakes a thread that waits in a <see cref="Poller"/> at a moment (timerfd(2)). Its clock runs on while the machine sleeps,
/// which a poll's own does not: what fell due meanwhile wakes the thread as soon as the machine is awake. One thread; its
/// maker disposes it.
/// </summary>
public sealed unsafe class Alarm : IDisposable
{
    /// <exception cref="KernelRefusedException">No descriptor is left.</exception>
    public Alarm() => Descriptor = SysTimerfd.Create(Time.CLOCK_BOOTTIME);

    /// <summary>Readable from the moment that was set, until another is.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>Sets the moment in place of the one before.</summary>
    /// <param name="nanoseconds">As <see cref="Clocks.BootNanoseconds"/> counts; null for never.</param>
    public void Set(long? nanoseconds)
    {
        // All zero would stand for never.
        long at = nanoseconds is { } moment ? Math.Max(moment, 1) : 0;
        timespec time = new() { tv_sec = (nint)(at / 1_000_000_000), tv_nsec = (nint)(at % 1_000_000_000) };
        itimerspec value = new() { it_value = time };
        SystemCall.Check(
            SysTimerfd.timerfd_settime(Descriptor, SysTimerfd.TFD_TIMER_ABSTIME, &value, null),
            "timerfd_settime",
            "for waking"
        );
    }

    public void Dispose() => Descriptor.Dispose();
}

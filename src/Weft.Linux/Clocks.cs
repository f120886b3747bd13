using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>The kernel's clocks that the class library does not offer. Any thread; no allocation.</summary>
public static unsafe class Clocks
{
    /// <summary>Nanoseconds since the machine was started, the time it slept included (CLOCK_BOOTTIME).</summary>
    public static long BootNanoseconds => Nanoseconds(Time.CLOCK_BOOTTIME);

    /// <summary>
    /// How long the machine has slept since it was started: CLOCK_BOOTTIME ran on meanwhile, CLOCK_MONOTONIC did not. Too
    /// little by as much as a thread was kept waiting between the two, never too much.
    /// </summary>
    public static TimeSpan Asleep
    {
        get
        {
            long boot = Nanoseconds(Time.CLOCK_BOOTTIME);
            return TimeSpan.FromTicks((boot - Nanoseconds(Time.CLOCK_MONOTONIC)) / TimeSpan.NanosecondsPerTick);
        }
    }

    /// <summary>The time of day, since 1970 UTC.</summary>
    public static (long Seconds, uint Nanoseconds) WallTime
    {
        get
        {
            timespec time;
            _ = Time.clock_gettime(Time.CLOCK_REALTIME, &time);
            return (time.tv_sec, (uint)time.tv_nsec);
        }
    }

    /// <summary>Somebody keeps the time of day right (NTP, or whoever else disciplines the kernel's clock).</summary>
    public static bool IsSynchronized
    {
        get
        {
            // All zero it asks, and changes nothing.
            byte* question = stackalloc byte[SysTimex.Length];
            new Span<byte>(question, SysTimex.Length).Clear();
            int state = SysTimex.adjtimex(question);
            return state is >= 0 and not SysTimex.TIME_ERROR;
        }
    }

    /// <summary>Sets the time of day, for the whole machine.</summary>
    /// <param name="seconds">Since 1970 UTC.</param>
    /// <exception cref="KernelRefusedException">It takes CAP_SYS_TIME.</exception>
    public static void SetWallTime(long seconds)
    {
        timespec time = new() { tv_sec = (nint)seconds };
        SystemCall.Check(Time.clock_settime(Time.CLOCK_REALTIME, &time), "clock_settime", "the system's clock");
    }

    static long Nanoseconds(int clock)
    {
        timespec time;
        _ = Time.clock_gettime(clock, &time);
        return time.tv_sec * 1_000_000_000L + time.tv_nsec;
    }
}

using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>The kernel's clocks that the class library does not offer. Any thread; no allocation.</summary>
public static unsafe class Clocks
{
    /// <summary>Nanoseconds since the machine was started, the time it slept included (CLOCK_BOOTTIME).</summary>
    public static long BootNanoseconds
    {
        get
        {
            timespec time;
            _ = Time.clock_gettime(Time.CLOCK_BOOTTIME, &time);
            return time.tv_sec * 1_000_000_000L + time.tv_nsec;
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
}

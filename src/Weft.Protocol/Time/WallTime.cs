namespace Weft.Protocol;

/// <summary>The time of day, for handshake timestamps and reports only: it may jump either way.</summary>
/// <param name="Seconds">Since 1970 UTC.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
public readonly record struct WallTime(long Seconds, uint Nanoseconds) : IComparable<WallTime>
{
    const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Both zero stands for "never".</summary>
    public bool IsNever => this == default;

    /// <summary>The wall time <paramref name="nanoseconds"/> before this one.</summary>
    public WallTime Before(long nanoseconds)
    {
        long seconds = Seconds - nanoseconds / NanosecondsPerSecond;
        long rest = Nanoseconds - nanoseconds % NanosecondsPerSecond;
        if (rest < 0)
            return new WallTime(seconds - 1, (uint)(rest + NanosecondsPerSecond));
        return rest >= NanosecondsPerSecond
            ? new WallTime(seconds + 1, (uint)(rest - NanosecondsPerSecond))
            : new WallTime(seconds, (uint)rest);
    }

    public int CompareTo(WallTime other) =>
        Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);

    public static bool operator <(WallTime left, WallTime right) => left.CompareTo(right) < 0;

    public static bool operator >(WallTime left, WallTime right) => left.CompareTo(right) > 0;

    public static bool operator <=(WallTime left, WallTime right) => left.CompareTo(right) <= 0;

    public static bool operator >=(WallTime left, WallTime right) => left.CompareTo(right) >= 0;
}

namespace Weft.Protocol;

/// <summary>
/// A moment on a clock that never goes back and also runs while the machine sleeps (CLOCK_BOOTTIME). Packet loops read
/// their clock once per batch and pass it down.
/// </summary>
/// <param name="Nanoseconds">Since any fixed moment.</param>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>Later than every moment; the deadline of what is not due.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    public static Instant operator +(Instant left, TimeSpan right) =>
        new(left.Nanoseconds + right.Ticks * TimeSpan.NanosecondsPerTick);

    public static TimeSpan operator -(Instant left, Instant right) =>
        new((left.Nanoseconds - right.Nanoseconds) / TimeSpan.NanosecondsPerTick);

    public static bool operator <(Instant left, Instant right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(Instant left, Instant right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(Instant left, Instant right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(Instant left, Instant right) => left.Nanoseconds >= right.Nanoseconds;

    public static Instant Add(Instant left, TimeSpan right) => left + right;

    public static TimeSpan Subtract(Instant left, Instant right) => left - right;

    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);
}

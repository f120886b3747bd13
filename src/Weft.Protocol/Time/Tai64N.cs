using System.Buffers.Binary;

namespace Weft.Protocol;

/// <summary>
/// The timestamp of an initiation (paper section 5.4.2): TAI64N, 12 bytes big-endian on the wire. Order is all that its
/// reader looks at.
/// </summary>
readonly record struct Tai64N(ulong Seconds, uint Nanoseconds) : IComparable<Tai64N>
{
    internal const int Length = 12;

    /// <summary>1970 in TAI64: 2^62, and the ten seconds by which TAI was ahead then.</summary>
    const ulong UnixEpoch = 0x4000_0000_0000_000a;

    /// <summary>Nanoseconds are sent in steps of 2^24 (16.8 ms), so that they tell nothing of the sender's load.</summary>
    const uint NanosecondStep = 1 << 24;

    internal static Tai64N From(WallTime time) =>
        new(UnixEpoch + (ulong)time.Seconds, time.Nanoseconds & ~(NanosecondStep - 1));

    /// <summary>The next value that can be sent after this one.</summary>
    internal Tai64N Next()
    {
        uint next = (Nanoseconds & ~(NanosecondStep - 1)) + NanosecondStep;
        return next < 1_000_000_000 ? new Tai64N(Seconds, next) : new Tai64N(Seconds + 1, 0);
    }

    /// <summary>What a person would call this time; null when no calendar of ours goes so far.</summary>
    internal DateTimeOffset? ToUnixTime()
    {
        if (Seconds < UnixEpoch || Seconds - UnixEpoch > (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return null;
        return DateTimeOffset.FromUnixTimeSeconds((long)(Seconds - UnixEpoch)).AddTicks(Nanoseconds / 100);
    }

    internal static Tai64N Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[8..Length]));

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Seconds);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..Length], Nanoseconds);
    }

    public int CompareTo(Tai64N other) =>
        Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);

    public static bool operator <(Tai64N left, Tai64N right) => left.CompareTo(right) < 0;

    public static bool operator >(Tai64N left, Tai64N right) => left.CompareTo(right) > 0;

    public static bool operator <=(Tai64N left, Tai64N right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Tai64N left, Tai64N right) => left.CompareTo(right) >= 0;
}

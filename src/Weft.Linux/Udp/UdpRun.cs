namespace Weft.Linux;

/// <summary>
/// Datagrams for one place that stand one behind the other in a buffer: all of <paramref name="SegmentSize"/> bytes, the
/// last one of at most as many. The kernel takes them as one and cuts them late (UDP_SEGMENT, udp(7)).
/// </summary>
/// <param name="Offset">Where the first one starts.</param>
/// <param name="Length">Bytes of all of them; at most <see cref="MaxLength"/>.</param>
/// <param name="Source">Local address to send from, as in <see cref="UdpAddress.Address"/>; 0 lets the system choose.</param>
/// <param name="TrafficClass">The whole TOS or traffic-class byte.</param>
/// <param name="HopLimit">TTL or hop limit; 0 lets the system choose.</param>
public readonly record struct UdpRun(
    int Offset,
    int Length,
    int SegmentSize,
    UdpAddress To,
    UInt128 Source,
    byte TrafficClass,
    byte HopLimit = 0
)
{
    /// <summary>Segments in one run: what every kernel with UDP_SEGMENT takes (UDP_MAX_SEGMENTS was 64 first).</summary>
    public const int MaxSegments = 64;

    /// <summary>Bytes in one run: the largest UDP payload over IPv4; IPv6 has room for a little more.</summary>
    public const int MaxLength = 65507;

    public int Segments => (Length + SegmentSize - 1) / SegmentSize;
}

/// <summary>How sending ended.</summary>
public enum UdpStatus
{
    Sent,

    /// <summary>EINVAL: the source address is gone, the target is no address to send to, or the kernel does not segment after all.</summary>
    Invalid,

    /// <summary>EIO, EOPNOTSUPP: the way out cannot take segmented datagrams.</summary>
    SegmentationRefused,

    /// <summary>EMSGSIZE: a segment is larger than the way allows.</summary>
    TooLong,

    /// <summary>ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL: no route or no address, which may be the source address's fault.</summary>
    Unreachable,

    /// <summary>No buffer, a firewall: the datagrams are lost, as datagrams may be.</summary>
    Lost,
}

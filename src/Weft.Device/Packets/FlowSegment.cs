using System.Buffers.Binary;
using System.Runtime.InteropServices;
using static Weft.Device.TransportOffsets;

namespace Weft.Device;

/// <summary>
/// An opened packet seen as a segment of a TCP or UDP flow: the headers that decide whether two of them may become one. A
/// view; only <see cref="TryRead"/> makes one, so all of it is in bounds.
/// </summary>
readonly ref struct FlowSegment
{
    readonly ReadOnlySpan<byte> _packet;
    readonly int _transport;

    FlowSegment(ReadOnlySpan<byte> packet, int transport, byte protocol, int headerLength)
    {
        _packet = packet;
        _transport = transport;
        Protocol = protocol;
        HeaderLength = headerLength;
    }

    public byte Protocol { get; }

    /// <summary>Of IP and transport.</summary>
    public int HeaderLength { get; }

    public int TransportStart => _transport;

    public bool IsIPv6 => _transport == V6HeaderLength;

    public int PayloadLength => _packet.Length - HeaderLength;

    ReadOnlySpan<byte> Transport => _packet[_transport..];

    /// <summary>Source and destination address, then source and destination port, as far as they stand together.</summary>
    public ReadOnlySpan<byte> Addresses =>
        IsIPv6 ? _packet.Slice(V6Addresses, V6AddressesLength) : _packet.Slice(V4Addresses, V4AddressesLength);

    public uint Ports => MemoryMarshal.Read<uint>(Transport);

    /// <summary>Of TCP.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(Transport[TcpSequence..]);

    /// <summary>Of TCP.</summary>
    public byte Flags => Transport[TcpFlags];

    /// <summary>
    /// Reads a packet whose flow can be told: TCP or UDP right behind a plain IPv4 header or an IPv6 header, not a fragment,
    /// complete.
    /// </summary>
    /// <param name="packet">Exactly one IP packet, without padding.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, out FlowSegment segment)
    {
        segment = default;
        if (packet.Length < V4HeaderLength)
            return false;
        int transport;
        byte protocol;
        if (packet[0] == 0x45)
        {
            const ushort moreFragmentsAndOffset = 0x3FFF;
            if ((BinaryPrimitives.ReadUInt16BigEndian(packet[V4Fragment..]) & moreFragmentsAndOffset) != 0)
                return false;
            transport = V4HeaderLength;
            protocol = packet[V4Protocol];
        }
        else if (packet[0] >> 4 == 6 && packet.Length >= V6HeaderLength)
        {
            transport = V6HeaderLength;
            protocol = packet[V6NextHeader];
        }
        else
            return false;
        int header = TransportHeaderLength(packet[transport..], protocol);
        if (header == 0)
            return false;
        segment = new FlowSegment(packet, transport, protocol, transport + header);
        return true;
    }

    /// <summary>
    /// Whether the segment may be part of a super-packet at all: it carries data, nothing but ACK and PSH is flagged (so
    /// no ECE or CWR, whose places matter), and the IP and transport checksums are right, since joining writes new ones.
    /// </summary>
    public bool MayMerge()
    {
        if (PayloadLength == 0)
            return false;
        if (Protocol == Tcp)
        {
            if ((Flags & ~TcpPush) != TcpAck)
                return false;
        }
        else if (!IsPlainUdp())
            return false;
        if (!IsIPv6 && !InternetChecksum.IsValid(InternetChecksum.Add(0, _packet[..V4HeaderLength])))
            return false;
        ulong sum = InternetChecksum.PseudoHeader(Addresses, Protocol, _packet.Length - _transport);
        return InternetChecksum.IsValid(InternetChecksum.Add(sum, Transport));
    }

    public bool IsSameFlow(in FlowSegment other) =>
        Protocol == other.Protocol
        && Ports == other.Ports
        && _transport == other._transport
        && Addresses.SequenceEqual(other.Addresses);

    /// <summary>Whether all else in the headers is such that segments cut from one super-packet could have it.</summary>
    /// <param name="first">The super-packet's first segment, of the same flow.</param>
    /// <param name="index">The place that this segment would take.</param>
    public bool HeadersContinue(in FlowSegment first, int index) =>
        HeaderLength == first.HeaderLength
        && (IsIPv6 ? NetworkContinuesV6(in first) : NetworkContinuesV4(in first, index))
        && (Protocol != Tcp || TcpContinues(in first));

    static int TransportHeaderLength(ReadOnlySpan<byte> transport, byte protocol)
    {
        switch (protocol)
        {
            case Tcp when transport.Length >= TcpHeaderLength:
                int length = (transport[TcpDataOffset] >> 4) * 4;
                return length >= TcpHeaderLength && length <= transport.Length ? length : 0;
            case Udp when transport.Length >= UdpHeaderLength:
                return UdpHeaderLength;
            default:
                return 0;
        }
    }

    // Without a checksum nothing says that the data is right, and a length that is not the packet's hides data behind it.
    bool IsPlainUdp() =>
        BinaryPrimitives.ReadUInt16BigEndian(Transport[UdpLength..]) == Transport.Length
        && MemoryMarshal.Read<ushort>(Transport[UdpChecksum..]) != 0;

    // Version and traffic class; fragment bits; time to live and protocol. The identification counts up when cut again,
    // and means nothing when DF is set (RFC 6864 section 4.1).
    bool NetworkContinuesV4(in FlowSegment first, int index)
    {
        const ushort dontFragment = 0x4000;
        ushort bits = BinaryPrimitives.ReadUInt16BigEndian(_packet[V4Fragment..]);
        ushort wanted = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(first._packet[V4Identification..]) + index);
        return _packet[1] == first._packet[1]
            && bits == BinaryPrimitives.ReadUInt16BigEndian(first._packet[V4Fragment..])
            && _packet[8] == first._packet[8]
            && (
                (bits & dontFragment) != 0
                || BinaryPrimitives.ReadUInt16BigEndian(_packet[V4Identification..]) == wanted
            );
    }

    // Traffic class and flow label; next header and hop limit.
    bool NetworkContinuesV6(in FlowSegment first) =>
        MemoryMarshal.Read<uint>(_packet) == MemoryMarshal.Read<uint>(first._packet)
        && MemoryMarshal.Read<ushort>(_packet[V6NextHeader..])
            == MemoryMarshal.Read<ushort>(first._packet[V6NextHeader..]);

    // Acknowledgement; data offset; window; urgent pointer; all options. PSH alone may differ, at the end.
    bool TcpContinues(in FlowSegment first)
    {
        ReadOnlySpan<byte> mine = Transport;
        ReadOnlySpan<byte> theirs = first.Transport;
        return mine.Slice(8, 5).SequenceEqual(theirs.Slice(8, 5))
            && mine.Slice(14, 2).SequenceEqual(theirs.Slice(14, 2))
            && mine.Slice(18, 2).SequenceEqual(theirs.Slice(18, 2))
            && mine[TcpHeaderLength..(HeaderLength - _transport)]
                .SequenceEqual(theirs[TcpHeaderLength..(first.HeaderLength - _transport)]);
    }
}

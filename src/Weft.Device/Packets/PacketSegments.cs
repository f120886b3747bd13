using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weft.Linux;
using static Weft.Device.TransportOffsets;

namespace Weft.Device;

/// <summary>
/// What the kernel handed over as one: a packet whose checksum is still to be done, or a TCP or UDP super-packet still to
/// be cut. Each segment is written finished, checksums and all, while it is copied to where it will be sealed. A view of
/// the read buffer; the packet thread's.
/// </summary>
readonly ref struct PacketSegments
{
    readonly ReadOnlySpan<byte> _packet;
    readonly VirtioNetHeader _header;

    /// <summary>Of all headers, which every segment repeats; 0 when there is nothing to cut.</summary>
    readonly int _headerLength;
    readonly byte _protocol;

    PacketSegments(ReadOnlySpan<byte> packet, VirtioNetHeader header, int headerLength, byte protocol)
    {
        _packet = packet;
        _header = header;
        _headerLength = headerLength;
        _protocol = protocol;
        Count = headerLength == 0 ? 1 : (packet.Length - headerLength + header.SegmentSize - 1) / header.SegmentSize;
    }

    public int Count { get; }

    /// <summary>Of the longest segment, which all are but the last.</summary>
    public int LongestLength =>
        _headerLength == 0 ? _packet.Length : Math.Min(_packet.Length, _headerLength + _header.SegmentSize);

    /// <summary>False when header and packet do not fit together: drop it.</summary>
    /// <param name="packet">An IP packet; its IP header is known to be complete.</param>
    public static bool TryCreate(in VirtioNetHeader header, ReadOnlySpan<byte> packet, out PacketSegments segments)
    {
        segments = default;
        VirtioNetSegmentation kind = header.Segmentation & ~VirtioNetSegmentation.Ecn;
        if (kind == VirtioNetSegmentation.None)
        {
            if ((header.Checksum & VirtioNetChecksum.Needed) != 0 && !ChecksumFits(in header, packet))
                return false;
            segments = new PacketSegments(packet, header, 0, 0);
            return true;
        }
        byte protocol = kind == VirtioNetSegmentation.UdpSegments ? Udp : Tcp;
        bool isIPv6 = packet[0] >> 4 == 6;
        if (!IsKnown(kind, isIPv6) || !ChecksumFits(in header, packet) || header.SegmentSize == 0)
            return false;
        int headerLength = HeaderLength(packet, header.ChecksumStart, protocol, isIPv6);
        if (headerLength == 0 || headerLength >= packet.Length)
            return false;
        segments = new PacketSegments(packet, header, headerLength, protocol);
        return true;
    }

    /// <summary>Bytes of one segment.</summary>
    public int Length(int index) =>
        index < Count - 1 || _headerLength == 0 ? LongestLength : _packet.Length - index * _header.SegmentSize;

    /// <summary>Writes one segment, ready to travel; returns its length.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes, outside the packet.</param>
    public int CopyTo(int index, Span<byte> destination)
    {
        if (_headerLength == 0)
            return CopyWhole(destination);
        int length = Length(index);
        Span<byte> segment = destination[..length];
        _packet[.._headerLength].CopyTo(segment);
        WriteIpLength(segment, index);
        int transport = _header.ChecksumStart;
        if (_protocol == Tcp)
            WriteTcp(segment[transport..], index);
        else
            BinaryPrimitives.WriteUInt16BigEndian(segment[(transport + UdpLength)..], (ushort)(length - transport));
        WriteChecksum(segment, index);
        return length;
    }

    static bool IsKnown(VirtioNetSegmentation kind, bool isIPv6) =>
        kind switch
        {
            VirtioNetSegmentation.TcpV4 => !isIPv6,
            VirtioNetSegmentation.TcpV6 => isIPv6,
            VirtioNetSegmentation.UdpSegments => true,
            _ => false,
        };

    static bool ChecksumFits(in VirtioNetHeader header, ReadOnlySpan<byte> packet) =>
        header.ChecksumStart >= V4HeaderLength
        && header.ChecksumStart + header.ChecksumOffset + sizeof(ushort) <= packet.Length;

    /// <summary>Of IP, with whatever extensions, and transport; 0 when they make no sense. What the virtio header says of it is a hint only.</summary>
    static int HeaderLength(ReadOnlySpan<byte> packet, int transport, byte protocol, bool isIPv6)
    {
        // Options are a part of IPv4's header; IPv6's extensions stand behind it.
        if (isIPv6 ? transport < V6HeaderLength : transport != (packet[0] & 15) * 4)
            return 0;
        if (protocol == Udp)
            return transport + UdpHeaderLength;
        if (packet.Length < transport + TcpHeaderLength)
            return 0;
        int tcp = (packet[transport + TcpDataOffset] >> 4) * 4;
        return tcp < TcpHeaderLength ? 0 : transport + tcp;
    }

    int CopyWhole(Span<byte> destination)
    {
        if ((_header.Checksum & VirtioNetChecksum.Needed) == 0)
        {
            _packet.CopyTo(destination);
            return _packet.Length;
        }
        // The field holds the pseudo-header's sum already and is summed along with the rest.
        int start = _header.ChecksumStart;
        _packet[..start].CopyTo(destination);
        ulong sum = InternetChecksum.AddAndCopy(0, _packet[start..], destination[start..]);
        Finish(sum, destination[(start + _header.ChecksumOffset)..], isUdp: _header.ChecksumOffset == UdpChecksum);
        return _packet.Length;
    }

    static void WriteIpLength(Span<byte> segment, int index)
    {
        if (segment[0] >> 4 == 6)
        {
            ushort payload = (ushort)(segment.Length - V6HeaderLength);
            BinaryPrimitives.WriteUInt16BigEndian(segment[V6PayloadLength..], payload);
            return;
        }
        BinaryPrimitives.WriteUInt16BigEndian(segment[V4TotalLength..], (ushort)segment.Length);
        Span<byte> identification = segment[V4Identification..];
        ushort first = BinaryPrimitives.ReadUInt16BigEndian(identification);
        BinaryPrimitives.WriteUInt16BigEndian(identification, (ushort)(first + index));
        Span<byte> checksum = segment[V4Checksum..];
        checksum[..sizeof(ushort)].Clear();
        int headerLength = (segment[0] & 15) * 4;
        MemoryMarshal.Write(checksum, InternetChecksum.Finish(InternetChecksum.Add(0, segment[..headerLength])));
    }

    void WriteTcp(Span<byte> tcp, int index)
    {
        Span<byte> sequence = tcp[TcpSequence..];
        uint first = BinaryPrimitives.ReadUInt32BigEndian(sequence);
        BinaryPrimitives.WriteUInt32BigEndian(sequence, first + (uint)(index * _header.SegmentSize));
        // FIN and PSH speak of the end of the data, CWR is said once (RFC 3168 section 6.1.2).
        if (index < Count - 1)
            tcp[TcpFlags] &= unchecked((byte)~(TcpFin | TcpPush));
        if (index > 0)
            tcp[TcpFlags] &= unchecked((byte)~TcpCongestionWindowReduced);
    }

    void WriteChecksum(Span<byte> segment, int index)
    {
        int transport = _header.ChecksumStart;
        Span<byte> field = segment[(transport + (_protocol == Tcp ? TcpChecksum : UdpChecksum))..];
        field[..sizeof(ushort)].Clear();
        ReadOnlySpan<byte> addresses =
            segment[0] >> 4 == 6
                ? segment.Slice(V6Addresses, V6AddressesLength)
                : segment.Slice(V4Addresses, V4AddressesLength);
        ulong sum = InternetChecksum.PseudoHeader(addresses, _protocol, segment.Length - transport);
        sum = InternetChecksum.Add(sum, segment[transport.._headerLength]);
        ReadOnlySpan<byte> payload = _packet.Slice(
            _headerLength + index * _header.SegmentSize,
            segment.Length - _headerLength
        );
        sum = InternetChecksum.AddAndCopy(sum, payload, segment[_headerLength..]);
        Finish(sum, field, _protocol == Udp);
    }

    static void Finish(ulong sum, Span<byte> field, bool isUdp)
    {
        ushort checksum = InternetChecksum.Finish(sum);
        // In UDP zero means "none" (RFC 768); all ones is the other zero.
        MemoryMarshal.Write(field, isUdp && checksum == 0 ? ushort.MaxValue : checksum);
    }
}

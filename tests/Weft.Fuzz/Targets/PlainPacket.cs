using System.Buffers.Binary;
using Weft.Linux;

namespace Weft.Fuzz.Targets;

/// <summary>
/// IP, TCP and UDP the slow and plain way, byte by byte and always with a copy: what the fast code is held to. RFC 791,
/// 8200, 9293, 768 and 1071.
/// </summary>
static class PlainPacket
{
    public const byte Tcp = 6;
    public const byte Udp = 17;

    /// <summary>Bytes of the packet at the start of a buffer, padding excluded; null when there is none.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length >= 20 && buffer[0] >> 4 == 4)
        {
            int length = Word(buffer, 2);
            int header = (buffer[0] & 15) * 4;
            return header >= 20 && length >= header && length <= buffer.Length ? length : null;
        }
        if (buffer.Length < 40 || buffer[0] >> 4 != 6)
            return null;
        int all = 40 + Word(buffer, 4);
        return all <= buffer.Length ? all : null;
    }

    public static bool IsIPv6(ReadOnlySpan<byte> packet) => packet[0] >> 4 == 6;

    public static int HeaderLength(ReadOnlySpan<byte> packet) => IsIPv6(packet) ? 40 : (packet[0] & 15) * 4;

    public static byte Protocol(ReadOnlySpan<byte> packet) => IsIPv6(packet) ? packet[6] : packet[9];

    public static ReadOnlySpan<byte> Addresses(ReadOnlySpan<byte> packet) =>
        IsIPv6(packet) ? packet.Slice(8, 32) : packet.Slice(12, 8);

    /// <summary>More fragments, or an offset.</summary>
    public static bool IsFragment(ReadOnlySpan<byte> packet) => !IsIPv6(packet) && (Word(packet, 6) & 0x3FFF) != 0;

    public static int Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    /// <summary>The ones' complement sum: all ones when the data contains its own checksum and is right.</summary>
    public static int Sum(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
        return sum;
    }

    /// <summary>The sum of the pseudo-header and of what stands at the transport, if it is to be summed.</summary>
    public static int TransportSum(ReadOnlySpan<byte> packet, int transport, byte protocol, bool whole)
    {
        int length = packet.Length - transport;
        return Sum([
            .. Addresses(packet),
            (byte)(length >> 24),
            (byte)(length >> 16),
            (byte)(length >> 8),
            (byte)length,
            0,
            protocol,
            .. whole ? packet[transport..] : default,
        ]);
    }

    public static int ChecksumOffset(byte protocol) => protocol == Tcp ? 16 : 6;

    /// <summary>IP and transport headers of a packet of TCP or UDP; null when it is not a complete one of these.</summary>
    public static int? AllHeaders(ReadOnlySpan<byte> packet)
    {
        int transport = HeaderLength(packet);
        if (Protocol(packet) == Udp)
            return packet.Length >= transport + 8 ? transport + 8 : null;
        if (Protocol(packet) != Tcp || packet.Length < transport + 20)
            return null;
        int tcp = (packet[transport + 12] >> 4) * 4;
        return tcp >= 20 && packet.Length >= transport + tcp ? transport + tcp : null;
    }

    /// <summary>
    /// What a kernel makes of a packet and its virtio header: one packet with its checksum done, or the segments. Null when
    /// the two don't fit together.
    /// </summary>
    public static List<byte[]>? Cut(in VirtioNetHeader header, ReadOnlySpan<byte> packet)
    {
        VirtioNetSegmentation kind = header.Segmentation & ~VirtioNetSegmentation.Ecn;
        if (kind == VirtioNetSegmentation.None && (header.Checksum & VirtioNetChecksum.Needed) == 0)
            return [packet.ToArray()];
        int transport = HeaderLength(packet);
        byte protocol = Protocol(packet);
        if (
            AllHeaders(packet) is not { } headers
            || IsFragment(packet)
            || header.ChecksumStart != transport
            || header.ChecksumOffset != ChecksumOffset(protocol)
        )
            return null;
        if (kind == VirtioNetSegmentation.None)
            return [Complete(packet, transport, protocol)];
        if (kind != KindOf(packet) || header.SegmentSize == 0 || headers == packet.Length)
            return null;
        List<byte[]> segments = [];
        for (int at = headers; at < packet.Length; at += header.SegmentSize)
        {
            int length = Math.Min(header.SegmentSize, packet.Length - at);
            byte[] segment = [.. packet[..headers], .. packet.Slice(at, length)];
            Finish(segment, transport, protocol, segments.Count, at - headers, isLast: at + length == packet.Length);
            segments.Add(segment);
        }
        return segments;
    }

    public static VirtioNetSegmentation KindOf(ReadOnlySpan<byte> packet) =>
        Protocol(packet) == Udp ? VirtioNetSegmentation.UdpSegments
        : IsIPv6(packet) ? VirtioNetSegmentation.TcpV6
        : VirtioNetSegmentation.TcpV4;

    /// <summary>Writes the checksums that a packet should have.</summary>
    public static void Sign(Span<byte> packet)
    {
        if (!IsIPv6(packet))
        {
            packet[10] = packet[11] = 0;
            BinaryPrimitives.WriteUInt16BigEndian(packet[10..], (ushort)~Sum(packet[..HeaderLength(packet)]));
        }
        if (AllHeaders(packet) is null || IsFragment(packet))
            return;
        int transport = HeaderLength(packet);
        byte protocol = Protocol(packet);
        Span<byte> field = packet[(transport + ChecksumOffset(protocol))..];
        field[0] = field[1] = 0;
        ushort checksum = (ushort)~TransportSum(packet, transport, protocol, whole: true);
        BinaryPrimitives.WriteUInt16BigEndian(field, checksum == 0 && protocol == Udp ? ushort.MaxValue : checksum);
    }

    static byte[] Complete(ReadOnlySpan<byte> packet, int transport, byte protocol)
    {
        // The field holds a sum already; what it holds counts.
        byte[] done = packet.ToArray();
        ushort checksum = (ushort)~Sum(packet[transport..]);
        BinaryPrimitives.WriteUInt16BigEndian(
            done.AsSpan(transport + ChecksumOffset(protocol)),
            checksum == 0 && protocol == Udp ? ushort.MaxValue : checksum
        );
        return done;
    }

    static void Finish(Span<byte> segment, int transport, byte protocol, int index, int offset, bool isLast)
    {
        if (IsIPv6(segment))
            BinaryPrimitives.WriteUInt16BigEndian(segment[4..], (ushort)(segment.Length - 40));
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(segment[2..], (ushort)segment.Length);
            BinaryPrimitives.WriteUInt16BigEndian(segment[4..], (ushort)(Word(segment, 4) + index));
        }
        Span<byte> header = segment[transport..];
        if (protocol == Tcp)
        {
            uint sequence = BinaryPrimitives.ReadUInt32BigEndian(header[4..]) + (uint)offset;
            BinaryPrimitives.WriteUInt32BigEndian(header[4..], sequence);
            if (!isLast)
                header[13] &= 0xF6;
            if (index > 0)
                header[13] &= 0x7F;
        }
        else
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)header.Length);
        Sign(segment);
    }
}

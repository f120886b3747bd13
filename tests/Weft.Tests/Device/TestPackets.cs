using System.Buffers.Binary;
using Weft.Linux;

namespace Weft.Tests.Device;

/// <summary>What makes up a TCP or UDP packet of a test.</summary>
sealed record Flow(bool IsIPv6, bool IsTcp, byte Host = 1, ushort Port = 4000, int OptionBytes = 0)
{
    public int TransportStart => IsIPv6 ? 40 : 20;

    public int HeaderLength => TransportStart + (IsTcp ? 20 + OptionBytes : 8);

    public VirtioNetSegmentation Segmentation =>
        !IsTcp ? VirtioNetSegmentation.UdpSegments
        : IsIPv6 ? VirtioNetSegmentation.TcpV6
        : VirtioNetSegmentation.TcpV4;
}

/// <summary>Builds and checks packets byte by byte, the slow and plain way, to hold the fast one to.</summary>
static class TestPackets
{
    public const byte Ack = 0x10;
    public const byte Push = 0x08;

    public static byte[] Build(
        Flow flow,
        ReadOnlySpan<byte> payload,
        uint sequence = 1000,
        ushort identification = 7,
        byte flags = Ack,
        byte trafficClass = 0,
        bool dontFragment = false
    )
    {
        byte[] packet = new byte[flow.HeaderLength + payload.Length];
        payload.CopyTo(packet.AsSpan(flow.HeaderLength));
        WriteIp(flow, packet, identification, trafficClass, dontFragment);
        Span<byte> transport = packet.AsSpan(flow.TransportStart);
        BinaryPrimitives.WriteUInt16BigEndian(transport, flow.Port);
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], 80);
        if (flow.IsTcp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(transport[4..], sequence);
            BinaryPrimitives.WriteUInt32BigEndian(transport[8..], 0x01020304);
            transport[12] = (byte)((5 + flow.OptionBytes / 4) << 4);
            transport[13] = flags;
            BinaryPrimitives.WriteUInt16BigEndian(transport[14..], 0x7FFF);
            transport.Slice(20, flow.OptionBytes).Fill(1);
        }
        else
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transport.Length);
        SetChecksum(flow, packet, TransportSum(flow, packet, whole: true));
        return packet;
    }

    /// <summary>The packet as the kernel hands it over for cutting: the pseudo-header's sum where the checksum belongs.</summary>
    public static (VirtioNetHeader Header, byte[] Packet) AsSuperPacket(Flow flow, byte[] whole, int segmentSize)
    {
        byte[] packet = [.. whole];
        SetChecksum(flow, packet, (ushort)~TransportSum(flow, packet, whole: false));
        VirtioNetHeader header = new()
        {
            Checksum = VirtioNetChecksum.Needed,
            Segmentation = flow.Segmentation,
            HeaderLength = (ushort)flow.HeaderLength,
            SegmentSize = (ushort)segmentSize,
            ChecksumStart = (ushort)flow.TransportStart,
            ChecksumOffset = (ushort)(flow.IsTcp ? 16 : 6),
        };
        return (header, packet);
    }

    public static Flow FlowOf(ReadOnlySpan<byte> packet)
    {
        bool isIPv6 = packet[0] >> 4 == 6;
        bool isTcp = packet[isIPv6 ? 6 : 9] == 6;
        int start = isIPv6 ? 40 : 20;
        int options = isTcp ? (packet[start + 12] >> 4) * 4 - 20 : 0;
        byte host = packet[isIPv6 ? 23 : 15];
        return new Flow(isIPv6, isTcp, host, BinaryPrimitives.ReadUInt16BigEndian(packet[start..]), options);
    }

    public static bool ChecksumsAreRight(byte[] packet)
    {
        Flow flow = FlowOf(packet);
        if (!flow.IsIPv6 && Sum(packet.AsSpan(0, 20)) != 0xFFFF)
            return false;
        byte[] copy = [.. packet];
        int field = flow.TransportStart + (flow.IsTcp ? 16 : 6);
        ushort there = BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(field));
        ushort wanted = TransportSum(flow, copy, whole: true);
        return there == wanted;
    }

    /// <summary>The checksum of the transport; of the pseudo-header alone when not <paramref name="whole"/>.</summary>
    static ushort TransportSum(Flow flow, byte[] packet, bool whole)
    {
        SetChecksum(flow, packet = [.. packet], 0);
        int length = packet.Length - flow.TransportStart;
        byte[] pseudo =
        [
            .. flow.IsIPv6 ? packet.AsSpan(8, 32) : packet.AsSpan(12, 8),
            (byte)(length >> 24),
            (byte)(length >> 16),
            (byte)(length >> 8),
            (byte)length,
            0,
            (byte)(flow.IsTcp ? 6 : 17),
        ];
        ushort sum = (ushort)~Sum(whole ? [.. pseudo, .. packet.AsSpan(flow.TransportStart)] : pseudo);
        return whole && !flow.IsTcp && sum == 0 ? (ushort)0xFFFF : sum;
    }

    static void SetChecksum(Flow flow, byte[] packet, ushort value) =>
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(flow.TransportStart + (flow.IsTcp ? 16 : 6)), value);

    public static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? (uint)bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
        return (ushort)sum;
    }

    static void WriteIp(Flow flow, byte[] packet, ushort identification, byte trafficClass, bool dontFragment)
    {
        if (flow.IsIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(packet, 0x60000000u | (uint)trafficClass << 20 | 0xABCDE);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(packet.Length - 40));
            packet[6] = (byte)(flow.IsTcp ? 6 : 17);
            packet[7] = 64;
            packet[8] = packet[24] = 0xFD;
            packet[23] = flow.Host;
            packet[39] = 2;
            return;
        }
        packet[0] = 0x45;
        packet[1] = trafficClass;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), identification);
        packet[6] = (byte)(dontFragment ? 0x40 : 0);
        packet[8] = 64;
        packet[9] = (byte)(flow.IsTcp ? 6 : 17);
        packet[12] = packet[16] = 10;
        packet[15] = flow.Host;
        packet[19] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~Sum(packet.AsSpan(0, 20)));
    }
}

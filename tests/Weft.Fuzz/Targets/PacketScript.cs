using System.Buffers.Binary;

namespace Weft.Fuzz.Targets;

/// <summary>
/// Makes packets of flows out of a script: TCP and UDP over both IPs, each continuing where its flow stands unless the
/// script says otherwise. So a few bytes give segments that can be merged, and a few more give those that must not.
/// </summary>
sealed class PacketScript
{
    readonly Dictionary<int, (uint Sequence, ushort Identification)> _flows = [];

    /// <summary>The next packet of a flow: the flow, the payload's length, switches, and a byte for each that is on.</summary>
    public byte[] Next(ref InputReader script)
    {
        int flow = script.Byte() & 0x3F;
        int length = script.Byte() * 5;
        int switches = script.Byte();
        bool isIPv6 = (flow & 1) != 0;
        bool isTcp = (flow & 2) == 0;
        (uint sequence, ushort identification) = _flows.GetValueOrDefault(flow, (1000u, (ushort)7));
        byte flags = (byte)((switches & 1) != 0 ? 0x18 : 0x10);
        if ((switches & 2) != 0)
            flags = script.Byte();
        if ((switches & 4) != 0)
            sequence += (uint)(sbyte)script.Byte();
        if ((switches & 8) != 0)
            identification += script.Byte();
        int options = (switches & 128) != 0 ? script.Byte() % 11 * 4 : 0;
        byte[] packet = new byte[(isIPv6 ? 40 : 20) + (isTcp ? 20 + options : 8) + length];
        packet.AsSpan(packet.Length - length).Fill((byte)sequence);
        WriteIp(packet, isIPv6, isTcp, flow, identification, (switches & 16) != 0);
        if ((switches & 32) != 0)
            SetTrafficClass(packet, script.Byte());
        WriteTransport(packet.AsSpan(isIPv6 ? 40 : 20), isTcp, flow, sequence, flags, options);
        PlainPacket.Sign(packet);
        if ((switches & 64) != 0)
            packet[script.Byte() % packet.Length] ^= 1;
        _flows[flow] = (sequence + (uint)length, (ushort)(identification + 1));
        return packet;
    }

    static void SetTrafficClass(byte[] packet, byte value)
    {
        if (PlainPacket.IsIPv6(packet))
            BinaryPrimitives.WriteUInt16BigEndian(packet, (ushort)(0x6000 | value << 4));
        else
            packet[1] = value;
    }

    static void WriteIp(byte[] packet, bool isIPv6, bool isTcp, int flow, ushort identification, bool dontFragment)
    {
        byte host = (byte)(1 + (flow >> 2 & 3));
        byte protocol = isTcp ? PlainPacket.Tcp : PlainPacket.Udp;
        if (isIPv6)
        {
            packet[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(packet.Length - 40));
            packet[6] = protocol;
            packet[7] = 64;
            packet[8] = packet[24] = 0xFD;
            packet[23] = host;
            return;
        }
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), identification);
        packet[6] = (byte)(dontFragment ? 0x40 : 0);
        packet[8] = 64;
        packet[9] = protocol;
        packet[12] = packet[16] = 10;
        packet[15] = host;
    }

    static void WriteTransport(Span<byte> transport, bool isTcp, int flow, uint sequence, byte flags, int options)
    {
        transport[1] = (byte)(flow >> 4);
        transport[3] = 80;
        if (!isTcp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transport.Length);
            return;
        }
        BinaryPrimitives.WriteUInt32BigEndian(transport[4..], sequence);
        transport[12] = (byte)((5 + options / 4) << 4);
        transport[13] = flags;
        transport[14] = 0x7F;
        transport.Slice(20, options).Fill(1);
    }
}

using System.Buffers.Binary;

namespace Weft.Protocol;

/// <summary>Explicit congestion notification through the tunnel (RFC 6040, normal mode).</summary>
public static class Ecn
{
    const int Mask = 3;
    const int NotCapable = 0;
    const int Capable1 = 1;
    const int CongestionExperienced = 3;

    /// <summary>The outer traffic class for an inner one: its ECN bits, and no DSCP.</summary>
    public static byte Encapsulate(byte innerTrafficClass) => (byte)(innerTrafficClass & Mask);

    /// <summary>
    /// Carries the outer ECN bits over to the opened packet, IPv4 checksum included. False when the packet must be
    /// dropped: congestion was marked on a packet whose ends don't speak ECN.
    /// </summary>
    /// <param name="outerTrafficClass">Of the datagram that the packet came in.</param>
    /// <param name="packet">A packet that <see cref="InnerPacket.TryRead"/> accepts.</param>
    public static bool Decapsulate(byte outerTrafficClass, Span<byte> packet)
    {
        int outer = outerTrafficClass & Mask;
        if (outer is not (CongestionExperienced or Capable1))
            return true;
        bool isIPv6 = packet[0] >> 4 == 6;
        int inner = (isIPv6 ? packet[1] >> 4 : packet[1]) & Mask;
        if (inner == NotCapable)
            return outer != CongestionExperienced;
        if (inner == CongestionExperienced || inner == outer)
            return true;
        // Inner ECT(0) or ECT(1), outer CE; or inner ECT(0), outer ECT(1): the outer one is taken over.
        if (isIPv6)
            packet[1] = (byte)(packet[1] & ~(Mask << 4) | (outer << 4));
        else
            SetV4(packet, outer);
        return true;
    }

    static void SetV4(Span<byte> packet, int ecn)
    {
        int before = BinaryPrimitives.ReadUInt16BigEndian(packet);
        packet[1] = (byte)(packet[1] & ~Mask | ecn);
        int after = BinaryPrimitives.ReadUInt16BigEndian(packet);
        // RFC 1624, equation 3: the checksum follows a changed word without being summed again.
        int checksum = BinaryPrimitives.ReadUInt16BigEndian(packet[10..]);
        int sum = (~checksum & 0xffff) + (~before & 0xffff) + after;
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], (ushort)~sum);
    }
}

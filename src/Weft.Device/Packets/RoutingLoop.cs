using System.Buffers.Binary;
using Weft.Protocol;
using static Weft.Device.TransportOffsets;

namespace Weft.Device;

/// <summary>
/// Recognises a datagram of our own that the routing table has sent back into the tunnel, because the way to a peer's
/// endpoint leads through that peer. Sealing it again would make it grow, be cut in two, and double with every turn. The
/// kernel compares the route's interface; here the packet tells. Pure.
/// </summary>
static class RoutingLoop
{
    /// <summary>Whether the packet is a WireGuard message to the very place that it would be sent to, sealed once more.</summary>
    /// <param name="packet">An IP packet; its IP header is known to be complete.</param>
    public static bool IsIn(ReadOnlySpan<byte> packet, in Endpoint to)
    {
        bool isIPv6 = packet[0] >> 4 == 6;
        if (isIPv6 != to.IsIPv6 || packet[isIPv6 ? V6NextHeader : V4Protocol] != Udp)
            return false;
        UInt128 destination = isIPv6
            ? BinaryPrimitives.ReadUInt128BigEndian(packet[24..])
            : BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
        if (destination != to.Address)
            return false;
        ReadOnlySpan<byte> udp = packet[(isIPv6 ? V6HeaderLength : (packet[0] & 15) * 4)..];
        return udp.Length >= UdpHeaderLength + sizeof(uint)
            && BinaryPrimitives.ReadUInt16BigEndian(udp[2..]) == to.Port
            && BinaryPrimitives.ReadUInt32LittleEndian(udp[UdpHeaderLength..])
                is >= (uint)DatagramKind.Initiation
                    and <= (uint)DatagramKind.Data;
    }
}

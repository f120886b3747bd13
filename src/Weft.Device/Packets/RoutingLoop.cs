using System.Buffers.Binary;
using Weft.Protocol;
using static Weft.Device.TransportOffsets;

namespace Weft.Device;

/// <summary>
/// Keeps datagrams bounded that the routing table sends back into tunnels. Sealed again with every turn they would grow,
/// be cut in two, and double. A datagram of our own that is on its way to the peer it is sealed for is recognised. A ring
/// of several devices is not, so a WireGuard message inside a tunnel takes over the hop limit of the one before, less
/// <see cref="LevelCost"/>: tunnels in tunnels pass some levels deep, and no deeper. The kernel compares the route's
/// interface; here the packet tells. Pure.
/// </summary>
static class RoutingLoop
{
    /// <summary>Hops that each level of WireGuard takes: of the usual 64, seven levels.</summary>
    public const byte LevelCost = 8;

    /// <summary>What Linux sends with, unless told otherwise.</summary>
    const byte UsualHopLimit = 64;

    const int WireGuardType = UdpHeaderLength;

    /// <summary>Whether a packet may be sealed and sent to <paramref name="to"/>.</summary>
    /// <param name="packet">An IP packet; its IP header is known to be complete.</param>
    /// <param name="hopLimit">What its datagrams have to leave with; 0 is the system's choice.</param>
    public static bool MayPass(ReadOnlySpan<byte> packet, in Endpoint to, out byte hopLimit)
    {
        hopLimit = 0;
        bool isIPv6 = packet[0] >> 4 == 6;
        byte protocol = packet[isIPv6 ? V6NextHeader : V4Protocol];
        bool isFragment = isIPv6
            ? protocol == V6Fragment && IsV6FragmentOfUdp(packet)
            : protocol == Udp && IsV4Fragment(packet);
        if (protocol != Udp && !isFragment)
            return true;
        ReadOnlySpan<byte> udp = packet[(isIPv6 ? V6HeaderLength : (packet[0] & 15) * 4)..];
        bool isMessage = protocol == Udp && IsMessage(udp);
        if (isMessage && GoesTo(packet, udp, in to))
            return false;
        // What a datagram was cut into no longer shows what it is.
        if (!isMessage && !isFragment)
            return true;
        byte left = packet[isIPv6 ? V6HopLimit : V4TimeToLive];
        if (left <= LevelCost)
            return false;
        hopLimit = (byte)(Math.Min(left, UsualHopLimit) - LevelCost);
        return true;
    }

    static bool IsV4Fragment(ReadOnlySpan<byte> packet)
    {
        const ushort moreOrOffset = 0x3FFF;
        return (BinaryPrimitives.ReadUInt16BigEndian(packet[V4Fragment..]) & moreOrOffset) != 0;
    }

    /// <summary>Each fragment names what was cut, in the first byte behind the IP header.</summary>
    static bool IsV6FragmentOfUdp(ReadOnlySpan<byte> packet) =>
        packet.Length > V6HeaderLength && packet[V6HeaderLength] == Udp;

    static bool IsMessage(ReadOnlySpan<byte> udp) =>
        udp.Length >= WireGuardType + sizeof(uint)
        && BinaryPrimitives.ReadUInt32LittleEndian(udp[WireGuardType..])
            is >= (uint)DatagramKind.Initiation
                and <= (uint)DatagramKind.Data;

    static bool GoesTo(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> udp, in Endpoint to)
    {
        bool isIPv6 = packet[0] >> 4 == 6;
        if (isIPv6 != to.IsIPv6 || BinaryPrimitives.ReadUInt16BigEndian(udp[2..]) != to.Port)
            return false;
        UInt128 destination = isIPv6
            ? BinaryPrimitives.ReadUInt128BigEndian(packet[24..])
            : BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
        return destination == to.Address;
    }
}

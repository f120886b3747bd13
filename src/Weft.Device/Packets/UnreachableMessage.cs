using System.Buffers.Binary;
using System.Runtime.InteropServices;
using static Weft.Device.TransportOffsets;

namespace Weft.Device;

/// <summary>
/// The answer to a packet that no peer takes: ICMPv4 host unreachable (RFC 792), ICMPv6 address unreachable (RFC 4443
/// section 3.1). It comes from the address that cannot be reached: the device does not know its own, and a sender that
/// checks by which way packets come in finds that address behind the interface. Pure.
/// </summary>
static class UnreachableMessage
{
    /// <summary>No longer than any link must carry.</summary>
    public const int MaxLength = 1280;

    const int MaxLengthV4 = 576;
    const int HeaderLength = 8;
    const byte Icmp = 1;
    const byte IcmpV6 = 58;
    const byte HopLimit = 64;

    /// <summary>
    /// Writes the answer; returns its length, or 0 when such a packet gets none (RFC 1122 section 3.2.2, RFC 4443 section
    /// 2.4): an error, a later fragment, or one that is not from one host to one host.
    /// </summary>
    /// <param name="packet">An IP packet; its IP header is known to be complete.</param>
    /// <param name="reply">At least <see cref="MaxLength"/> bytes.</param>
    public static int Write(ReadOnlySpan<byte> packet, Span<byte> reply) =>
        packet[0] >> 4 == 6 ? WriteV6(packet, reply) : WriteV4(packet, reply);

    static int WriteV4(ReadOnlySpan<byte> packet, Span<byte> reply)
    {
        const ushort fragmentOffset = 0x1FFF;
        int headerLength = (packet[0] & 15) * 4;
        bool isLaterFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[V4Fragment..]) & fragmentOffset) != 0;
        bool isFromOne = packet[12] != 0 && !IsManyV4(packet[12..]);
        if (isLaterFragment || !isFromOne || IsManyV4(packet[16..]) || IsErrorV4(packet, headerLength))
            return 0;
        int quoted = Math.Min(packet.Length, MaxLengthV4 - V4HeaderLength - HeaderLength);
        int length = V4HeaderLength + HeaderLength + quoted;
        reply = reply[..length];
        reply[..(V4HeaderLength + HeaderLength)].Clear();
        reply[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(reply[V4TotalLength..], (ushort)length);
        reply[8] = HopLimit;
        reply[V4Protocol] = Icmp;
        packet.Slice(16, 4).CopyTo(reply[12..]);
        packet.Slice(12, 4).CopyTo(reply[16..]);
        ulong header = InternetChecksum.Add(0, reply[..V4HeaderLength]);
        MemoryMarshal.Write(reply[V4Checksum..], InternetChecksum.Finish(header));

        Span<byte> message = reply[V4HeaderLength..];
        message[0] = 3;
        message[1] = 1;
        packet[..quoted].CopyTo(message[HeaderLength..]);
        MemoryMarshal.Write(message[2..], InternetChecksum.Finish(InternetChecksum.Add(0, message)));
        return length;
    }

    static int WriteV6(ReadOnlySpan<byte> packet, Span<byte> reply)
    {
        const byte multicast = 0xFF;
        bool isFromOne = packet[8] != multicast && packet.Slice(8, 16).ContainsAnyExcept((byte)0);
        if (packet[24] == multicast || !isFromOne || IsErrorV6(packet))
            return 0;
        int quoted = Math.Min(packet.Length, MaxLength - V6HeaderLength - HeaderLength);
        int length = V6HeaderLength + HeaderLength + quoted;
        reply = reply[..length];
        reply[..(V6HeaderLength + HeaderLength)].Clear();
        reply[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(reply[V6PayloadLength..], (ushort)(HeaderLength + quoted));
        reply[V6NextHeader] = IcmpV6;
        reply[7] = HopLimit;
        packet.Slice(24, 16).CopyTo(reply[8..]);
        packet.Slice(8, 16).CopyTo(reply[24..]);

        Span<byte> message = reply[V6HeaderLength..];
        message[0] = 1;
        message[1] = 3;
        packet[..quoted].CopyTo(message[HeaderLength..]);
        ReadOnlySpan<byte> addresses = reply.Slice(V6Addresses, V6AddressesLength);
        ulong sum = InternetChecksum.PseudoHeader(addresses, IcmpV6, message.Length);
        MemoryMarshal.Write(message[2..], InternetChecksum.Finish(InternetChecksum.Add(sum, message)));
        return length;
    }

    /// <summary>Multicast, broadcast and what is reserved above them.</summary>
    static bool IsManyV4(ReadOnlySpan<byte> destination) => destination[0] >= 224;

    // Errors are never answered with errors: only questions and answers of ICMP are.
    static bool IsErrorV4(ReadOnlySpan<byte> packet, int headerLength) =>
        packet[V4Protocol] == Icmp
        && (packet.Length <= headerLength || packet[headerLength] is 3 or 4 or 5 or 11 or 12);

    static bool IsErrorV6(ReadOnlySpan<byte> packet) =>
        packet[V6NextHeader] == IcmpV6 && (packet.Length <= V6HeaderLength || packet[V6HeaderLength] < 128);
}

using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Weft.Crypto;
using Weft.Device;
using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>
/// Headers of packets: read as the RFCs have them, led to the peer with the longest match, marked by RFC 6040, and answered
/// with an unreachable message that is right, or with none where there must be none.
/// </summary>
/// <remarks>Input: repairs, packet.</remarks>
sealed class InnerPacketTarget : ITarget
{
    static readonly ImmutableArray<IPNetwork> Networks =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/9"),
        IPNetwork.Parse("10.0.0.1/32"),
        IPNetwork.Parse("128.0.0.0/1"),
        IPNetwork.Parse("fd00::/8"),
        IPNetwork.Parse("fd00::/64"),
        IPNetwork.Parse("fd00::1/128"),
        IPNetwork.Parse("8000::/1"),
    ];

    readonly Node _node = new(new SeededEntropy(6));

    public InnerPacketTarget()
    {
        for (int i = 0; i < Networks.Length; i++)
        {
            byte[] key = new byte[KeyText.KeyLength];
            key[0] = (byte)i;
            _node.AllowIp(_node.AddPeer(new PublicKey(key))!, Networks[i]);
        }
    }

    public TargetShape Shape { get; } =
        new("inner-packet")
        {
            MaxLength = 2048,
            BriefRuns = 120_000,
            Budget = new(1 << 10, 0),
            Words =
            [
                [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 8, 0, 0, 0, 0, 0, 0, 0],
                [0x46, 0, 0, 24],
                [0x60, 0, 0, 0, 0, 8, 58, 64, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
                [10, 0, 0, 1],
                [10, 127, 255, 255],
                [224, 0, 0, 1],
                [255, 255, 255, 255],
                [0, 0, 0, 0],
                [127, 0, 0, 1],
                [0xFD, 0, 0, 0, 0, 0, 0, 0],
                [0xFF, 2, 0, 0],
                [1],
                [58, 64],
                [0, 64],
                [44, 64],
                [3, 1],
                new byte[16],
                new byte[576],
                new byte[1280],
            ],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        InputReader script = new(input);
        byte repairs = script.Byte();
        byte[] bytes = script.Take(Shape.MaxLength).ToArray();
        Repair(repairs, bytes);
        int? wanted = PlainPacket.LengthOf(bytes);
        Observation.Measurement measurement = seen.Measure();
        bool isRead = InnerPacket.TryRead(bytes, out InnerPacket packet);
        measurement.Dispose();
        Rule.Same(wanted is not null, isRead, "a packet is read when it is all there");
        if (!isRead)
        {
            seen.Saw("no packet", bytes.Length);
            return;
        }
        Rule.Same(wanted, packet.TotalLength, "a packet is as long as it says");
        bool isIPv6 = PlainPacket.IsIPv6(bytes);
        Rule.Same(isIPv6, packet.IsIPv6, "the version is read");
        int trafficClass = isIPv6 ? PlainPacket.Word(bytes, 0) >> 4 & 0xFF : bytes[1];
        Rule.Same(trafficClass, packet.TrafficClass, "the traffic class is read");
        ReadOnlySpan<byte> addresses = PlainPacket.Addresses(bytes);
        int half = addresses.Length / 2;
        Rule.Same(
            OwnerOf(addresses[..half]),
            _node.AllowedIps.FindSource(packet)?.PublicKey,
            "the source leads to its peer"
        );
        Rule.Same(
            OwnerOf(addresses[half..]),
            _node.AllowedIps.FindDestination(packet)?.PublicKey,
            "the destination leads to its peer"
        );
        byte[] whole = bytes[..packet.TotalLength];
        CheckEcn(whole, trafficClass & 3);
        CheckUnreachable(whole, seen);
        foreach (IPNetwork network in Networks)
            RoutingLoop.MayPass(whole, Endpoint.From(new IPEndPoint(network.BaseAddress, 51820)), out _);
    }

    public void Dispose() => _node.Dispose();

    static void Repair(byte repairs, Span<byte> packet)
    {
        if (packet.Length < 40)
            return;
        if ((repairs & 1) != 0)
            packet[0] = (byte)((repairs & 2) != 0 ? 0x60 | packet[0] & 15 : 0x40 | Math.Max(packet[0] & 15, 5));
        bool isIPv6 = PlainPacket.IsIPv6(packet);
        if ((repairs & 4) != 0)
            BinaryPrimitives.WriteUInt16BigEndian(
                packet[(isIPv6 ? 4 : 2)..],
                (ushort)(packet.Length - (isIPv6 ? 40 : 0))
            );
        if ((repairs & 8) != 0 && !isIPv6 && PlainPacket.LengthOf(packet) is not null)
            PlainPacket.Sign(packet);
    }

    static PublicKey? OwnerOf(ReadOnlySpan<byte> address)
    {
        int best = -1;
        for (int i = 0; i < Networks.Length; i++)
            if (Covers(Networks[i], address) && (best < 0 || Networks[i].PrefixLength > Networks[best].PrefixLength))
                best = i;
        byte[] key = new byte[KeyText.KeyLength];
        key[0] = (byte)best;
        return best < 0 ? null : new PublicKey(key);
    }

    static bool Covers(IPNetwork network, ReadOnlySpan<byte> address)
    {
        byte[] prefix = network.BaseAddress.GetAddressBytes();
        bool covers = prefix.Length == address.Length;
        for (int bit = 0; covers && bit < network.PrefixLength; bit++)
            covers = (prefix[bit / 8] >> (7 - bit % 8) & 1) == (address[bit / 8] >> (7 - bit % 8) & 1);
        return covers;
    }

    static void CheckEcn(byte[] packet, int inner)
    {
        bool isIPv6 = PlainPacket.IsIPv6(packet);
        int header = PlainPacket.HeaderLength(packet);
        int before = PlainPacket.Sum(packet.AsSpan(0, header)) % 0xFFFF;
        for (int outer = 0; outer < 4; outer++)
        {
            byte[] marked = [.. packet];
            bool isKept = Ecn.Decapsulate((byte)(0xFC | outer), marked);
            Rule.Same(outer != 3 || inner != 0, isKept, "a mark on what knows none drops it");
            if (!isKept)
                continue;
            int now = (isIPv6 ? marked[1] >> 4 : marked[1]) & 3;
            int wanted = outer == 3 || (outer == 1 && inner == 2) ? outer : inner;
            Rule.Same(wanted, now, "the mark is RFC 6040's");
            if (!isIPv6)
                Rule.Same(before, PlainPacket.Sum(marked.AsSpan(0, header)) % 0xFFFF, "the checksum follows the mark");
            marked[1] = packet[1];
            marked.AsSpan(isIPv6 ? 0 : 10, isIPv6 ? 1 : 2).CopyTo(marked);
            Rule.Same(packet.AsSpan(12), marked.AsSpan(12), "nothing else is changed");
        }
    }

    static void CheckUnreachable(byte[] packet, Observation seen)
    {
        byte[] reply = new byte[UnreachableMessage.MaxLength];
        int length;
        using (seen.Measure())
            length = UnreachableMessage.Write(packet, reply);
        bool isIPv6 = PlainPacket.IsIPv6(packet);
        seen.Saw($"unreachable {isIPv6} {PlainPacket.Protocol(packet) is 1 or 58}", length);
        bool isDue = IsDue(packet);
        Rule.Same(isDue, length > 0, "an answer is sent when one is due");
        if (!isDue)
            return;
        reply = reply[..length];
        Rule.Same(length, PlainPacket.LengthOf(reply), "an answer is a packet");
        Rule.Holds(length <= (isIPv6 ? 1280 : 576), "an answer is short", $"{length}");
        ReadOnlySpan<byte> asked = PlainPacket.Addresses(packet);
        int half = asked.Length / 2;
        byte[] swapped = [.. asked[half..], .. asked[..half]];
        Rule.Same(swapped, PlainPacket.Addresses(reply), "an answer goes back");
        int transport = PlainPacket.HeaderLength(reply);
        Rule.Same(isIPv6 ? 58 : 1, PlainPacket.Protocol(reply), "an answer is ICMP");
        Rule.Same(isIPv6 ? 0x0103 : 0x0301, PlainPacket.Word(reply, transport), "it says that a host is unreachable");
        if (!isIPv6)
            Rule.Same(0xFFFF, PlainPacket.Sum(reply.AsSpan(0, transport)), "its header is right");
        int sum = isIPv6
            ? PlainPacket.TransportSum(reply, transport, 58, whole: true)
            : PlainPacket.Sum(reply.AsSpan(transport));
        Rule.Same(0xFFFF, sum, "its checksum is right");
        int quoted = Math.Min(packet.Length, (isIPv6 ? 1280 : 576) - transport - 8);
        Rule.Same(packet.AsSpan(0, quoted), reply.AsSpan(transport + 8), "it quotes the packet");
    }

    /// <summary>RFC 1122 section 3.2.2 and RFC 4443 section 2.4: about and to one host, and not about an error.</summary>
    static bool IsDue(byte[] packet)
    {
        int header = PlainPacket.HeaderLength(packet);
        if (PlainPacket.IsIPv6(packet))
        {
            bool isError = packet[6] == 58 && (packet.Length <= header || packet[header] < 128);
            bool isFromOne = packet[8] != 0xFF && packet.AsSpan(8, 16).ContainsAnyExcept((byte)0);
            return !isError && isFromOne && packet[24] != 0xFF;
        }
        bool isV4Error = packet[9] == 1 && (packet.Length <= header || packet[header] is 3 or 4 or 5 or 11 or 12);
        bool isFirst = (PlainPacket.Word(packet, 6) & 0x1FFF) == 0;
        return !isV4Error && isFirst && IsOneV4(packet[12]) && packet[16] < 224;
    }

    /// <summary>Neither this network, nor multicast, broadcast and what is reserved above them.</summary>
    static bool IsOneV4(byte first) => first is > 0 and < 224;
}

using System.Runtime.InteropServices;
using Weft.Linux.Netlink;

namespace Weft.Fuzz.Targets;

/// <summary>
/// What netlink delivers: every message and attribute lies within the datagram, reading comes to an end, and an object that
/// is read and written reads the same.
/// </summary>
/// <remarks>Input: repairs, datagram.</remarks>
sealed class NetlinkTarget : ITarget
{
    public TargetShape Shape { get; } =
        new("netlink")
        {
            MaxLength = 8 << 10,
            BriefRuns = 120_000,
            Budget = new(16 << 10, 200),
            Words =
            [
                [20, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
                [44, 0, 0, 0, 24, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0],
                [32, 0, 0, 0, 16, 0, 2, 0],
                [24, 0, 0, 0, 20, 0, 2, 0],
                [28, 0, 0, 0, 32, 0, 2, 0],
                [2, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0],
                [10, 64, 0, 0, 254, 4, 0, 1, 0, 2, 0, 0],
                [2, 0, 0, 0, 254, 0, 0, 1, 2, 0, 0, 0],
                [8, 0, 1, 0, 10, 0, 1, 0],
                [20, 0, 1, 0],
                [8, 0, 4, 0, 5, 0, 0, 0],
                [8, 0, 15, 0, 254, 0, 0, 0],
                [12, 0, 8, 0x80, 8, 0, 2, 0, 0x14, 5, 0, 0],
                [8, 0, 3, 0, (byte)'w', (byte)'g', (byte)'0', 0],
                [20, 0, 18, 0x80, 14, 0, 1, 0, (byte)'w', (byte)'i', (byte)'r', (byte)'e', 0, 0, 0, 0],
                [8, 0, 14, 0, 0xFF, 0xFF, 0xFF, 0xFF],
                [0xFF, 0xFF, 0xFF, 0x7F],
                [0, 0, 0, 0x80],
                [0, 3],
            ],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        InputReader script = new(input);
        byte repairs = script.Byte();
        byte[] datagram = script.Take(Shape.MaxLength).ToArray();
        if ((repairs & 1) != 0 && datagram.Length >= 16)
            MemoryMarshal.Write(datagram, datagram.Length);
        ReadOnlySpan<byte> rest = datagram;
        while (NetlinkMessage.TryRead(ref rest, out NetlinkMessage message))
        {
            Rule.Holds(IsWithin(message.Payload, datagram), "a message lies within its datagram");
            seen.Saw($"message {(message.Type is < 4 or (>= 16 and < 40) ? message.Type : -1)}");
            CheckAttributes(message.Payload, 0, seen);
            ReadRefusal(message, seen);
            ReadObjects(message, seen);
        }
    }

    static void CheckAttributes(ReadOnlySpan<byte> payload, int depth, Observation seen)
    {
        NetlinkAttributes attributes = new(payload);
        int total = 0;
        while (attributes.MoveNext())
        {
            total += 4 + attributes.Value.Length;
            Rule.Holds(IsWithin(attributes.Value, payload), "an attribute lies within its message");
            Rule.Holds(attributes.Type is >= 0 and < 1 << 14, "an attribute's number is without flags");
            Rule.Holds(!attributes.Text.Contains('\0'), "a text ends at its zero");
            _ = attributes.Number;
            _ = attributes.Address;
            if (depth < 2)
                CheckAttributes(attributes.Value, depth + 1, seen);
        }
        Rule.Holds(total <= payload.Length, "attributes don't overlap");
        seen.Saw($"attributes {depth}", total);
    }

    static void ReadRefusal(NetlinkMessage message, Observation seen)
    {
        try
        {
            using (seen.Measure())
                NetlinkSocket.ThrowIfRefused(message, "RTM_TEST");
        }
        catch (NetlinkException e)
        {
            seen.Saw($"refused {e.KernelText is null}");
            Rule.Holds(
                e.Message.StartsWith("RTM_TEST: ", StringComparison.Ordinal),
                "a refusal names the call",
                e.Message
            );
        }
    }

    static void ReadObjects(NetlinkMessage message, Observation seen)
    {
        Link? link;
        LinkAddress? address;
        Route? route;
        RoutingRule? rule;
        using (seen.Measure())
        {
            link = LinkMessages.ReadLink(message.Type, message.Payload);
            address = LinkMessages.ReadAddress(message.Type, message.Payload);
            route = RouteMessages.Read(message.Type, message.Payload);
            rule = RouteMessages.ReadRule(message.Type, message.Payload);
        }
        seen.Saw($"{link is not null} {address is not null} {route is not null} {rule is not null}");
        if (address is not null)
        {
            int bits = 8 * address.Address.GetAddressBytes().Length;
            Rule.Holds(
                address.PrefixLength >= 0 && address.PrefixLength <= bits,
                "a prefix is no longer than its address"
            );
            byte[] written = Write(LinkMessages.WriteAddress(LinkMessages.NewAddress, NetlinkOptions.None, address));
            Rule.Same(address, LinkMessages.ReadAddress(LinkMessages.NewAddress, written), "an address reads the same");
        }
        if (route is not null)
        {
            byte[] written = Write(RouteMessages.Write(RouteMessages.NewRoute, NetlinkOptions.None, route));
            Rule.Same(route, RouteMessages.Read(RouteMessages.NewRoute, written), "a route reads the same");
        }
        if (rule is not null)
        {
            byte[] written = Write(RouteMessages.Write(RouteMessages.NewRule, NetlinkOptions.None, rule));
            Rule.Same(rule, RouteMessages.ReadRule(RouteMessages.NewRule, written), "a rule reads the same");
        }
        if (link is not null)
            Rule.Holds(!link.Name.Contains('\0') && !link.Kind.Contains('\0'), "a name ends at its zero");
    }

    /// <summary>The payload of what is written.</summary>
    static byte[] Write(NetlinkRequest request)
    {
        ReadOnlySpan<byte> datagram = request.Finish(1);
        Rule.Holds(NetlinkMessage.TryRead(ref datagram, out NetlinkMessage message), "what is written is a message");
        Rule.Holds(datagram.IsEmpty, "what is written is one message");
        return message.Payload.ToArray();
    }

    static bool IsWithin(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> outer) =>
        inner.IsEmpty
        || (outer.Overlaps(inner, out int offset) && offset >= 0 && offset + inner.Length <= outer.Length);
}

using System.Net;
using System.Runtime.InteropServices;
using Weft.Linux.Interop;

namespace Weft.Linux.Netlink;

/// <summary>Routes and policy rules to rtnetlink messages and back (<c>linux/rtnetlink.h</c>, <c>linux/fib_rules.h</c>). Pure.</summary>
static class RouteMessages
{
    internal const ushort NewRoute = 24;
    internal const ushort DeleteRoute = 25;
    internal const ushort GetRoute = 26;
    internal const ushort NewRule = 32;
    internal const ushort DeleteRule = 33;
    internal const ushort GetRule = 34;

    /// <summary>Both <c>struct rtmsg</c> and <c>struct fib_rule_hdr</c>.</summary>
    internal const int HeaderLength = 12;

    const int Destination = 1;
    const int OutputLink = 4;
    const int Gateway = 5;
    const int Priority = 6;
    const int PreferredSource = 7;
    const int Metrics = 8;
    const int Table = 15;
    const int MetricMtu = 2;

    const byte TypeUnicast = (byte)RouteKind.Unicast;
    const byte TypeLocal = (byte)RouteKind.Local;
    const byte ScopeUniverse = 0;
    const byte ScopeLink = 253;
    const byte ScopeNowhere = 255;
    const uint FlagCloned = 0x200;

    /// <summary>RTM_F_FIB_MATCH (Linux 4.13): answer with the table's entry and not with what came of it.</summary>
    const uint FlagMatch = 0x2000;

    const int RulePriority = 6;
    const int RuleMark = 10;
    const int RuleSuppressedPrefix = 14;
    const int RuleTable = 15;
    const int RuleMask = 16;
    const int RuleProtocol = 21;
    const byte ActionToTable = 1;
    const uint RuleInvert = 2;

    internal static byte FamilyOf(IPAddress address) =>
        (byte)(
            address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
                ? SysSocket.AF_INET6
                : SysSocket.AF_INET
        );

    internal static NetlinkRequest Write(ushort type, NetlinkOptions flags, Route route)
    {
        byte family = FamilyOf(route.Destination.BaseAddress);
        byte scope = (type, route.Gateway) switch
        {
            (DeleteRoute, _) => ScopeNowhere,
            (_, null) when family == SysSocket.AF_INET => ScopeLink,
            _ => ScopeUniverse,
        };
        byte table = route.Table < 256 ? (byte)route.Table : (byte)0;
        byte routeType = type == DeleteRoute ? (byte)0 : (byte)route.Kind;
        NetlinkRequest request = new NetlinkRequest(type, flags | NetlinkOptions.Ack).Struct([
            family,
            (byte)route.Destination.PrefixLength,
            0,
            0,
            table,
            route.Protocol,
            scope,
            routeType,
            0,
            0,
            0,
            0,
        ]);
        if (route.Destination.PrefixLength > 0)
            request.Put(Destination, route.Destination.BaseAddress);
        if (route.LinkIndex != 0)
            request.Put(OutputLink, (uint)route.LinkIndex);
        if (route.Gateway is { } gateway)
            request.Put(Gateway, gateway);
        if (route.Priority != 0)
            request.Put(Priority, route.Priority);
        if (route.PreferredSource is { } source)
            request.Put(PreferredSource, source);
        request.Put(Table, route.Table);
        if (route.Mtu != 0)
        {
            int nest = request.BeginNest(Metrics);
            request.Put(MetricMtu, (uint)route.Mtu).EndNest(nest);
        }
        return request;
    }

    /// <summary>Asks for the way that a packet would go.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="entry">The entry of the routing table is asked for, not what comes of it.</param>
    internal static NetlinkRequest WriteLookup(RouteQuestion packet, bool entry = false)
    {
        const int Source = 2;
        const int InputLink = 3;
        const int Mark = 16;
        byte family = FamilyOf(packet.Destination);
        byte bits = (byte)(family == SysSocket.AF_INET ? 32 : 128);
        Span<byte> header = [family, bits, packet.Source is null ? (byte)0 : bits, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        MemoryMarshal.Write(header[8..], entry ? FlagMatch : 0);
        NetlinkRequest request = new NetlinkRequest(GetRoute, NetlinkOptions.Ack)
            .Struct(header)
            .Put(Destination, packet.Destination);
        if (packet.Source is { } source)
            request.Put(Source, source);
        if (packet.InputLink != 0)
            request.Put(InputLink, (uint)packet.InputLink);
        return packet.Mark == 0 ? request : request.Put(Mark, packet.Mark);
    }

    internal static NetlinkRequest WriteDump(ushort type, byte family) =>
        new NetlinkRequest(type, NetlinkOptions.Dump).Struct([family, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

    /// <summary>
    /// A route of a table that leads somewhere or refuses; null for broadcast and the like, and for what the kernel made
    /// in passing out of one (RTM_F_CLONED).
    /// </summary>
    internal static Route? ReadStored(ushort type, ReadOnlySpan<byte> payload) =>
        payload.Length < HeaderLength || (MemoryMarshal.Read<uint>(payload[8..]) & FlagCloned) != 0 ? null
        : payload[7] is (byte)RouteKind.Blackhole or (byte)RouteKind.Unreachable or (byte)RouteKind.Prohibit
            ? ReadAny(type, payload)
        : Read(type, payload);

    /// <summary>Null for what is neither a unicast nor a local route.</summary>
    internal static Route? Read(ushort type, ReadOnlySpan<byte> payload) =>
        payload.Length >= HeaderLength && payload[7] is TypeUnicast or TypeLocal ? ReadAny(type, payload) : null;

    /// <summary>A route of any kind.</summary>
    internal static Route? ReadAny(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type != NewRoute || payload.Length < HeaderLength)
            return null;
        byte family = payload[0];
        int bits = payload[1];
        uint table = payload[4];
        IPAddress? destination = family switch
        {
            SysSocket.AF_INET when bits <= 32 => IPAddress.Any,
            SysSocket.AF_INET6 when bits <= 128 => IPAddress.IPv6Any,
            _ => null,
        };
        int link = 0;
        int mtu = 0;
        uint priority = 0;
        IPAddress? gateway = null;
        IPAddress? source = null;
        NetlinkAttributes attributes = new(payload[HeaderLength..]);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Destination:
                    destination = destination is null ? null : attributes.Address;
                    break;
                case OutputLink:
                    link = (int)attributes.Number;
                    break;
                case Gateway:
                    gateway = attributes.Address;
                    break;
                case Priority:
                    priority = attributes.Number;
                    break;
                case PreferredSource:
                    source = attributes.Address;
                    break;
                case Table:
                    table = attributes.Number;
                    break;
                case Metrics:
                    mtu = ReadMtu(attributes.Nested);
                    break;
                default:
                    break;
            }
        }
        if (destination is null || FamilyOf(destination) != family)
            return null;
        return new Route
        {
            Destination = LinkMessages.Network(destination, bits),
            LinkIndex = link,
            Gateway = gateway,
            Table = table,
            Kind = (RouteKind)payload[7],
            Protocol = payload[5],
            Priority = priority,
            PreferredSource = source,
            Mtu = mtu,
        };
    }

    internal static NetlinkRequest Write(ushort type, NetlinkOptions flags, RoutingRule rule)
    {
        byte family = (byte)(rule.IsIPv6 ? SysSocket.AF_INET6 : SysSocket.AF_INET);
        byte table = rule.Table < 256 ? (byte)rule.Table : (byte)0;
        Span<byte> header = [family, 0, 0, 0, table, 0, 0, ActionToTable, 0, 0, 0, 0];
        if (rule.IsInverted)
            MemoryMarshal.Write(header[8..], RuleInvert);
        NetlinkRequest request = new NetlinkRequest(type, flags | NetlinkOptions.Ack).Struct(header);
        request.Put(RuleTable, rule.Table);
        if (rule.Priority is { } priority)
            request.Put(RulePriority, priority);
        if (rule.FirewallMark is { } mark)
            request.Put(RuleMark, mark).Put(RuleMask, uint.MaxValue);
        if (rule.SuppressedPrefixLength is { } length)
            request.Put(RuleSuppressedPrefix, (uint)length);
        if (rule.Protocol != 0)
            request.Put(RuleProtocol, rule.Protocol);
        return request;
    }

    /// <summary>Null for what does not send packets to a table.</summary>
    internal static RoutingRule? ReadRule(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type != NewRule || payload.Length < HeaderLength || payload[7] != ActionToTable)
            return null;
        RoutingRule rule = new()
        {
            IsIPv6 = payload[0] == SysSocket.AF_INET6,
            Table = payload[4],
            Priority = 0,
            IsInverted = (MemoryMarshal.Read<uint>(payload[8..]) & RuleInvert) != 0,
        };
        NetlinkAttributes attributes = new(payload[HeaderLength..]);
        while (attributes.MoveNext())
        {
            rule = attributes.Type switch
            {
                RuleTable => rule with { Table = attributes.Number },
                RulePriority => rule with { Priority = attributes.Number },
                RuleMark => rule with { FirewallMark = attributes.Number },
                // The kernel always says it, with -1 for none.
                RuleSuppressedPrefix when attributes.Number <= 128 => rule with
                {
                    SuppressedPrefixLength = (int)attributes.Number,
                },
                RuleProtocol => rule with { Protocol = (byte)attributes.Number },
                _ => rule,
            };
        }
        return rule;
    }

    static int ReadMtu(NetlinkAttributes metrics)
    {
        while (metrics.MoveNext())
        {
            if (metrics.Type == MetricMtu)
                return (int)metrics.Number;
        }
        return 0;
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Weft.Control;

/// <summary>
/// Reads what <c>nft -j list ruleset</c> prints (libnftables-json(5)) as chains that can be asked. Pure; what it does not
/// know it says so of.
/// </summary>
static class NftFilter
{
    static readonly string[] s_families = ["ip", "ip6", "inet"];
    static readonly string[] s_ofIptables = ["filter", "nat", "mangle", "raw", "security"];

    /// <param name="json">What the tool printed.</param>
    /// <param name="iptables">The host has iptables, which tells of its own tables itself.</param>
    /// <exception cref="JsonException">The text is none.</exception>
    internal static IEnumerable<FilterChain> Read(string json, bool iptables)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (NftRule.Member(document.RootElement, "nftables") is not { ValueKind: JsonValueKind.Array } items)
            throw new JsonException("no 'nftables' in it");
        Dictionary<(string Family, string Table, string Chain), FilterChain> chains = [];
        foreach (JsonElement item in items.EnumerateArray())
        {
            if (NftRule.Member(item, "chain") is { } chain)
            {
                NftChain read = NftChain.Read(chain);
                bool ofIptables = iptables && read.Family is "ip" or "ip6" && s_ofIptables.Contains(read.Table);
                if (s_families.Contains(read.Family) && !ofIptables)
                    chains[(read.Family, read.Table, read.Name)] = Chain(read, chain);
            }
            else if (
                NftRule.Member(item, "rule") is { } rule
                && chains.TryGetValue(
                    (
                        NftRule.Text(rule, "family") ?? "",
                        NftRule.Text(rule, "table") ?? "",
                        NftRule.Text(rule, "chain") ?? ""
                    ),
                    out FilterChain? into
                )
            )
            {
                into.Rules.Add(Rule(rule));
            }
        }
        return chains.Values;
    }

    static FilterChain Chain(NftChain read, JsonElement json) =>
        new(
            $"nft table {read.Family} {read.Table}",
            read.Name,
            read.Type == "filter" ? read.Hook : null,
            Number(NftRule.Member(json, "prio")) ?? 0,
            read.Policy == "drop",
            []
        )
        {
            Sees = p => read.Family == "inet" || read.Family == "ip6" == p.IsIPv6,
        };

    static FilterRule Rule(JsonElement json)
    {
        List<Func<FilterPacket, bool?>> matches = [];
        List<string> words = [];
        FilterAction action = FilterAction.None;
        string? target = null;
        if (NftRule.Member(json, "expr") is { ValueKind: JsonValueKind.Array } expressions)
        {
            foreach (JsonElement expression in expressions.EnumerateArray())
            {
                (string kind, JsonElement body) = First(expression);
                switch (kind)
                {
                    case "accept":
                        action = FilterAction.Accept;
                        break;
                    case "drop" or "reject":
                        action = FilterAction.Drop;
                        break;
                    case "return":
                        action = FilterAction.Return;
                        break;
                    case "jump" or "goto":
                        action = kind == "jump" ? FilterAction.Jump : FilterAction.Goto;
                        target = NftRule.Text(body, "target");
                        break;
                    case "counter" or "log" or "mangle":
                        continue;
                    case "match":
                        matches.Add(Match(body, out string text));
                        words.Add(text);
                        continue;
                    case "vmap" or "queue":
                        action = FilterAction.Unknown;
                        break;
                    default:
                        matches.Add(_ => null);
                        break;
                }
                words.Add(target is null ? kind : $"{kind} {target}");
            }
        }
        string handle = Number(NftRule.Member(json, "handle"))?.ToString(CultureInfo.InvariantCulture) ?? "?";
        return new FilterRule(matches, action, target, $"{string.Join(' ', words)} (handle {handle})");
    }

    static Func<FilterPacket, bool?> Match(JsonElement body, out string text)
    {
        string op = NftRule.Text(body, "op") ?? "==";
        (string side, JsonElement left) = First(NftRule.Member(body, "left") ?? default);
        string what = side switch
        {
            "meta" or "ct" => $"{(side == "ct" ? "ct " : "")}{NftRule.Text(left, "key")}",
            "payload" => $"{NftRule.Text(left, "protocol")} {NftRule.Text(left, "field")}",
            _ => side,
        };
        JsonElement right = NftRule.Member(body, "right") ?? default;
        List<string> values = [];
        bool isKnown = op is "==" or "!=" or "in" && TryValues(right, values);
        text = $"{what} {(op is "==" or "in" ? "" : op + " ")}{(isKnown ? Shown(values) : "…")}";
        if (!isKnown)
            return _ => null;
        bool turned = op == "!=";
        return packet => Holds(what, values, packet) is { } yes ? yes != turned : null;
    }

    static bool? Holds(string what, List<string> values, FilterPacket packet)
    {
        switch (what)
        {
            case "iifname" or "iif":
                return values.Any(v => FilterText.IsInterface(v, packet.Input));
            case "oifname" or "oif":
                return values.Any(v => FilterText.IsInterface(v, packet.Output));
            case "nfproto":
                return values.Contains(packet.IsIPv6 ? "ipv6" : "ipv4");
            case "protocol":
                return values.Contains(packet.IsIPv6 ? "ip6" : "ip");
            case "l4proto" or "ip protocol" or "ip6 nexthdr":
                return !(what[0] == 'i' && what.StartsWith("ip6", StringComparison.Ordinal) != packet.IsIPv6)
                    && values.Any(v => FilterText.IsProtocol(v, packet));
            case "ct state":
                return FilterText.IsState(values, packet);
            case "udp dport" or "tcp dport" or "th dport":
                return IsOf(what, packet) && InPorts(values, packet.DestinationPort) is { } d ? d : Not(what, packet);
            case "udp sport" or "tcp sport" or "th sport":
                return IsOf(what, packet) && InPorts(values, packet.SourcePort) is { } s ? s : Not(what, packet);
            case "ip saddr" or "ip6 saddr":
                return InNetworks(values, packet.Source, what);
            case "ip daddr" or "ip6 daddr":
                return InNetworks(values, packet.Destination, what);
            case "icmp type" or "icmpv6 type":
                return packet.Protocol == what.Split(' ')[0] ? null : false;
            default:
                return null;
        }
    }

    static bool IsOf(string what, FilterPacket packet) =>
        what.StartsWith("th ", StringComparison.Ordinal)
            ? packet.Protocol is "udp" or "tcp"
            : what.StartsWith(packet.Protocol, StringComparison.Ordinal);

    /// <summary>A packet of another protocol has no such port.</summary>
    static bool? Not(string what, FilterPacket packet) => IsOf(what, packet) ? null : false;

    static bool? InPorts(List<string> values, int port)
    {
        (int First, int Last)?[] ranges = [.. values.Select(FilterText.Ports)];
        return ranges.Contains(null) ? null : ranges.Any(r => r is var (first, last) && port >= first && port <= last);
    }

    static bool? InNetworks(List<string> values, IPAddress address, string what)
    {
        if (what.StartsWith("ip6", StringComparison.Ordinal) != (address.GetAddressBytes().Length == 16))
            return false;
        IPNetwork?[] networks = [.. values.Select(FilterText.Network)];
        return networks.Contains(null) ? null : networks.Any(n => FilterText.Holds(n!.Value, address));
    }

    /// <summary>What stands on the right: a word, a number, a prefix, a range, or several of them.</summary>
    static bool TryValues(JsonElement right, List<string> values)
    {
        switch (right.ValueKind)
        {
            case JsonValueKind.String when right.GetString() is { } word && !word.StartsWith('@'):
                values.Add(word);
                return true;
            case JsonValueKind.Number:
                values.Add(right.GetRawText());
                return true;
            case JsonValueKind.Array:
                return right.EnumerateArray().All(item => TryValues(item, values));
            case JsonValueKind.Object:
                (string kind, JsonElement body) = First(right);
                if (kind == "set")
                    return TryValues(body, values);
                if (kind == "prefix" && NftRule.Text(body, "addr") is { } address)
                {
                    values.Add($"{address}/{Number(NftRule.Member(body, "len")) ?? 0}");
                    return true;
                }
                if (kind != "range" || body.ValueKind != JsonValueKind.Array || body.GetArrayLength() != 2)
                    return false;
                values.Add($"{body[0]}-{body[1]}");
                return true;
            default:
                return false;
        }
    }

    static string Shown(List<string> values) =>
        values.Count == 1 ? values[0] : $"{{ {string.Join(", ", values.Take(5))}{(values.Count > 5 ? ", …" : "")} }}";

    static int? Number(JsonElement? json) =>
        json is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int value) ? value : null;

    static (string Kind, JsonElement Body) First(JsonElement expression)
    {
        if (expression.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in expression.EnumerateObject())
                return (property.Name, property.Value);
        }
        return ("", expression);
    }
}

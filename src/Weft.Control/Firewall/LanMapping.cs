using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Weft.Config;

namespace Weft.Control;

/// <summary>
/// The networks of a site, of one family, that the other sites reach under another prefix (NETMAP): what comes in by the
/// interface for the prefix that is shown goes to the real network, and what the real network sends out by it bears
/// the prefix that is shown. In nft it is a table of ours, in iptables rules with a remark. Pure.
/// </summary>
/// <param name="Interface">Its name.</param>
/// <param name="IsIPv6">The family.</param>
/// <param name="Maps">None to have nothing there.</param>
sealed partial record LanMapping(string Interface, bool IsIPv6, ImmutableArray<LanMap> Maps)
{
    const string In = "in";
    const string Out = "out";

    internal static string NftTable(string name) => "weft-map-" + name;

    internal static string IptablesRemark(string name) => $"-m comment --comment \"weft: mapped for {name}\"";

    /// <summary>The comments of the table's rules, by which they are known again.</summary>
    internal ImmutableArray<string> NftRemarks =>
        [.. Maps.Select(m => Remark(In, m)), .. Maps.Select(m => Remark(Out, m))];

    /// <summary>
    /// The table whole, for <c>nft -f</c>. Its chains come just before those where others translate addresses: the first
    /// that translates a connection decides it. Hooks have numbers, whose names old nfts do not know.
    /// </summary>
    internal string NftText()
    {
        string family = TunnelGuard.NftFamily(IsIPv6);
        StringBuilder text = new($"table {family} {NftTable(Interface)} {{\n");
        text.Append("  chain in { type nat hook prerouting priority -101; policy accept;\n");
        foreach (LanMap map in Maps)
            text.Append($"    iifname \"{Interface}\" {family} daddr {map.Shown} dnat {family} prefix to ")
                .Append($"{family} daddr map {{ {map.Shown} : {map.Real} }} comment \"{Remark(In, map)}\"\n");
        text.Append("  }\n  chain out { type nat hook postrouting priority 99; policy accept;\n");
        foreach (LanMap map in Maps)
            text.Append($"    oifname \"{Interface}\" {family} saddr {map.Real} snat {family} prefix to ")
                .Append($"{family} saddr map {{ {map.Real} : {map.Shown} }} comment \"{Remark(Out, map)}\"\n");
        return text.Append("  }\n}\n").ToString();
    }

    /// <summary>The rules in the form in which <c>iptables-save</c> prints them, without their <c>-A</c>.</summary>
    internal ImmutableArray<(string Table, string Rule)> IptablesRules()
    {
        string remark = IptablesRemark(Interface);
        return
        [
            .. Maps.Select(m => ("nat", $"PREROUTING -d {m.Shown} -i {Interface} {remark} -j NETMAP --to {m.Real}")),
            .. Maps.Select(m => ("nat", $"POSTROUTING -s {m.Real} -o {Interface} {remark} -j NETMAP --to {m.Shown}")),
        ];
    }

    /// <summary>What stands, by the remarks of its rules.</summary>
    internal static LanMapping Standing(string name, bool v6, IEnumerable<string> remarks) =>
        new(
            name,
            v6,
            [
                .. remarks
                    .Select(r => Mapped().Match(r))
                    .Where(m => m.Success)
                    .Select(m => new LanMap(IPNetwork.Parse(m.Groups[2].Value), IPNetwork.Parse(m.Groups[1].Value))),
            ]
        );

    static string Remark(string way, LanMap map) => $"{NftRule.CommentWord}{way} {map.Shown} {map.Real}";

    [GeneratedRegex(@"^weft: in ([0-9a-f.:]+/[0-9]+) ([0-9a-f.:]+/[0-9]+)$")]
    private static partial Regex Mapped();
}

using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Weft.Control;

/// <summary>The <see cref="TunnelGuard"/>s and <see cref="LanMapping"/>s that stand in nftables, and the text for <c>nft -f</c> to change them. Pure.</summary>
/// <param name="Program">Path of <c>nft</c>.</param>
/// <param name="Ruleset">What stands.</param>
sealed partial record NftGuards(string Program, Nftables Ruleset) : IGuards
{
    public FirewallChange? Put(TunnelGuard guard)
    {
        TunnelGuard? standing = Standing(guard.Interface, guard.IsIPv6);
        if (standing is not null && standing.NftText() == guard.NftText())
            return null;
        string empty = Emptied(guard.Interface, guard.IsIPv6);
        return new(Program, ["-f", "-"], empty + guard.NftText(), empty + standing?.NftText());
    }

    public FirewallChange? Take(string name, bool v6)
    {
        string empty = Emptied(name, v6);
        return Ruleset.HasTable(TunnelGuard.NftFamily(v6), TunnelGuard.NftTable(name))
            ? new(Program, ["-f", "-"], empty, empty + Standing(name, v6)?.NftText())
            : null;
    }

    public FirewallChange? Map(LanMapping wanted)
    {
        (string family, string table) = (TunnelGuard.NftFamily(wanted.IsIPv6), LanMapping.NftTable(wanted.Interface));
        ImmutableArray<string> remarks = [.. Ruleset.RulesOf(family, table).Select(r => r.Words)];
        bool isThere = Ruleset.HasTable(family, table);
        if (wanted.Maps.IsEmpty ? !isThere : remarks.ToHashSet().SetEquals(wanted.NftRemarks))
            return null;
        string empty = EmptiedTable(family, table);
        LanMapping standing = LanMapping.Standing(wanted.Interface, wanted.IsIPv6, remarks);
        return new(
            Program,
            ["-f", "-"],
            wanted.Maps.IsEmpty ? empty : empty + wanted.NftText(),
            standing.Maps.IsEmpty ? empty : empty + standing.NftText()
        );
    }

    /// <summary>Null when there is none, or none that we could have made.</summary>
    TunnelGuard? Standing(string name, bool v6)
    {
        ImmutableArray<string> rules =
        [
            .. Ruleset.RulesOf(TunnelGuard.NftFamily(v6), TunnelGuard.NftTable(name)).Select(r => r.Words),
        ];
        ImmutableArray<IPAddress> addresses =
        [
            .. rules
                .Select(r => Destination().Match(r))
                .Where(m => m.Success)
                .Select(m => IPAddress.Parse(m.Groups[1].Value)),
        ];
        Match mark = rules.Select(r => MarkMatched().Match(r)).FirstOrDefault(m => m.Success) ?? Match.Empty;
        // One rule to drop for each address, one that gives marks and one that keeps them.
        return mark.Success && rules.Length == addresses.Length + 2
            ? new(name, v6, uint.Parse(mark.Groups[1].Value, CultureInfo.InvariantCulture), addresses)
            : null;
    }

    /// <summary>A table can only be deleted where there is one.</summary>
    static string Emptied(string name, bool v6) => EmptiedTable(TunnelGuard.NftFamily(v6), TunnelGuard.NftTable(name));

    static string EmptiedTable(string family, string table) =>
        $"add table {family} {table}\ndelete table {family} {table}\n";

    [GeneratedRegex(@"\bip6? daddr ([0-9a-f.:]+)")]
    private static partial Regex Destination();

    [GeneratedRegex(@"(?<![\w""])mark ([0-9]+)")]
    private static partial Regex MarkMatched();
}

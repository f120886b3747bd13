using System.Net;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// That no prefix belongs to two: LANs against each other and against the tunnel networks. A LAN that is mapped is in the
/// way of what the others show, but not of another LAN that is mapped. Two prefixes are nested or disjoint, so one pass
/// over them in order, with those that are still open on a stack, finds every pair.
/// </summary>
static class PrefixChecks
{
    /// <summary>Of overlaps that are listed one by one; a thousand equal LANs make half a million.</summary>
    const int MostListed = 100;

    /// <summary>A tunnel network (site -1) or a LAN: as its site has it, as the others see it, or both.</summary>
    readonly record struct Claim(IpRange Range, IPNetwork Network, int Site, ValueOf Value, LanMap Map)
    {
        /// <summary>The others do not see it, since it is mapped.</summary>
        internal bool IsHidden => Map.IsMapped && Network == Map.Real;

        internal bool IsShownMapped => Map.IsMapped && Network == Map.Shown;
    }

    internal static void Run(MeshConfig config, Findings findings)
    {
        List<Claim> claims = [];
        for (int k = 0; k < config.Networks.Length; k++)
            Collect(config.Networks[k], -1, new ValueOf("Network", k), claims, config, findings);
        for (int i = 0; i < config.Sites.Length; i++)
        {
            for (int k = 0; k < config.Sites[i].Lans.Length; k++)
            {
                IPNetwork lan = config.Sites[i].Lans[k];
                LanMap map = new(lan, config.Sites[i].Shown(lan));
                Collect(lan, i, new ValueOf("Lan", k), claims, config, findings, map);
                if (map.IsMapped)
                    Collect(map.Shown, i, new ValueOf("Lan", k), claims, config, findings, map);
            }
        }
        claims.Sort(
            (a, b) =>
                a.Range.Family != b.Range.Family ? a.Range.Family.CompareTo(b.Range.Family)
                : a.Range.First != b.Range.First ? a.Range.First.CompareTo(b.Range.First)
                : a.Range.Last != b.Range.Last ? b.Range.Last.CompareTo(a.Range.Last)
                : a.Site.CompareTo(b.Site)
        );
        FreePrefixes free = new(claims.Select(c => c.Range));
        int overlaps = 0;
        Stack<Claim> open = new();
        foreach (Claim claim in claims)
        {
            while (open.TryPeek(out Claim top) && !top.Range.Overlaps(claim.Range))
                open.Pop();
            foreach (Claim outer in open)
            {
                if (outer.IsHidden && claim.IsHidden && outer.Site != claim.Site)
                    continue;
                if (++overlaps <= MostListed)
                    Report(outer, claim, config, findings, free);
            }
            open.Push(claim);
        }
        if (overlaps > MostListed)
            findings.OfMesh(
                FindingLevel.Error,
                ValueOf.Section,
                $"{overlaps - MostListed} more overlaps of networks, not listed",
                "mend the ones listed and check again"
            );
    }

    static void Collect(
        IPNetwork network,
        int site,
        ValueOf value,
        List<Claim> claims,
        MeshConfig config,
        Findings findings,
        LanMap map = default
    )
    {
        IpRange range = IpRange.Of(network);
        string? fault =
            network.PrefixLength == 0 ? $"{value.Key} = {network} is the whole Internet"
            : AddressKind.NeverRoutedIn(range) is string kind ? $"{value.Key} = {network} holds {kind}"
            : null;
        if (fault is null)
            claims.Add(new Claim(range, network, site, value, map));
        else if (site < 0)
            findings.OfMesh(
                FindingLevel.Error,
                value,
                fault,
                "use a private network that no site uses, such as 192.168.192.0/24"
            );
        else
            findings.Error(
                site,
                value,
                $"{fault} ({config.Sites[site].Name})",
                "name the network that the site's hosts are in"
            );
    }

    static void Report(Claim outer, Claim inner, MeshConfig config, Findings findings, FreePrefixes free)
    {
        if (outer.Site < 0 && inner.Site < 0)
            findings.OfMesh(
                FindingLevel.Error,
                inner.Value,
                outer.Network == inner.Network
                    ? $"Network = {inner.Network} stands twice"
                    : $"Network = {inner.Network} lies within Network = {outer.Network}",
                "leave one of them out"
            );
        else if (outer.Site < 0 || inner.Site < 0)
            AgainstTunnel(outer.Site < 0 ? inner : outer, outer.Site < 0 ? outer : inner, config, findings);
        else if (outer.Site == inner.Site && (outer.IsShownMapped || inner.IsShownMapped))
            findings.Error(
                inner.Site,
                inner.Value,
                $"{Words(inner, config)} overlaps {Words(outer, config)}, so one address would mean two hosts",
                $"map it to a prefix that no site has, such as {Free(inner, free)}"
            );
        else if (outer.Site == inner.Site)
            findings.Warning(
                inner.Site,
                inner.Value,
                outer.Network == inner.Network
                    ? $"Lan = {inner.Network} of {config.Sites[inner.Site].Name} stands twice"
                    : $"Lan = {inner.Network} of {config.Sites[inner.Site].Name} lies within its Lan = {outer.Network}",
                $"leave Lan = {inner.Network} out"
            );
        else
            BetweenSites(outer, inner, config, findings, free);
    }

    static void AgainstTunnel(Claim lan, Claim tunnel, MeshConfig config, Findings findings) =>
        findings.Error(
            lan.Site,
            lan.Value,
            $"Lan = {lan.Network} of {config.Sites[lan.Site].Name} overlaps the tunnel network {tunnel.Network}",
            "choose a Network that no site uses"
        );

    static void BetweenSites(Claim outer, Claim inner, MeshConfig config, Findings findings, FreePrefixes free)
    {
        // The later one in the file is where the fault stands: it was most likely the one just added.
        (Claim later, Claim earlier) = inner.Site > outer.Site ? (inner, outer) : (outer, inner);
        string message =
            later.Map.IsMapped || earlier.Map.IsMapped ? $"{Words(later, config)} overlaps {Words(earlier, config)}"
            : inner.Network == outer.Network
                ? $"Lan = {inner.Network} is claimed twice, by {config.Sites[later.Site].Name} and {config.Sites[earlier.Site].Name}"
            : $"Lan = {later.Network} of {config.Sites[later.Site].Name} overlaps Lan = {earlier.Network} of {config.Sites[earlier.Site].Name}";
        findings.OfSites(
            FindingLevel.Error,
            [later.Site, earlier.Site],
            later.Value,
            message,
            WayOut(later, earlier, config, free)
        );
    }

    /// <summary>
    /// Both are mapped, or a host of the one that is not would be asked for at home by the hosts of the one that is. One that
    /// is mapped to where another is needs another place.
    /// </summary>
    static string WayOut(Claim later, Claim earlier, MeshConfig config, FreePrefixes free)
    {
        Claim[] moved =
            later.IsShownMapped ? [later]
            : earlier.IsShownMapped ? [earlier]
            : [earlier, later];
        return "map "
            + string.Join(
                " and ",
                moved
                    .Where(c => !c.IsHidden)
                    .Select(c => $"{config.Sites[c.Site].Name} with Lan = {c.Map.Real} as {Free(c, free)}")
            )
            + (moved.Any(c => c.IsShownMapped) ? "" : ", renumber one of the two LANs, or leave it out of the mesh");
    }

    static string Free(Claim claim, FreePrefixes free) =>
        free.Next(claim.Range.Family, claim.Network.PrefixLength) is { } found
            ? found.ToString()
            : $"a free /{claim.Network.PrefixLength}";

    static string Words(Claim claim, MeshConfig config) =>
        (claim.Map.IsMapped ? $"Lan = {claim.Map}" : $"Lan = {claim.Network}") + $" of {config.Sites[claim.Site].Name}";
}

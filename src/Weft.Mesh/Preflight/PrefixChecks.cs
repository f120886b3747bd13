using System.Net;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// That no prefix belongs to two: LANs against each other and against the tunnel networks. Two prefixes are nested or
/// disjoint, so one pass over them in order, with those that are still open on a stack, finds every pair.
/// </summary>
static class PrefixChecks
{
    /// <summary>Of overlaps that are listed one by one; a thousand equal LANs make half a million.</summary>
    const int MostListed = 100;

    /// <summary>A tunnel network (site -1) or a LAN.</summary>
    readonly record struct Claim(IpRange Range, IPNetwork Network, int Site, ValueOf Value);

    internal static void Run(MeshConfig config, Findings findings)
    {
        List<Claim> claims = [];
        for (int k = 0; k < config.Networks.Length; k++)
            Collect(config.Networks[k], -1, new ValueOf("Network", k), claims, config, findings);
        for (int i = 0; i < config.Sites.Length; i++)
        {
            for (int k = 0; k < config.Sites[i].Lans.Length; k++)
                Collect(config.Sites[i].Lans[k], i, new ValueOf("Lan", k), claims, config, findings);
        }
        claims.Sort(
            (a, b) =>
                a.Range.Family != b.Range.Family ? a.Range.Family.CompareTo(b.Range.Family)
                : a.Range.First != b.Range.First ? a.Range.First.CompareTo(b.Range.First)
                : a.Range.Last != b.Range.Last ? b.Range.Last.CompareTo(a.Range.Last)
                : a.Site.CompareTo(b.Site)
        );
        int overlaps = 0;
        Stack<Claim> open = new();
        foreach (Claim claim in claims)
        {
            while (open.TryPeek(out Claim top) && !top.Range.Overlaps(claim.Range))
                open.Pop();
            foreach (Claim outer in open)
            {
                if (++overlaps <= MostListed)
                    Report(outer, claim, config, findings);
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
        Findings findings
    )
    {
        IpRange range = IpRange.Of(network);
        string? fault =
            network.PrefixLength == 0 ? $"{value.Key} = {network} is the whole Internet"
            : AddressKind.NeverRoutedIn(range) is string kind ? $"{value.Key} = {network} holds {kind}"
            : null;
        if (fault is null)
            claims.Add(new Claim(range, network, site, value));
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

    static void Report(Claim outer, Claim inner, MeshConfig config, Findings findings)
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
            BetweenSites(outer, inner, config, findings);
    }

    static void AgainstTunnel(Claim lan, Claim tunnel, MeshConfig config, Findings findings) =>
        findings.Error(
            lan.Site,
            lan.Value,
            $"Lan = {lan.Network} of {config.Sites[lan.Site].Name} overlaps the tunnel network {tunnel.Network}",
            "choose a Network that no site uses"
        );

    static void BetweenSites(Claim outer, Claim inner, MeshConfig config, Findings findings)
    {
        // The later one in the file is where the fault stands: it was most likely the one just added.
        (Claim later, Claim earlier) = inner.Site > outer.Site ? (inner, outer) : (outer, inner);
        string message =
            inner.Network == outer.Network
                ? $"Lan = {inner.Network} is claimed twice, by {config.Sites[later.Site].Name} and {config.Sites[earlier.Site].Name}"
                : $"Lan = {later.Network} of {config.Sites[later.Site].Name} overlaps Lan = {earlier.Network} of {config.Sites[earlier.Site].Name}";
        findings.OfSites(
            FindingLevel.Error,
            [later.Site, earlier.Site],
            later.Value,
            message,
            "renumber one of the two LANs, or leave it out of the mesh"
        );
    }
}

using System.Globalization;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>What can be said of the mesh's own settings and of each site: names, numbers, who can reach whom.</summary>
static class SiteChecks
{
    /// <summary>Every IPv4 host must take a datagram of 576 bytes (RFC 791); every IPv6 link one of 1280 (RFC 8200).</summary>
    const int SmallestMtu = 576;
    const int SmallestMtuWithIPv6 = 1280;

    /// <summary>A full datagram less the outer IPv6, UDP and WireGuard headers and the tag.</summary>
    const int LargestMtu = 65535 - 80;

    /// <summary>What fits Ethernet's 1500 over IPv4, with 60 bytes of overhead.</summary>
    const int LargestMtuOnEthernet = 1440;

    const int LongestSafeKeepalive = 60;

    static readonly TimeSpan ShortestCheck = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestCheck = TimeSpan.FromDays(1);

    internal static void Run(MeshConfig config, Findings findings)
    {
        OfMesh(config, findings);
        Names(config, findings);
        for (int i = 0; i < config.Sites.Length; i++)
        {
            Ports(config.Sites[i], i, findings);
            Mtu(config, i, findings);
            Nat(config.Sites[i], i, findings);
        }
        Reach(config, findings);
    }

    static void OfMesh(MeshConfig config, Findings findings)
    {
        if (config.Networks.IsEmpty)
            findings.OfMesh(
                FindingLevel.Error,
                ValueOf.Section,
                "the mesh has no network for its tunnel addresses",
                "add Network = 192.168.192.0/24 under [Mesh]"
            );
        if (config.Check < ShortestCheck || config.Check > LongestCheck)
            findings.OfMesh(
                FindingLevel.Error,
                "Check",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Check = {config.Check.TotalSeconds} is not from 1 to {LongestCheck.TotalSeconds} seconds"
                ),
                "10 is usual"
            );
        if (config.Port == 0)
            findings.OfMesh(
                FindingLevel.Error,
                "Port",
                "Port = 0 is not a port that others can dial",
                "choose one from 1 to 65535"
            );
        if (config.Sites.IsEmpty)
            findings.OfMesh(
                FindingLevel.Error,
                ValueOf.Section,
                "the mesh has no sites",
                "add a [Site] with Name and Lan for each"
            );
        else if (config.Sites.Length == 1)
            findings.OfMesh(
                FindingLevel.Warning,
                ValueOf.Section,
                "the mesh has one site, and so no links",
                "add a [Site] for each of the others"
            );
    }

    static void Names(MeshConfig config, Findings findings)
    {
        Dictionary<string, int> first = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < config.Sites.Length; i++)
        {
            string name = config.Sites[i].Name;
            if (SiteName.FaultOf(name) is string fault)
                findings.Error(
                    i,
                    "Name",
                    $"the name \"{Printable(name)}\" {fault}",
                    "use the site's host name, such as a.example.org"
                );
            if (!first.TryAdd(name, i))
                findings.OfSites(
                    FindingLevel.Error,
                    [i, first[name]],
                    "Name",
                    $"two sites are called {Printable(name)}",
                    "give each site a name of its own; upper and lower case are the same"
                );
        }
    }

    static void Ports(MeshSite site, int i, Findings findings)
    {
        if (site.Port == 0)
            findings.Error(
                i,
                "Port",
                $"Port = 0 of {site.Name} is not a port that others can dial",
                "choose one from 1 to 65535"
            );
        if (site.EndpointPort == 0)
            findings.Error(i, "Endpoint", $"the endpoint of {site.Name} has port 0", "choose one from 1 to 65535");
    }

    static void Mtu(MeshConfig config, int i, Findings findings)
    {
        MeshSite site = config.Sites[i];
        if (site.Mtu is not ushort mtu)
            return;
        bool carriesIPv6 = config
            .Networks.Concat(site.Lans)
            .Any(n => IpRange.BitsOf(n.BaseAddress.AddressFamily) == 128);
        int smallest = carriesIPv6 ? SmallestMtuWithIPv6 : SmallestMtu;
        if (mtu < smallest || mtu > LargestMtu)
            findings.Error(
                i,
                "Mtu",
                $"Mtu = {mtu} of {site.Name} is not from {smallest} to {LargestMtu}",
                carriesIPv6 && mtu >= SmallestMtu ? "IPv6 needs 1280 at least" : "leave it out for 1420"
            );
        else if (mtu > LargestMtuOnEthernet)
            findings.Warning(
                i,
                "Mtu",
                $"Mtu = {mtu} of {site.Name} needs a path for packets of {mtu + 60} bytes, and most carry 1500",
                "leave it out for 1420"
            );
    }

    static void Nat(MeshSite site, int i, Findings findings)
    {
        if (site.Nat && site.Relay)
            findings.Error(
                i,
                "Relay",
                $"{site.Name} is a relay and behind NAT, where nobody can dial it",
                "make a public site the relay, or forward its port and say Nat = no"
            );
        if (site.Nat && (site.EndpointHost is not null || site.EndpointPort is not null))
            findings.Warning(
                i,
                "Endpoint",
                $"{site.Name} is behind NAT, so nobody dials its Endpoint",
                "leave Endpoint out, or say Nat = no if its port is forwarded"
            );
        if (site.Nat && site.Keepalive == 0)
            findings.Warning(
                i,
                "Keepalive",
                $"{site.Name} is behind NAT with Keepalive = 0: others reach it only after it has sent something",
                $"leave Keepalive out for {MeshPlan.DefaultKeepalive}"
            );
        if (site.Nat && site.Keepalive > LongestSafeKeepalive)
            findings.Warning(
                i,
                "Keepalive",
                $"Keepalive = {site.Keepalive} of {site.Name} is longer than many routers keep a mapping",
                $"leave Keepalive out for {MeshPlan.DefaultKeepalive}"
            );
        if (!site.Nat && site.Keepalive > 0)
            findings.Warning(
                i,
                "Keepalive",
                $"{site.Name} is public and needs no Keepalive",
                "set Keepalive on the sites behind NAT; they hold the way open"
            );
    }

    static void Reach(MeshConfig config, Findings findings)
    {
        if (config.Sites.Length < 2 || config.Sites.Any(site => !site.Nat))
            return;
        int[] all = [.. Enumerable.Range(0, config.Sites.Length)];
        findings.OfSites(
            FindingLevel.Error,
            all,
            "Nat",
            $"every site is behind NAT ({findings.Listed(all)}), so none can be dialled",
            "one site must be public: forward its UDP port and say Nat = no"
        );
    }

    /// <summary>A name as it can be shown: what would move the cursor becomes a question mark.</summary>
    static string Printable(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));
}

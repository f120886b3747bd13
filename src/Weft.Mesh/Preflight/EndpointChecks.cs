using System.Collections.Immutable;
using System.Net;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>That every public site can be dialled where the others will dial it.</summary>
static class EndpointChecks
{
    internal static void Run(MeshConfig config, Findings findings)
    {
        Dictionary<(string Host, ushort Port), int> dialled = [];
        ImmutableArray<(IpRange Range, string What)> networks = NetworksOf(config);
        for (int i = 0; i < config.Sites.Length; i++)
        {
            MeshSite site = config.Sites[i];
            if (MeshPlan.EndpointOf(config, site) is not HostPort endpoint || !IsWellFormed(site, i, findings))
                continue;
            OfHost(site, i, networks, findings);
            if (!dialled.TryAdd((endpoint.Host.ToLowerInvariant(), endpoint.Port), i))
                SameEndpoint(config, i, dialled[(endpoint.Host.ToLowerInvariant(), endpoint.Port)], endpoint, findings);
        }
    }

    /// <summary>A bad name is the names' own check to report.</summary>
    static bool IsWellFormed(MeshSite site, int i, Findings findings)
    {
        if (site.EndpointHost is not string host)
            return SiteName.FaultOf(site.Name) is null;
        if (SiteName.FaultOfHost(host) is not string fault)
            return true;
        findings.Error(i, "Endpoint", $"the endpoint of {site.Name} {fault}", "use a host name or an address");
        return false;
    }

    static void OfHost(
        MeshSite site,
        int i,
        ImmutableArray<(IpRange Range, string What)> carriedNetworks,
        Findings findings
    )
    {
        string host = site.EndpointHost ?? site.Name;
        ValueOf key = DialledBy(site);
        if (SiteName.AddressOf(host) is not IPAddress address)
        {
            if (!host.Contains('.', StringComparison.Ordinal))
                findings.Warning(
                    i,
                    key,
                    $"others dial {site.Name} as \"{host}\", which has no domain",
                    "use a full name such as a.example.org, or set Endpoint"
                );
            return;
        }
        (IpRange _, string? carried) = carriedNetworks.FirstOrDefault(one => one.Range.Contains(address));
        if (carried is not null)
            findings.Error(
                i,
                key,
                $"the endpoint {address} of {site.Name} lies in {carried}, so the way to it leads into the tunnel itself",
                "use the site's public address or name"
            );
        else if (
            AddressKind.NeverRoutedIn(new IpRange(address.AddressFamily, Number(address), Number(address)))
            is string kind
        )
            findings.Error(
                i,
                key,
                $"the endpoint {address} of {site.Name} is {kind}",
                "use the site's public address or name"
            );
        else if (AddressKind.IsPrivate(address))
            findings.Warning(
                i,
                key,
                $"the endpoint {address} of {site.Name} is a private address, which the Internet does not reach",
                "use the site's public address or name, or say Nat = yes"
            );
    }

    static void SameEndpoint(MeshConfig config, int site, int first, HostPort endpoint, Findings findings)
    {
        // Two sites of one name are reported as such.
        if (string.Equals(config.Sites[site].Name, config.Sites[first].Name, StringComparison.OrdinalIgnoreCase))
            return;
        findings.OfSites(
            FindingLevel.Error,
            [site, first],
            DialledBy(config.Sites[site]),
            $"{config.Sites[site].Name} and {config.Sites[first].Name} are both dialled at {endpoint}",
            "give one of them another Endpoint or Port"
        );
    }

    /// <summary>What the mesh carries, and what to call it.</summary>
    internal static ImmutableArray<(IpRange Range, string What)> NetworksOf(MeshConfig config) =>
        [
            .. config.Networks.Select(n => (IpRange.Of(n), $"the tunnel network {n}")),
            .. config.Sites.SelectMany(s =>
                s.Lans.Select(s.Shown).Select(lan => (IpRange.Of(lan), $"Lan = {lan} of {s.Name}"))
            ),
        ];

    /// <summary>The value that says where a site is dialled.</summary>
    internal static ValueOf DialledBy(MeshSite site) => site.EndpointHost is null ? "Name" : "Endpoint";

    static UInt128 Number(IPAddress address) => IpRange.NumberOf(address);
}

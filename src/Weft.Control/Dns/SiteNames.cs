using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Weft.Config;

namespace Weft.Control;

/// <summary>
/// What a site's file says of names: its own domain, and who answers for those of the others. A domain by itself is the
/// name of its site's tunnel address. Pure.
/// </summary>
/// <param name="Interface">Of the tunnel.</param>
/// <param name="Own">This site; null when it has no domain.</param>
/// <param name="Others">The sites that have one.</param>
sealed record SiteNames(string Interface, NamedSite? Own, ImmutableArray<NamedSite> Others)
{
    /// <summary>Null when no site of the file has a domain.</summary>
    internal static SiteNames? Of(SiteConfig config, string link)
    {
        InterfaceSection own = config.Interface;
        NamedSite? self = own.Domain is { } domain
            ? new NamedSite(domain, [.. own.Addresses.Select(a => a.Address)], own.Lans, [])
            : null;
        ImmutableArray<NamedSite> others = [.. FarNames(config)];
        return self is null && others.IsEmpty ? null : new SiteNames(link, self, others);
    }

    static IEnumerable<NamedSite> FarNames(SiteConfig config)
    {
        InterfaceSection own = config.Interface;
        foreach (PeerSection peer in config.Peers.Where(p => p.Domain is not null))
        {
            HashSet<IPNetwork> carried = [.. peer.Carries.SelectMany(c => c.Prefixes)];
            yield return Site(
                peer.Domain!,
                peer.AllowedIps.Where(a => !a.Remove && !carried.Contains(a.Prefix)).Select(a => a.Prefix),
                peer.Maps,
                own
            );
        }
        foreach (FarSite far in FarSite.Of(config).Where(f => f.Site.Domain is not null))
            yield return Site(far.Site.Domain!, far.Site.Prefixes, far.Site.Maps, own);
    }

    static NamedSite Site(
        string domain,
        IEnumerable<IPNetwork> prefixes,
        ImmutableArray<LanMap> maps,
        InterfaceSection own
    )
    {
        ILookup<bool, IPNetwork> inTunnel = prefixes.ToLookup(p => TunnelAddress.IsInTunnel(p, own));
        // The far server knows the addresses of a mapped network by their own numbers only.
        IEnumerable<IPNetwork> lans = inTunnel[false].Where(p => !maps.Any(m => m.Shown == p));
        return new NamedSite(domain, [.. inTunnel[true].Select(p => p.BaseAddress)], [.. lans], maps);
    }

    /// <summary>How far sites are asked, in dnsmasq's words; what this host's own names need depends on what it has.</summary>
    internal ImmutableArray<DnsSetting> Forwarding()
    {
        ImmutableArray<DnsSetting>.Builder settings = ImmutableArray.CreateBuilder<DnsSetting>();
        foreach (NamedSite site in Others)
        {
            if (site.Addresses.IsEmpty)
                continue;
            settings.Add(site.Record());
            settings.Add(new DnsSetting("server", $"/{site.Domain}/{site.Addresses[0]}"));
            // Its hosts have private addresses, which a dnsmasq may take for an attack when they come from elsewhere.
            settings.Add(new DnsSetting("rebind-domain-ok", $"/{site.Domain}/"));
            foreach (string zone in site.Lans.SelectMany(ReverseZones.Of))
                settings.Add(new DnsSetting("server", $"/{zone}/{site.Addresses[0]}"));
        }
        settings.AddRange(Aliases());
        return settings.DrainToImmutable();
    }

    /// <summary>
    /// Answers from a far site have its own addresses in them, which are made those under which it is reached. dnsmasq does
    /// so for IPv4 and by the address alone, so where two far sites have the same network neither can be told.
    /// </summary>
    IEnumerable<DnsSetting> Aliases() =>
        Others
            .SelectMany(s => s.Maps)
            .Where(m => m.Real.BaseAddress.AddressFamily == AddressFamily.InterNetwork)
            .GroupBy(m => m.Real)
            .Where(same => same.Select(m => m.Shown).Distinct().Count() == 1)
            .Select(same => new DnsSetting(
                "alias",
                $"{same.Key.BaseAddress},{same.First().Shown.BaseAddress},{Mask(same.Key.PrefixLength)}"
            ));

    static IPAddress Mask(int length)
    {
        uint mask = length == 0 ? 0 : uint.MaxValue << (32 - length);
        return new IPAddress([(byte)(mask >> 24), (byte)(mask >> 16), (byte)(mask >> 8), (byte)mask]);
    }
}

/// <summary>A site whose hosts have names.</summary>
/// <param name="Domain">Of their names.</param>
/// <param name="Addresses">Its own, in the tunnel.</param>
/// <param name="Lans">Networks whose addresses it has names for.</param>
/// <param name="Maps">Those of its networks that are reached under another prefix than their own.</param>
sealed record NamedSite(
    string Domain,
    ImmutableArray<IPAddress> Addresses,
    ImmutableArray<IPNetwork> Lans,
    ImmutableArray<LanMap> Maps
)
{
    /// <summary>The domain itself as a name of the site.</summary>
    internal DnsSetting Record()
    {
        IPAddress? v4 = Addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork);
        IPAddress? v6 = Addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetworkV6);
        string addresses = string.Join(',', new[] { v4, v6 }.OfType<IPAddress>());
        return new DnsSetting("host-record", $"{Domain},{addresses}");
    }
}

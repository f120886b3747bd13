using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Control;

/// <summary>
/// A site that is reached through others, since neither end can dial the other. An allowed IP belongs to one peer at a time,
/// so one relay carries the traffic and another stands in: its networks then move to that one, at both ends.
/// </summary>
/// <remarks>
/// Its own tunnel addresses always stay at the first relay. So a probe of them goes all the way there and back through the
/// first relay, whatever carries the networks meanwhile: it tells when that relay fails and when it works again, and since
/// both ends see the same way, both move at the same time. The two public sites need to know nothing: each has both ends
/// as peers of its own and forwards whatever comes.
/// </remarks>
/// <param name="Site">Its name, key and prefixes.</param>
/// <param name="Relays">The peer that carries its traffic while all is well, then those that stand in.</param>
public sealed record FarSite(CarriedSite Site, ImmutableArray<PublicKey> Relays)
{
    /// <summary>The far sites of a site's file, in its order.</summary>
    public static ImmutableArray<FarSite> Of(SiteConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Dictionary<PublicKey, FarSite> found = [];
        List<PublicKey> order = [];
        foreach (PeerSection peer in config.Peers)
        {
            foreach (CarriedSite site in peer.Carries)
            {
                if (!found.TryGetValue(site.PublicKey, out FarSite? known))
                {
                    order.Add(site.PublicKey);
                    found[site.PublicKey] = new FarSite(site, [peer.PublicKey]);
                    continue;
                }
                bool isFirst = peer.AllowedIps.Any(a => !a.Remove && site.Prefixes.Contains(a.Prefix));
                ImmutableArray<PublicKey> relays = isFirst
                    ? [peer.PublicKey, .. known.Relays]
                    : [.. known.Relays, peer.PublicKey];
                found[site.PublicKey] = known with { Relays = relays };
            }
        }
        return [.. order.Select(key => found[key])];
    }

    /// <summary>The address that answers for it; null when it has none.</summary>
    /// <param name="own">The site's own interface.</param>
    public IPAddress? Probe(InterfaceSection own) =>
        Site.Prefixes.Where(p => TunnelAddress.IsInTunnel(p, own)).Select(p => p.BaseAddress).FirstOrDefault();

    /// <summary>The peer that carries its networks now; null when none can.</summary>
    /// <param name="down">Peers and far sites whose link is down.</param>
    public PublicKey? Carrier(IReadOnlySet<PublicKey> down)
    {
        ArgumentNullException.ThrowIfNull(down);
        if (!down.Contains(Site.PublicKey) && !down.Contains(Relays[0]))
            return Relays[0];
        foreach (PublicKey relay in Relays.AsSpan()[1..])
        {
            if (!down.Contains(relay))
                return relay;
        }
        return null;
    }

    /// <summary>Its networks, without its addresses in the tunnel.</summary>
    internal IEnumerable<IPNetwork> Networks(InterfaceSection own) =>
        Site.Prefixes.Where(p => !TunnelAddress.IsInTunnel(p, own));

    /// <summary>The file as it is to be made real: each far site's networks with the peer that carries them now.</summary>
    /// <param name="config">The file.</param>
    /// <param name="down">Peers and far sites whose link is down.</param>
    internal static SiteConfig Carried(SiteConfig config, IReadOnlySet<PublicKey> down)
    {
        if (down.Count == 0)
            return config;
        ImmutableArray<PeerSection> peers = config.Peers;
        foreach (FarSite far in Of(config))
        {
            if (far.Carrier(down) is not { } carrier || carrier == far.Relays[0])
                continue;
            HashSet<IPNetwork> networks = [.. far.Networks(config.Interface)];
            peers =
            [
                .. peers.Select(p =>
                    p.PublicKey == carrier
                        ? p with
                        {
                            AllowedIps = [.. p.AllowedIps, .. networks.Select(n => new AllowedIpChange(n))],
                        }
                    : p.PublicKey == far.Relays[0]
                        ? p with
                        {
                            AllowedIps = p.AllowedIps.RemoveAll(a => networks.Contains(a.Prefix)),
                        }
                    : p
                ),
            ];
        }
        return config with { Peers = peers };
    }
}

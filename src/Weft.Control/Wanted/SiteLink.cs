using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Control;

/// <summary>A link of a site that can be down or up: to a peer, or through a relay all the way to a <see cref="FarSite"/>.</summary>
/// <param name="Key">Of the peer or the far site.</param>
/// <param name="Site">Its name; null when the file gives it none.</param>
/// <param name="Probe">The address that answers for it; null when it has none.</param>
/// <param name="IsFar">No peer of the device, so it makes no handshakes with us.</param>
public sealed record SiteLink(PublicKey Key, string? Site, IPAddress? Probe, bool IsFar)
{
    /// <summary>What logs and histories call it.</summary>
    public string Name => Site ?? Key.ToString();

    /// <summary>The links of a site's file: peers in its order, then far sites. A peer whose key is being changed is one link.</summary>
    public static ImmutableArray<SiteLink> Of(SiteConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        InterfaceSection own = config.Interface;
        return
        [
            .. config
                .Peers.Where(p => p.Replaces is null)
                .Select(p => new SiteLink(p.PublicKey, p.Site, TunnelAddress.Of(p, own), IsFar: false)),
            .. FarSite.Of(config).Select(f => new SiteLink(f.Site.PublicKey, f.Site.Site, f.Probe(own), IsFar: true)),
        ];
    }
}

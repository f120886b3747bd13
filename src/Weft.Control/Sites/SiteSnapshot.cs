using System.Collections.Immutable;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>The file that would make an interface what it is now: wg-quick's <c>save</c>. Pure.</summary>
static class SiteSnapshot
{
    /// <param name="file">What the file says: names, hooks and whatever else the interface itself does not hold.</param>
    /// <param name="device">Keys, port, mark and peers come from here.</param>
    /// <param name="link">The MTU, if the file sets one.</param>
    /// <param name="addresses">Of the interface.</param>
    internal static SiteConfig Of(
        SiteConfig file,
        DeviceStatus device,
        Link link,
        ImmutableArray<LinkAddress> addresses
    )
    {
        Dictionary<PublicKey, string?> names = [];
        foreach (PeerSection peer in file.Peers)
            names[peer.PublicKey] = peer.Site;
        return new SiteConfig
        {
            Interface = file.Interface with
            {
                PrivateKey = device.PrivateKey,
                ListenPort = device.ListenPort == 0 ? null : device.ListenPort,
                FirewallMark = device.FirewallMark == 0 ? null : device.FirewallMark,
                Mtu = file.Interface.Mtu is null ? null : (ushort)link.Mtu,
                Addresses =
                [
                    .. addresses
                        .Where(a => !a.Address.IsIPv6LinkLocal)
                        .Select(a => new InterfaceAddress(a.Address, a.PrefixLength)),
                ],
            },
            Peers =
            [
                .. device.Peers.Select(p => new PeerSection
                {
                    Site = names.GetValueOrDefault(p.PublicKey),
                    PublicKey = p.PublicKey,
                    PresharedKey = p.PresharedKey is { IsZero: false } ? p.PresharedKey : null,
                    AllowedIps = [.. p.AllowedIps.Select(prefix => new AllowedIpChange(prefix))],
                    Endpoint = p.Endpoint is { } e ? new HostPort(e.Address.ToString(), (ushort)e.Port) : null,
                    PersistentKeepalive = p.PersistentKeepalive == 0 ? null : p.PersistentKeepalive,
                }),
            ],
        };
    }
}

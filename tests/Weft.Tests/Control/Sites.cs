using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Control;

/// <summary>A small site and the hosts that it may meet, for the tests of this folder.</summary>
static class Sites
{
    internal static PrivateKey Key { get; } = new([.. Enumerable.Repeat((byte)7, 32)]);

    internal static PublicKey Peer(byte number) => new([.. Enumerable.Repeat(number, 32)]);

    internal static Link Link { get; } =
        new()
        {
            Index = 5,
            Name = "wg0",
            IsUp = true,
            Mtu = 1420,
            Alias = "weft",
            Kind = "tun",
        };

    /// <summary>The lines stand in for those of two peers, which have no endpoint and one prefix each.</summary>
    internal static SiteFile File(string interfaceLines = "", string? peers = null)
    {
        string text = $"""
            [Interface]
            # Weft.Site = a.example.org
            PrivateKey = {Base64(Key)}
            Address = 192.168.192.1/24
            ListenPort = 51820
            {interfaceLines}
            {peers ?? TwoPeers}
            """;
        ParseResult<SiteConfig> result = SiteConfigText.Parse(text, "wg0.conf");
        Assert.Empty(result.Faults);
        return new SiteFile("/etc/wireguard/wg0.conf", "wg0", result.Value!);
    }

    internal static string TwoPeers =>
        $"""
            [Peer]
            # Weft.Site = b.example.org
            PublicKey = {Peer(2)}
            AllowedIPs = 192.168.192.2/32, 10.0.2.0/24
            [Peer]
            # Weft.Site = c.example.org
            PublicKey = {Peer(3)}
            AllowedIPs = 192.168.192.3/32, 10.0.3.0/24
            """;

    internal static WantedState Wanted(
        SiteFile file,
        HostState? actual = null,
        StartOptions? options = null,
        params PublicKey[] down
    ) =>
        new WantedSite(file, options ?? new StartOptions(), actual ?? new HostState(), down.ToHashSet()).State(
            new Dictionary<PublicKey, IPEndPoint>(),
            WantedSite.DefaultMtu
        );

    /// <summary>A host on which the steps were made: what start would find the next time.</summary>
    internal static HostState After(WantedState wanted, HostState before)
    {
        DeviceStatus device = new()
        {
            Name = wanted.Name,
            PrivateKey = wanted.Device.PrivateKey,
            PublicKey = wanted.Device.PrivateKey?.ToPublicKey(),
            ListenPort = wanted.Device.ListenPort ?? 0,
            FirewallMark = wanted.Device.FirewallMark,
            Peers =
            [
                .. wanted.Device.Peers.Select(p => new PeerStatus
                {
                    PublicKey = p.PublicKey,
                    PresharedKey = p.PresharedKey,
                    PersistentKeepalive = p.PersistentKeepalive,
                    Endpoint = p.Endpoint,
                    AllowedIps = p.AllowedIps,
                }),
            ],
        };
        return before with
        {
            Link = Link with { Mtu = wanted.Mtu },
            Device = device,
            Addresses =
            [
                .. wanted.Addresses.Select(a => new LinkAddress(5, a.Address, a.PrefixLength) { Protocol = 87 }),
            ],
            Routes =
            [
                .. before.Routes,
                .. wanted.Routes.Select(r => new Route
                {
                    Destination = r.Destination,
                    Table = r.Table,
                    LinkIndex = 5,
                    Protocol = 87,
                }),
            ],
            Rules = [.. before.Rules, .. wanted.Rules],
        };
    }

    internal static string Base64(PrivateKey key)
    {
        char[] text = new char[44];
        key.WriteBase64(text);
        return new string(text);
    }
}

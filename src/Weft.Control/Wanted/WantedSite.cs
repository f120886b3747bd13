using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>What a site's file asks of this host. Pure.</summary>
/// <param name="file">The file.</param>
/// <param name="options">The caller's choice.</param>
/// <param name="actual">The host as it is: some of what is wanted depends on what is taken.</param>
/// <param name="down">Peers and far sites whose link is down: networks behind them move to a relay that stands in, or get no route.</param>
sealed class WantedSite(SiteFile file, StartOptions options, HostState actual, IReadOnlySet<PublicKey> down)
{
    /// <summary>1500 less IPv6, UDP and WireGuard around each packet.</summary>
    internal const int DefaultMtu = 1420;

    /// <summary>The smallest that IPv6 works with (RFC 8200 section 5).</summary>
    internal const int SmallestIPv6Mtu = 1280;

    const uint FirstFullTunnelTable = 51820;

    readonly SiteConfig _config = FarSite.Carried(file.Config, down);

    // What a host without IPv6 cannot have is left out; its peers' IPv6 prefixes stay in the device and do no harm.
    readonly ImmutableArray<IPNetwork> _prefixes =
    [
        .. DeviceWish.Owners(file.Config).Keys.Where(p => actual.HasIPv6 || !IsIPv6(p.BaseAddress)),
    ];

    InterfaceSection Interface => _config.Interface;

    /// <param name="endpoints">Where to send a peer's packets; peers that stay where they are are missing.</param>
    /// <param name="mtu">For a file that names none.</param>
    internal WantedState State(IReadOnlyDictionary<PublicKey, IPEndPoint> endpoints, int mtu)
    {
        uint table = FullTunnelTable();
        DeviceWish device = DeviceWish.Of(KeyChange.Applied(_config, actual.Device), endpoints);
        bool fullTunnel = Interface.Table.Kind == RouteTableKind.Auto && _prefixes.Any(p => p.PrefixLength == 0);
        return new WantedState
        {
            Name = file.Interface,
            Mtu = Interface.Mtu ?? mtu,
            Device = fullTunnel ? device with { FirewallMark = table } : device,
            Addresses = Interface.Addresses.RemoveAll(a => !actual.HasIPv6 && IsIPv6(a.Address)),
            Routes = Routes(table),
            Rules = fullTunnel ? Rules(table) : [],
            Firewall = options.JoinNetworks ? new FirewallWish(file.Interface, Port(), Interface.Mtu ?? mtu) : null,
            Guards = fullTunnel ? Guards(table) : [],
            Maps = options.JoinNetworks
                ? Interface.Maps.RemoveAll(m => !actual.HasIPv6 && IsIPv6(m.Real.BaseAddress))
                : [],
            NameServers = NameServers.Of(Interface.Dns),
            Sysctls = Settings(fullTunnel),
        };
    }

    /// <summary>
    /// A site's own networks reach the interface's address from their side, and may: there, only the marks are kept.
    /// </summary>
    ImmutableArray<TunnelGuard> Guards(uint mark) =>
        [
            .. FullTunnelFamilies()
                .Select(v6 => new TunnelGuard(
                    file.Interface,
                    v6,
                    mark,
                    [
                        .. Interface
                            .Addresses.Select(a => a.Address)
                            .Where(a => !options.JoinNetworks && IsIPv6(a) == v6)
                            .Distinct(),
                    ]
                )),
        ];

    IEnumerable<bool> FullTunnelFamilies() =>
        _prefixes.Where(p => p.PrefixLength == 0).Select(p => IsIPv6(p.BaseAddress)).Distinct();

    /// <summary>Nobody can dial in at a port that is chosen anew each time.</summary>
    ushort? Port() => Interface.ListenPort is { } port and not 0 ? port : null;

    ImmutableArray<WantedRoute> Routes(uint fullTunnelTable)
    {
        RouteTable table = Interface.Table;
        HashSet<IPNetwork> gone = WithdrawnPrefixes();
        return table.Kind switch
        {
            RouteTableKind.Off => [],
            RouteTableKind.Number =>
            [
                .. _prefixes.Where(p => !gone.Contains(p)).Select(p => new WantedRoute(p, table.Number)),
            ],
            _ =>
            [
                .. _prefixes
                    .Where(p => !IsConnected(p) && !gone.Contains(p))
                    .Select(p => new WantedRoute(p, p.PrefixLength == 0 ? fullTunnelTable : Route.MainTable)),
            ],
        };
    }

    HashSet<IPNetwork> WithdrawnPrefixes()
    {
        if (down.Count == 0)
            return [];
        Dictionary<PublicKey, PeerSection> dead = [];
        foreach (PeerSection peer in _config.Peers.Where(p => down.Contains(p.PublicKey)))
            dead[peer.PublicKey] = peer;
        return
        [
            .. DeviceWish
                .Owners(_config)
                .Where(o =>
                    dead.TryGetValue(o.Value, out PeerSection? p) && TunnelAddress.IsWithdrawn(o.Key, p, Interface)
                )
                .Select(o => o.Key),
            .. FarSite
                .Of(file.Config)
                .Where(far => far.Carrier(down) is null)
                .SelectMany(far => far.Networks(Interface)),
        ];
    }

    /// <summary>
    /// The interface's own address leads there already. The prefixes are compared bit by bit, since IPNetwork.Contains takes an
    /// IPv4 address to be in every IPv6 network that holds ::ffff:0:0.
    /// </summary>
    bool IsConnected(IPNetwork prefix) =>
        Interface.Addresses.Any(a =>
            a.PrefixLength > 0
            && a.PrefixLength <= prefix.PrefixLength
            && AddressText.Network(prefix.BaseAddress, a.PrefixLength) == AddressText.Network(a.Address, a.PrefixLength)
        );

    /// <summary>
    /// All but the device's own packets, which bear the mark, take the tunnel's table, unless the main table has something
    /// better than its default route.
    /// </summary>
    ImmutableArray<RoutingRule> Rules(uint table) =>
        [
            .. FullTunnelFamilies()
                .SelectMany(v6 =>
                    (RoutingRule[])
                        [
                            new()
                            {
                                IsIPv6 = v6,
                                Table = table,
                                FirewallMark = table,
                                IsInverted = true,
                                Protocol = Ownership.Protocol,
                            },
                            new()
                            {
                                IsIPv6 = v6,
                                Table = Route.MainTable,
                                SuppressedPrefixLength = 0,
                                Protocol = Ownership.Protocol,
                            },
                        ]
                ),
        ];

    /// <summary>The mark of the file, or the one that the device has from an earlier start, or the first free table.</summary>
    uint FullTunnelTable()
    {
        if (Interface.FirewallMark is { } mark and not 0)
            return mark;
        if (actual.Device?.FirewallMark is { } current and not 0)
            return current;
        uint table = FirstFullTunnelTable;
        while (actual.Routes.Any(r => r.Table == table) || actual.Rules.Any(r => r.Table == table))
            table++;
        return table;
    }

    ImmutableArray<Sysctl> Settings(bool fullTunnel)
    {
        ImmutableArray<Sysctl>.Builder settings = ImmutableArray.CreateBuilder<Sysctl>();
        if (options.JoinNetworks && Forwards(v6: false))
            settings.Add(new Sysctl("net/ipv4/ip_forward", "1"));
        if (options.JoinNetworks && Forwards(v6: true))
        {
            const string forwarding = "net/ipv6/conf/all/forwarding";
            // A host that forwards no longer learns its default route from its router, unless told to go on doing so.
            if (actual.Sysctls.GetValueOrDefault(forwarding) == "0")
            {
                foreach ((string key, string value) in actual.Sysctls)
                {
                    if (key.EndsWith("/accept_ra", StringComparison.Ordinal) && value == "1")
                        settings.Add(new Sysctl(key, "2"));
                }
            }
            settings.Add(new Sysctl(forwarding, "1"));
        }
        // The mark decides the way back too, or the reverse-path filter would drop what the endpoints send.
        if (fullTunnel && FullTunnelFamilies().Contains(false))
            settings.Add(new Sysctl("net/ipv4/conf/all/src_valid_mark", "1"));
        return settings.ToImmutable();
    }

    /// <summary>The site has a network of this family behind it, or is one of a mesh and may be a relay between peers.</summary>
    bool Forwards(bool v6)
    {
        if (Interface.Lans.Any(l => IsIPv6(l.BaseAddress) == v6))
            return true;
        return Interface.Site is not null
            && _config.Peers.Count(p => p.AllowedIps.Any(a => IsIPv6(a.Prefix.BaseAddress) == v6)) > 1;
    }

    static bool IsIPv6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;
}

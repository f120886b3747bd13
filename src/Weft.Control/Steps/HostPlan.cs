using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// The steps from what is to what is wanted. Pure: it reads two snapshots and changes nothing. Objects of other people are
/// never in a step; nothing to change is no step.
/// </summary>
static class HostPlan
{
    /// <summary>IN6_ADDR_GEN_MODE_NONE.</summary>
    const string NoAddress = "1";

    /// <summary>The kernel's settings of the interface itself that a start may change; they go with it.</summary>
    internal static ImmutableArray<string> SettingsOf(string name) => [AddressModeOf(name), DisabledOf(name)];

    static string AddressModeOf(string name) => $"net/ipv6/conf/{name}/addr_gen_mode";

    static string DisabledOf(string name) => $"net/ipv6/conf/{name}/disable_ipv6";

    /// <summary>The interface itself: device, addresses, routes and rules.</summary>
    /// <param name="wanted">What the site's file asks for.</param>
    /// <param name="actual">The host, with the interface there and its device answering.</param>
    /// <exception cref="OperationFailedException">Something of other people's stands where ours must.</exception>
    internal static ImmutableArray<HostStep> Interface(WantedState wanted, HostState actual)
    {
        Link link = actual.Link ?? throw new ArgumentException("No interface.", nameof(actual));
        DeviceStatus device = actual.Device ?? throw new ArgumentException("No device.", nameof(actual));
        ImmutableArray<HostStep>.Builder steps = ImmutableArray.CreateBuilder<HostStep>();
        // The alias comes first: from then on whatever happens to this process, stop knows the interface as ours.
        if (link.Alias != wanted.Alias)
            steps.Add(new SetAlias(link, wanted.Alias));
        if (wanted.Device.Difference(device) is { } change)
            steps.Add(new ChangeDevice(wanted.Name, change, Undo(device, change)));
        ImmutableArray<RoutingRule> orphans = StaleRules(wanted.Rules, actual, link);
        steps.AddRange(orphans.Select(r => new RemoveRule(r)));
        steps.AddRange(StaleRoutes(wanted, actual, link).Select(r => new RemoveRoute(link.Name, r)));
        // A host may do without IPv6 elsewhere; on our own interface the file decides.
        bool v6 = wanted.Addresses.Any(a => a.Address.AddressFamily == AddressFamily.InterNetworkV6);
        if (v6 && actual.Sysctls.GetValueOrDefault(DisabledOf(link.Name)) == "1")
            steps.Add(new SetSysctl(new Sysctl(DisabledOf(link.Name), "0"), "1"));
        AddAddresses(wanted, actual, link, steps);
        // As the kernel's own WireGuard has it: no link-local address, which would be another one at each start. An MTU
        // that is too small for IPv6 takes the setting away, so it comes after.
        string mode = AddressModeOf(link.Name);
        if (!link.IsUp && actual.Sysctls.TryGetValue(mode, out string? old) && old != NoAddress)
            steps.Add(new SetSysctl(new Sysctl(mode, NoAddress), old));
        if (link.Mtu != wanted.Mtu)
            steps.Add(new SetMtu(link, wanted.Mtu));
        if (!link.IsUp)
            steps.Add(new SetUp(link, true));
        AddRoutes(wanted, actual, link, steps);
        foreach (RoutingRule rule in wanted.Rules)
        {
            if (!actual.Rules.Except(orphans).Any(r => Same(r, rule)))
                steps.Add(new AddRule(rule));
        }
        return steps.DrainToImmutable();
    }

    /// <summary>What the interface needs around it: name servers, the firewall's consent and the kernel's settings.</summary>
    internal static ImmutableArray<HostStep> Surroundings(WantedState wanted, HostState actual)
    {
        ImmutableArray<HostStep>.Builder steps = ImmutableArray.CreateBuilder<HostStep>();
        steps.AddRange(ServersFor(wanted, actual));
        if (wanted.Firewall is { } firewall)
            steps.AddRange(actual.Firewall.Put(firewall).Select(c => new ChangeFirewall(c)));
        steps.AddRange(actual.Firewall.Guard(wanted.Name, wanted.Guards).Select(c => new ChangeFirewall(c)));
        steps.AddRange(actual.Firewall.Map(wanted.Name, wanted.Maps).Select(c => new ChangeFirewall(c)));
        foreach (Sysctl sysctl in wanted.Sysctls)
        {
            if (actual.Sysctls.TryGetValue(sysctl.Key, out string? old) && old != sysctl.Value)
                steps.Add(new SetSysctl(sysctl, old));
        }
        return steps.DrainToImmutable();
    }

    /// <summary>Takes away what of ours does not go with the interface itself.</summary>
    /// <param name="name">The interface, there or not.</param>
    /// <param name="actual">The host.</param>
    /// <param name="restore">Settings that start changed, with the values that they had.</param>
    /// <param name="mark">The device's mark, where rules for it are to go that the stock wg-quick may have made.</param>
    internal static ImmutableArray<HostStep> Stop(
        string name,
        HostState actual,
        ImmutableArray<Sysctl> restore,
        uint mark = 0
    ) =>
        [
            .. StaleRules([], actual, actual.Link).Union(FullTunnelRules(actual, mark)).Select(r => new RemoveRule(r)),
            .. actual.NameServers is { } standing
                ? [new ChangeNameServers(name, standing.Keeper, null, standing.Servers)]
                : (IEnumerable<HostStep>)[],
            .. actual.Firewall.Take(name).Select(c => new ChangeFirewall(c)),
            .. restore
                .Where(s => actual.Sysctls.TryGetValue(s.Key, out string? now) && now != s.Value)
                .Select(s => new SetSysctl(s, actual.Sysctls[s.Key])),
        ];

    static IEnumerable<ChangeNameServers> ServersFor(WantedState wanted, HostState actual)
    {
        KeptNameServers? standing = actual.NameServers;
        if (standing is { } old && (wanted.NameServers is null || old.Keeper != actual.NameServerKeeper))
        {
            yield return new(wanted.Name, old.Keeper, null, old.Servers);
            standing = null;
        }
        if (wanted.NameServers is { } servers && !servers.SameAs(standing?.Servers))
            yield return new(wanted.Name, actual.NameServerKeeper!, servers, standing?.Servers);
    }

    /// <summary>The rules for a mark, whoever made them, and their companions once no other mark needs those.</summary>
    static ImmutableArray<RoutingRule> FullTunnelRules(HostState actual, uint mark)
    {
        ImmutableArray<RoutingRule> rules =
        [
            .. actual.Rules.Where(r => mark != 0 && r.IsInverted && r.FirewallMark == mark && r.Table == mark),
        ];
        return rules.AddRange(
            actual.Rules.Where(r =>
                r is { Table: Route.MainTable, SuppressedPrefixLength: 0, FirewallMark: null }
                && rules.Any(gone => gone.IsIPv6 == r.IsIPv6)
                && !actual
                    .Rules.Except(rules)
                    .Any(o => o.IsIPv6 == r.IsIPv6 && o is { IsInverted: true, FirewallMark: not null })
            )
        );
    }

    static DeviceConfig? Undo(DeviceStatus before, DeviceConfig change)
    {
        // What the device will be like, as far as it matters to the way back: the peers that the change touches, and those
        // that it takes prefixes from.
        HashSet<IPNetwork> given = [.. change.Peers.SelectMany(p => p.AllowedIps).Select(a => a.Prefix)];
        HashSet<Crypto.PublicKey> touched =
        [
            .. change.Peers.Select(p => p.PublicKey),
            .. before.Peers.Where(p => p.AllowedIps.Any(given.Contains)).Select(p => p.PublicKey),
        ];
        DeviceWish old = DeviceWish.Of(before);
        return new DeviceConfig
        {
            PrivateKey = change.PrivateKey is null ? null : old.PrivateKey ?? new Crypto.PrivateKey(new byte[32]),
            ListenPort = change.ListenPort is null ? null : old.ListenPort,
            FirewallMark = change.FirewallMark is null ? null : old.FirewallMark,
            Peers =
            [
                .. touched
                    .Except(before.Peers.Select(p => p.PublicKey))
                    .Select(k => new PeerConfig { PublicKey = k, Remove = true }),
                .. old.Peers.Where(p => touched.Contains(p.PublicKey)).Select(p => Restored(p)),
            ],
        };
    }

    static PeerConfig Restored(PeerWish peer) =>
        peer.Whole() with
        {
            PresharedKey = peer.PresharedKey ?? new Crypto.PresharedKey(new byte[32]),
        };

    static void AddAddresses(WantedState wanted, HostState actual, Link link, ImmutableArray<HostStep>.Builder steps)
    {
        HashSet<InterfaceAddress> wish = [.. wanted.Addresses];
        HashSet<InterfaceAddress> have =
        [
            .. actual.Addresses.Select(a => new InterfaceAddress(a.Address, a.PrefixLength)),
        ];
        foreach (LinkAddress address in actual.Addresses)
        {
            // Addresses that somebody else set stay. One of ours goes before another comes, or it would go with it.
            bool ours = address.Protocol == Ownership.Protocol || actual.OwnAddresses.Contains(address.ToString());
            if (ours && !wish.Contains(new InterfaceAddress(address.Address, address.PrefixLength)))
                steps.Add(new RemoveAddress(link, address));
        }
        foreach (InterfaceAddress address in wanted.Addresses.Where(a => !have.Contains(a)).Distinct())
        {
            LinkAddress ours = new(link.Index, address.Address, address.PrefixLength) { Protocol = Ownership.Protocol };
            steps.Add(new AddAddress(link, ours));
        }
    }

    /// <summary>
    /// What of it can be had while routes of other people's stand in the way of some of ours: a watcher puts the rest back, and
    /// tells.
    /// </summary>
    /// <param name="fault">What stands in the way of the first; null when nothing does.</param>
    internal static WantedState PassOver(WantedState wanted, HostState actual, out OperationFailedException? fault)
    {
        Link link = actual.Link ?? throw new ArgumentException("No interface.", nameof(actual));
        fault = null;
        ImmutableArray<WantedRoute>.Builder possible = ImmutableArray.CreateBuilder<WantedRoute>();
        foreach (WantedRoute wish in wanted.Routes)
        {
            if (Occupant(wish, actual, link) is { } other)
                fault ??= Occupied(wish, other, link.Name);
            else
                possible.Add(wish);
        }
        return fault is null ? wanted : wanted with { Routes = possible.ToImmutable() };
    }

    static void AddRoutes(WantedState wanted, HostState actual, Link link, ImmutableArray<HostStep>.Builder steps)
    {
        foreach (WantedRoute wish in wanted.Routes)
        {
            if (At(wish, actual).Any(r => r.LinkIndex == link.Index))
                continue;
            if (Occupant(wish, actual, link) is { } other)
                throw Occupied(wish, other, link.Name);
            steps.Add(
                new AddRoute(
                    link.Name,
                    new Route
                    {
                        Destination = wish.Destination,
                        LinkIndex = link.Index,
                        Table = wish.Table,
                        Protocol = Ownership.Protocol,
                    }
                )
            );
        }
    }

    /// <summary>The route of somebody else's that keeps ours out; null when there is none, or ours is there.</summary>
    static Route? Occupant(WantedRoute wish, HostState actual, Link link)
    {
        Route[] same = [.. At(wish, actual)];
        // The kernel takes two routes of one destination only with different metrics, and the other came first.
        return same.Any(r => r.LinkIndex == link.Index)
            ? null
            : same.FirstOrDefault(r => r.Priority == DefaultMetric(r.Destination));
    }

    static IEnumerable<Route> At(WantedRoute wish, HostState actual) =>
        actual.Routes.Where(r => r.Destination == wish.Destination && r.Table == wish.Table);

    static IEnumerable<Route> StaleRoutes(WantedState wanted, HostState actual, Link link)
    {
        HashSet<WantedRoute> wish = [.. wanted.Routes];
        return actual.Routes.Where(r =>
            r.Protocol == Ownership.Protocol
            && r.LinkIndex == link.Index
            && !wish.Contains(new WantedRoute(r.Destination, r.Table))
        );
    }

    /// <summary>
    /// Rules of ours that this interface no longer needs: those to a table that no other interface of ours fills, and
    /// the companion that hides the main table's default route, once no such table is left.
    /// </summary>
    static ImmutableArray<RoutingRule> StaleRules(ImmutableArray<RoutingRule> wanted, HostState actual, Link? link)
    {
        ImmutableArray<RoutingRule> ours = actual.Rules.RemoveAll(r => r.Protocol != Ownership.Protocol);
        ImmutableArray<RoutingRule> stale =
        [
            .. ours.Where(r =>
                r.FirewallMark is not null
                && !wanted.Any(w => Same(w, r))
                && !actual.Routes.Any(route => route.Table == r.Table && route.LinkIndex != link?.Index)
            ),
        ];
        foreach (bool v6 in (bool[])[false, true])
        {
            bool needed = ours.Except(stale).Concat(wanted).Any(r => r.FirewallMark is not null && r.IsIPv6 == v6);
            if (!needed)
                stale = stale.AddRange(ours.Where(r => r.FirewallMark is null && r.IsIPv6 == v6));
        }
        return stale;
    }

    static bool Same(RoutingRule left, RoutingRule right) =>
        left with { Priority = null } == right with { Priority = null };

    static uint DefaultMetric(IPNetwork destination) =>
        destination.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? 1024u : 0u;

    static OperationFailedException Occupied(WantedRoute wish, Route other, string name)
    {
        string kind =
            other.LinkIndex == 0 && other.Gateway is null ? $"{other.Kind.ToString().ToLowerInvariant()} " : "";
        string way =
            other.Gateway is { } gateway ? $", through {gateway}"
            : other.LinkIndex != 0 ? $", over interface {other.LinkIndex}"
            : "";
        return new OperationFailedException(
            $"{name}: there is a {kind}route to {wish.Destination} already{way}, and it is not Weft's",
            $"Take {wish.Destination} out of AllowedIPs, or remove that route: ip route del {kind}{wish.Destination}."
        );
    }
}

using System.Collections.Immutable;
using System.Net.Sockets;
using Weft.Config;

namespace Weft.Control;

/// <summary>The host's firewall as far as our chains may have to stand in it, and what to change there. Pure.</summary>
sealed record FirewallState
{
    const string Filter = "filter";

    /// <summary>Null when the host has no usable iptables.</summary>
    public Iptables? IPv4 { get; init; }

    /// <summary>Null when the host has no usable ip6tables.</summary>
    public Iptables? IPv6 { get; init; }

    /// <summary>Null when the host has no usable nft.</summary>
    public Nftables? Nft { get; init; }

    /// <summary>Null when the host has neither nft nor iptables.</summary>
    public IGuards? GuardsV4 { get; init; }

    /// <inheritdoc cref="GuardsV4"/>
    public IGuards? GuardsV6 { get; init; }

    /// <summary>What to change so that these guards stand, and no other of the interface's.</summary>
    internal ImmutableArray<FirewallChange> Guard(string name, ImmutableArray<TunnelGuard> wanted) =>
        [
            .. ((bool[])[false, true])
                .Select(v6 =>
                    wanted.FirstOrDefault(g => g.IsIPv6 == v6) is { } guard
                        ? Guards(v6)?.Put(guard)
                        : Guards(v6)?.Take(name, v6)
                )
                .OfType<FirewallChange>(),
        ];

    /// <summary>What to change so that just these networks are mapped for the interface.</summary>
    internal ImmutableArray<FirewallChange> Map(string name, ImmutableArray<LanMap> wanted) =>
        [
            .. ((bool[])[false, true])
                .Select(v6 => Guards(v6)?.Map(new LanMapping(name, v6, [.. wanted.Where(m => IsIPv6(m) == v6)])))
                .OfType<FirewallChange>(),
        ];

    static bool IsIPv6(LanMap map) => map.Real.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>There is a tool for guards and mapped networks of this family.</summary>
    internal bool CanGuard(bool v6) => Guards(v6) is not null;

    IGuards? Guards(bool v6) => v6 ? GuardsV6 : GuardsV4;

    /// <summary>
    /// What to change so that our chains stand as wished. iptables is used where it filters already, and on a host that
    /// filters with nothing yet, so that rules stand before a policy comes; nft where a base chain of its own would drop.
    /// </summary>
    internal ImmutableArray<FirewallChange> Put(FirewallWish wish)
    {
        ImmutableArray<FirewallChange>.Builder changes = ImmutableArray.CreateBuilder<FirewallChange>();
        bool iptables = IPv4 is not null || IPv6 is not null;
        bool native = Nft is not null && !Nft.Obstacles(iptables).IsEmpty;
        foreach ((Iptables? table, string family) in Families())
        {
            if (table is null || (native && !table.IsInUse))
                continue;
            if (table.Put(wish, Marks(table, family)) is { } change)
                changes.Add(change);
        }
        if (Nft?.Put(wish, iptables) is { } nftChange)
            changes.Add(nftChange);
        return changes.DrainToImmutable();
    }

    /// <summary>What to change so that nothing of the interface's stands anywhere.</summary>
    internal ImmutableArray<FirewallChange> Take(string name)
    {
        ImmutableArray<FirewallChange>.Builder changes = ImmutableArray.CreateBuilder<FirewallChange>();
        foreach ((Iptables? table, string family) in Families())
        {
            if (table?.Take(name) is not { } change)
                continue;
            changes.Add(change);
            // The iptables of old keeps its tables where nft does not see them, and needs none of this.
            if (Nft is null || !Nft.HasTable(family, Filter))
                continue;
            if (table.IsOursAlone(name))
                changes.Add(Nft.DeleteTable(family, Filter));
            else
                changes.AddRange(table.ChainsOursAlone(name).Select(c => Nft.DeleteChain(family, Filter, c, Hook(c))));
        }
        if (Nft?.Take(name, IPv4 is not null || IPv6 is not null) is { } nftChange)
            changes.Add(nftChange);
        changes.AddRange(Guard(name, []));
        changes.AddRange(Map(name, []));
        return changes.DrainToImmutable();
    }

    /// <summary>
    /// The marks of what iptables is about to make for us. Only over nftables does it make tables and built-in chains when
    /// they are first needed, and only nft can take them away again.
    /// </summary>
    ImmutableArray<string> Marks(Iptables table, string family)
    {
        if (Nft is null || (table.IsInUse && !Nft.HasTable(family, Filter)))
            return [];
        if (!Nft.HasTable(family, Filter))
            return [Ownership.TableMark];
        string[] needed = ["INPUT", "FORWARD"];
        return [.. needed.Where(c => !Nft.HasChain(family, Filter, c)).Select(Ownership.ChainMark)];
    }

    static string Hook(string chain) => chain == "INPUT" ? "input" : "forward";

    IEnumerable<(Iptables? Table, string Family)> Families() => [(IPv4, "ip"), (IPv6, "ip6")];
}

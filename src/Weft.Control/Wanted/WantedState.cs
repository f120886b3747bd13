using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>All that a site's file asks of the host, names resolved. Immutable; <see cref="HostPlan"/> compares it with what is.</summary>
sealed record WantedState
{
    public required string Name { get; init; }

    public required int Mtu { get; init; }

    /// <summary>Of the interface; it names the settings that stop puts back.</summary>
    public string Alias { get; init; } = Ownership.AliasWord;

    public required DeviceWish Device { get; init; }

    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Destination and table.</summary>
    public ImmutableArray<WantedRoute> Routes { get; init; } = [];

    public ImmutableArray<RoutingRule> Rules { get; init; } = [];

    /// <summary>Null leaves the firewall to others.</summary>
    public FirewallWish? Firewall { get; init; }

    /// <summary>At most one for each family.</summary>
    public ImmutableArray<TunnelGuard> Guards { get; init; } = [];

    /// <summary>Networks behind the site that the others reach under another prefix.</summary>
    public ImmutableArray<LanMap> Maps { get; init; } = [];

    public NameServers? NameServers { get; init; }

    public ImmutableArray<Sysctl> Sysctls { get; init; } = [];
}

/// <summary>A route over the interface.</summary>
readonly record struct WantedRoute(IPNetwork Destination, uint Table)
{
    public bool IsDefault => Destination.PrefixLength == 0;
}

using System.Collections.Immutable;
using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>What the host is like now, as far as one interface is concerned. A snapshot; <see cref="HostPlan"/> compares it.</summary>
sealed record HostState
{
    /// <summary>Null when there is no such interface.</summary>
    public Link? Link { get; init; }

    /// <summary>Null when no device answers for it.</summary>
    public DeviceStatus? Device { get; init; }

    /// <summary>The kernel has IPv6 at all.</summary>
    public bool HasIPv6 { get; init; } = true;

    /// <summary>Of the interface.</summary>
    public ImmutableArray<LinkAddress> Addresses { get; init; } = [];

    /// <summary>Addresses that an earlier start set, as text: Linux before 5.18 does not remember who did.</summary>
    public ImmutableArray<string> OwnAddresses { get; init; } = [];

    /// <summary>Of every table and interface.</summary>
    public ImmutableArray<Route> Routes { get; init; } = [];

    public ImmutableArray<RoutingRule> Rules { get; init; } = [];

    /// <summary>Who would keep new name servers; null when that is of no interest.</summary>
    public INameServerKeeper? NameServerKeeper { get; init; }

    /// <summary>What stands for the interface; null when nothing does.</summary>
    public KeptNameServers? NameServers { get; init; }

    public FirewallState Firewall { get; init; } = new();

    /// <summary>Settings that the site may need, with their values now; one that the kernel lacks is missing.</summary>
    public ImmutableDictionary<string, string> Sysctls { get; init; } = ImmutableDictionary<string, string>.Empty;
}

using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>All that a <see cref="WayJudge"/> goes by, gathered by <see cref="WayFinder"/>. A snapshot.</summary>
sealed record WayFacts
{
    public required IPAddress Destination { get; init; }

    public IPAddress? From { get; init; }

    /// <summary>Where a packet of <see cref="From"/> comes in; null when that is this host's own address or not given.</summary>
    public Link? ComesIn { get; init; }

    /// <summary>What comes in there may be passed on.</summary>
    public bool Forwards { get; init; } = true;

    public required RouteAnswer Answer { get; init; }

    /// <summary>The entry of the routing tables behind the answer.</summary>
    public Route? Entry { get; init; }

    /// <summary>The interface that the packet leaves by.</summary>
    public Link? Link { get; init; }

    public InterfaceNature? Nature { get; init; }

    /// <summary>What that interface's device says; null when it is no WireGuard.</summary>
    public DeviceStatus? Device { get; init; }

    /// <summary>MTU of the way to the endpoint of the peer that the packet is sent to; 0 when not known.</summary>
    public int OuterMtu { get; init; }

    public ImmutableArray<WaySite> Sites { get; init; } = [];

    /// <summary>Of every table.</summary>
    public ImmutableArray<Route> Routes { get; init; } = [];

    public required DateTimeOffset Now { get; init; }

    /// <summary>What the watcher of an interface says of a link, by key and name; null while it is up, or when nobody watches.</summary>
    public Func<string, PublicKey, string, LinkOutage?> Outage { get; init; } = (_, _, _) => null;

    /// <summary>Null when the packet is in no circle that is known of.</summary>
    public WayLoop? Loop { get; init; }

    /// <summary>The peer that the device sends a packet to: the one with the longest allowed IP that holds the address.</summary>
    internal static (PeerStatus Peer, IPNetwork Prefix)? PeerFor(DeviceStatus device, IPAddress destination)
    {
        (PeerStatus, IPNetwork Prefix)? best = null;
        foreach (PeerStatus peer in device.Peers)
        {
            foreach (IPNetwork prefix in peer.AllowedIps)
            {
                if (prefix.Contains(destination) && !(best?.Prefix.PrefixLength >= prefix.PrefixLength))
                    best = (peer, prefix);
            }
        }
        return best;
    }
}

/// <summary>A site of this host, as its file has it and as it runs.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Config">Its file.</param>
/// <param name="Link">Null when the interface is not there.</param>
/// <param name="Device">Null when no device answers for it.</param>
sealed record WaySite(string Interface, SiteConfig Config, Link? Link, DeviceStatus? Device);

using System.Net;

namespace Weft.Linux.Netlink;

/// <summary>A packet whose way the kernel is asked for (RTM_GETROUTE).</summary>
public sealed record RouteQuestion(IPAddress Destination)
{
    /// <summary>The address that it bears; null lets the system choose. Without an <see cref="InputLink"/> it must be this host's.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The interface that it came in by, to be forwarded; 0 for a packet of this host's own.</summary>
    public int InputLink { get; init; }

    /// <summary>The firewall mark; 0 for none.</summary>
    public uint Mark { get; init; }

    public override string ToString() =>
        $"{Destination}{(Source is null ? "" : $" from {Source}")}{(InputLink == 0 ? "" : $" iif {InputLink}")}";
}

/// <summary>The kernel's answer to a <see cref="RouteQuestion"/>.</summary>
/// <param name="Kind">What becomes of the packet; null when no route leads there.</param>
/// <param name="Way">Interface, next hop, source and MTU of this packet; null when it goes nowhere.</param>
public readonly record struct RouteAnswer(RouteKind? Kind, Route? Way);

using System.Net;
using System.Net.Sockets;

namespace Weft.Control;

/// <summary>A packet that a firewall is asked about: what of it its rules look at.</summary>
/// <param name="Protocol">In the words of the tools: <c>udp</c>, <c>tcp</c>, <c>icmp</c>, <c>icmpv6</c>.</param>
/// <param name="Source">Its source.</param>
/// <param name="Destination">Its destination, of the same family.</param>
sealed record FilterPacket(string Protocol, IPAddress Source, IPAddress Destination)
{
    /// <summary>The interface that it comes in by; null when it is this host's own.</summary>
    public string? Input { get; init; }

    /// <summary>The interface that it leaves by; null when it is for this host.</summary>
    public string? Output { get; init; }

    public int SourcePort { get; init; }

    public int DestinationPort { get; init; }

    /// <summary>An answer to what went the other way before (conntrack's ESTABLISHED); else NEW.</summary>
    public bool IsAnswer { get; init; }

    internal bool IsIPv6 => Source.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>The hooks that it passes, in their order, by nft's names.</summary>
    internal IEnumerable<string> Hooks =>
        (Input, Output) switch
        {
            (null, _) => ["output", "postrouting"],
            (_, null) => ["prerouting", "input"],
            _ => ["prerouting", "forward", "postrouting"],
        };
}

/// <summary>What the firewall does with a packet, as far as it can be told from its rules.</summary>
/// <param name="Passes">Null when a rule that may drop it asks for what cannot be known here.</param>
/// <param name="Rule">The rule or policy that drops it, or may, and where it stands; null when nothing does.</param>
public readonly record struct FilterVerdict(bool? Passes, string? Rule)
{
    internal static FilterVerdict Pass => new(true, null);

    public bool Drops => Passes == false;
}

/// <summary>A chain of the firewall, of nft or iptables.</summary>
/// <param name="Place">The table that its jumps stay in, such as <c>nft table inet filter</c>.</param>
/// <param name="Name">Within the table.</param>
/// <param name="Hook">Null unless packets come here by themselves.</param>
/// <param name="Priority">Among the chains of its hook; the smaller is first.</param>
/// <param name="PolicyDrops">What no rule decides about is dropped.</param>
/// <param name="Rules">In their order.</param>
sealed record FilterChain(
    string Place,
    string Name,
    string? Hook,
    int Priority,
    bool PolicyDrops,
    List<FilterRule> Rules
)
{
    /// <summary>Of IPv6 packets, of IPv4 packets, or both.</summary>
    internal required Func<FilterPacket, bool> Sees { get; init; }

    internal string Title => $"{Place} chain {Name}";
}

/// <summary>A rule of a <see cref="FilterChain"/>.</summary>
/// <param name="Matches">Each says whether the packet is one that it means; null when it cannot tell.</param>
/// <param name="Action">What becomes of a packet that all of them mean.</param>
/// <param name="Target">The chain of a jump.</param>
/// <param name="Text">The rule as its tool prints it, near enough to find it by.</param>
sealed record FilterRule(List<Func<FilterPacket, bool?>> Matches, FilterAction Action, string? Target, string Text)
{
    internal bool? Means(FilterPacket packet)
    {
        bool? all = true;
        foreach (Func<FilterPacket, bool?> match in Matches)
        {
            switch (match(packet))
            {
                case false:
                    return false;
                case null:
                    all = null;
                    break;
            }
        }
        return all;
    }
}

enum FilterAction
{
    /// <summary>Counts, logs, marks: the next rule decides.</summary>
    None,
    Accept,
    Drop,
    Jump,

    /// <summary>A jump that does not come back.</summary>
    Goto,
    Return,

    /// <summary>Something that cannot be foreseen.</summary>
    Unknown,
}

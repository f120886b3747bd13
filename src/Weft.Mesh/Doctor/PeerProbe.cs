using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Mesh;

/// <summary>What asking one peer has shown. A snapshot; <see cref="PeerJudge"/> draws the conclusions.</summary>
sealed record PeerProbe
{
    /// <summary>Of the first echo through the tunnel; null when none came.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>What the device said of the peer before anything was sent.</summary>
    public PeerStatus? Before { get; init; }

    /// <summary>And at the end.</summary>
    public PeerStatus? After { get; init; }

    /// <summary>Between the two.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>Packets that this host's reverse-path filter dropped meanwhile.</summary>
    public long ReversePathDrops { get; init; }

    /// <summary>The address of this site's network that an echo was asked from; null when it has none.</summary>
    public IPAddress? LanSource { get; init; }

    /// <summary>Such an echo came back; null when none was asked.</summary>
    public bool? AnswersLan { get; init; }

    /// <summary>The largest packet that came back whole; 0 when none of those tried did; null when none was tried.</summary>
    public int? Fits { get; init; }

    /// <summary>Networks behind it, and what came of asking there.</summary>
    public ImmutableArray<NetworkProbe> Networks { get; init; } = [];

    /// <summary>Ways that packets to its networks take instead of the tunnel.</summary>
    public ImmutableArray<(IPNetwork Prefix, Way Way)> Detours { get; init; } = [];

    /// <summary>Why this host could not even send to the endpoint; null when it could, or was not asked.</summary>
    public Errno? Refused { get; init; }

    /// <summary>What hosts and routers said to datagrams that went to the endpoint.</summary>
    public ImmutableArray<UdpRefusal> Refusals { get; init; } = [];

    /// <summary>What shows that the endpoint's host is there and can be reached; null when nothing did.</summary>
    public string? SignOfLife { get; init; }

    /// <summary>Handshake messages between the two that were heard on the wire.</summary>
    public ImmutableArray<HeardHandshake> Heard { get; init; } = [];

    /// <summary>The wire could be listened to.</summary>
    public bool Listened { get; init; }
}

/// <summary>What came of asking for an address of a network behind a peer.</summary>
/// <param name="Network">Which.</param>
/// <param name="From">Who answered; null when nobody did.</param>
/// <param name="Error">That it was no echo but an error, and which.</param>
readonly record struct NetworkProbe(PrefixExamination Network, IPAddress? From, IcmpError? Error)
{
    /// <summary>The address answers, or somebody there would have passed the question on.</summary>
    internal bool IsReached => From is not null && (Error is null || Error.Value.IsExpired);
}

/// <summary>A handshake message that was heard on the wire, from one end of a link to the other.</summary>
/// <param name="Kind">An initiation, a response or a cookie.</param>
/// <param name="IsOurs">This host sent it.</param>
/// <param name="Other">The other end, by address.</param>
/// <param name="IsMeantForUs">Its mac1 was made with our public key; of a cookie nobody knows.</param>
/// <param name="Content">Of an initiation that came in.</param>
sealed record HeardHandshake(
    DatagramKind Kind,
    bool IsOurs,
    IPEndPoint Other,
    bool IsMeantForUs,
    OverheardInitiation? Content
);

using System.Net;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Control;

/// <summary>What of a start is the caller's choice; the defaults are those of <c>weft start</c>.</summary>
public sealed record StartOptions
{
    public Engine Engine { get; init; }

    /// <summary>Let the mesh through the host's firewall, and forward between it and the site's networks.</summary>
    public bool JoinNetworks { get; init; } = true;

    /// <summary>Refuse if the interface is there already, as wg-quick does, instead of bringing it to the wanted state.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>
    /// Looks an endpoint up or fails the start, as wg-quick has it. Null asks once for all names at a time, and a peer whose
    /// name does not resolve stays without.
    /// </summary>
    public Func<HostPort, IPEndPoint>? Lookup { get; init; }

    /// <summary>How long a new site waits for a clock that cannot be right to be set; it starts in any case.</summary>
    public TimeSpan ClockPatience { get; init; }

    /// <summary>What a watcher knows of the peers; null lets the start find out for itself.</summary>
    internal PeerNews? News { get; init; }

    /// <summary>Where the file names no MTU, take the largest on the way to an endpoint less 80, as wg-quick does, and not what fits them all.</summary>
    public bool DiscoverMtu { get; init; }
}

/// <summary>What a start did.</summary>
/// <param name="Name">The interface.</param>
/// <param name="IsNew">It was not there before.</param>
/// <param name="Steps">Changes made to the host; 0 when all was as wanted.</param>
public readonly record struct StartResult(string Name, bool IsNew, int Steps)
{
    /// <summary>What a watcher could not put back, since something of other people's is in the way; null for none.</summary>
    internal OperationFailedException? Fault { get; init; }
}

/// <summary>What a watcher found out about the peers of a site.</summary>
/// <param name="Down">Those whose networks are to have no route.</param>
/// <param name="Endpoints">Where peers are to be dialled from now on; the rest stay.</param>
public sealed record PeerNews(IReadOnlySet<PublicKey> Down, IReadOnlyDictionary<PublicKey, IPEndPoint> Endpoints);

/// <summary>How a watcher's look after a site ended.</summary>
/// <param name="Outcome">Whether it took place.</param>
/// <param name="Steps">Changes made to the host; 0 when all was as wanted.</param>
/// <param name="Fault">What could not be done of it, as something of other people's is in the way; null for none.</param>
public readonly record struct UpkeepResult(
    UpkeepOutcome Outcome,
    int Steps = 0,
    OperationFailedException? Fault = null
);

public enum UpkeepOutcome
{
    /// <summary>The host is as wanted.</summary>
    Done,

    /// <summary>Somebody starts or stops a site at the moment: try again later.</summary>
    Busy,

    /// <summary>The site does not run, or not here.</summary>
    Stopped,
}

/// <summary>A site as its last start made it, and its device now.</summary>
/// <param name="File">What the start made real, whatever its file says now.</param>
/// <param name="Device">Null when none answers.</param>
/// <param name="LinkIndex">Of the interface; 0 when there is none.</param>
/// <param name="Withdrawn">The peers that are down as far as the host goes.</param>
public sealed record RunningSite(SiteFile File, DeviceStatus? Device, int LinkIndex, IReadOnlySet<PublicKey> Withdrawn);

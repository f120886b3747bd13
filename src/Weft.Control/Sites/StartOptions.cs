namespace Weft.Control;

/// <summary>What of a start is the caller's choice; the defaults are those of <c>weft start</c>.</summary>
public sealed record StartOptions
{
    public Engine Engine { get; init; }

    /// <summary>Let the mesh through the host's firewall, and forward between it and the site's networks.</summary>
    public bool JoinNetworks { get; init; } = true;

    /// <summary>Refuse if the interface is there already, as wg-quick does, instead of bringing it to the wanted state.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>Where the file names no MTU, take the largest on the way to an endpoint less 80, as wg-quick does, and not 1420.</summary>
    public bool DiscoverMtu { get; init; }
}

/// <summary>What a start did.</summary>
/// <param name="Name">The interface.</param>
/// <param name="IsNew">It was not there before.</param>
/// <param name="Steps">Changes made to the host; 0 when all was as wanted.</param>
public readonly record struct StartResult(string Name, bool IsNew, int Steps);

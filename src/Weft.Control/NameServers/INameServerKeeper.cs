namespace Weft.Control;

/// <summary>
/// Who keeps the name servers of this host: resolvconf, systemd-resolved, or nobody, where it is the file itself.
/// Those of an interface come before all others for as long as they stand.
/// </summary>
interface INameServerKeeper
{
    /// <summary>What the state of a site remembers it by.</summary>
    string Name { get; }

    /// <summary>What was set for an interface goes with it.</summary>
    bool GoesWithInterface { get; }

    /// <summary>The change in words, for the user: new servers, or their removal.</summary>
    string Describe(string link, NameServers? servers);

    /// <exception cref="OperationFailedException">It was refused.</exception>
    void Set(string link, NameServers servers);

    /// <summary>Takes away what was set for an interface, if anything was.</summary>
    /// <exception cref="OperationFailedException">It was refused.</exception>
    void Remove(string link);
}

/// <summary>Name servers of an interface, and who keeps them.</summary>
readonly record struct KeptNameServers(INameServerKeeper Keeper, NameServers Servers);

using Weft.Control;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>What the notes of a watcher say of links that are down, for those who explain where packets go.</summary>
/// <param name="notes">Of the site's watcher; null when nobody watches it.</param>
public sealed class LinkOutages(WatchNotes? notes)
{
    /// <summary>Null while the link is up, or when nobody watches it.</summary>
    /// <param name="key">Of the peer or the far site.</param>
    /// <param name="name">Its name, or its key where it has none.</param>
    /// <param name="sinceBoot">Time since the machine started.</param>
    /// <param name="now">The wall clock.</param>
    public LinkOutage? Of(PublicKey key, string name, TimeSpan sinceBoot, DateTimeOffset now)
    {
        if (notes?.Links.GetValueOrDefault(key.ToString()) is not { IsUp: false } link)
            return null;
        WatchEvent? fall = notes.History.LastOrDefault(e => e.Kind == "down" && e.Peer == name);
        // The wall clock may have been set since; how long ago it was is still known.
        DateTimeOffset since = now - (sinceBoot - link.Since);
        return new LinkOutage(since, fall?.Text ?? "too long ago for the watcher's notes; see the system's log");
    }
}

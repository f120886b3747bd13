using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Control;

namespace Weft.Mesh;

/// <summary>
/// What the watcher of a site keeps from one check to the next, and for <c>weft status</c>: the state of each link and the
/// latest events. JSON in the site's <see cref="WatchFolder"/>; all of it can be lost.
/// </summary>
public sealed record WatchNotes
{
    internal const int CurrentVersion = 1;

    /// <summary>Events kept; older ones are in the system's log.</summary>
    internal const int Longest = 50;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>By public key.</summary>
    public ImmutableSortedDictionary<string, LinkState> Links { get; init; } =
        ImmutableSortedDictionary.Create<string, LinkState>(StringComparer.Ordinal);

    /// <summary>Oldest first.</summary>
    public ImmutableArray<WatchEvent> History { get; init; } = [];

    /// <summary>Null when there are none, or none that make sense: the links are then judged from scratch.</summary>
    public static WatchNotes? Read(WatchFolder folder, Action<string> warning)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(warning);
        if (folder.Read() is not { } text)
            return null;
        try
        {
            WatchNotes? notes = JsonSerializer.Deserialize(text, WatchNotesJson.Default.WatchNotes);
            if (notes is { Version: CurrentVersion, Links: not null, History.IsDefault: false })
                return notes;
            warning("the watcher's notes are of another version; starting afresh");
        }
        catch (JsonException)
        {
            warning("the watcher's notes are damaged; starting afresh");
        }
        return null;
    }

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, WatchNotesJson.Default.WatchNotes);

    internal WatchNotes With(WatchEvent news) =>
        this with
        {
            History = [.. History.Skip(Math.Max(0, History.Length + 1 - Longest)), news],
        };
}

/// <summary>Something that the watcher saw or did.</summary>
/// <param name="At">Time of day.</param>
/// <param name="Kind"><c>down</c>, <c>up</c>, <c>endpoint</c>, <c>repair</c> or <c>fault</c>.</param>
/// <param name="Peer">Its name, or its key if it has none; null when it is about the site itself.</param>
/// <param name="Text">The reason, or what was done.</param>
public sealed record WatchEvent(DateTimeOffset At, string Kind, string? Peer, string Text);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(WatchNotes))]
sealed partial class WatchNotesJson : JsonSerializerContext;

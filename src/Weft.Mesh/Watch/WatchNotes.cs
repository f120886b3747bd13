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

    static readonly TimeSpan s_longest = TimeSpan.FromDays(36500);

    public int Version { get; init; } = CurrentVersion;

    /// <summary>In which they were written; null where that was not known, and in notes from before it was told.</summary>
    public string? Boot { get; init; }

    /// <summary>By public key.</summary>
    public ImmutableSortedDictionary<string, LinkState> Links { get; init; } =
        ImmutableSortedDictionary.Create<string, LinkState>(StringComparer.Ordinal);

    /// <summary>Oldest first.</summary>
    public ImmutableArray<WatchEvent> History { get; init; } = [];

    /// <summary>
    /// Null when there are none of this boot, or none that make sense: the links are then judged from scratch. Not everywhere is
    /// <c>/run</c> empty after a boot, and a link would be held down until this one is as old as the one before was.
    /// </summary>
    public static WatchNotes? Read(WatchFolder folder, Action<string> warning)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(warning);
        if (folder.Read() is not { } text)
            return null;
        try
        {
            if (Parse(text) is { } notes)
                return notes.IsOf(MachineBoot.Id, MachineBoot.Age) ? notes : null;
            warning("the watcher's notes are of another version; starting afresh");
        }
        catch (JsonException)
        {
            warning("the watcher's notes are damaged; starting afresh");
        }
        return null;
    }

    /// <summary>Null when the notes are of another version, or are such as nobody writes.</summary>
    /// <exception cref="JsonException">The text is none of ours.</exception>
    internal static WatchNotes? Parse(ReadOnlySpan<byte> text)
    {
        WatchNotes? notes = JsonSerializer.Deserialize(text, WatchNotesJson.Default.WatchNotes);
        return
            notes is { Version: CurrentVersion, Links: not null, History.IsDefault: false }
            && notes.Links.Values.All(l => l is not null && IsMoment(l.Since) && IsMoment(l.CalmSince))
            && notes.History.All(e => e is { Kind: not null, Text: not null })
            ? notes
            : null;
    }

    /// <summary>They are not of another boot, as far as that can be told: by its name, or by a moment that is yet to come.</summary>
    /// <param name="boot">This one; null when it is not known.</param>
    /// <param name="now">Time since it began.</param>
    internal bool IsOf(string? boot, TimeSpan now) =>
        (Boot is null || boot is null || Boot == boot) && Links.Values.All(l => l.Since <= now && l.CalmSince <= now);

    /// <summary>A time since the machine started that can be reckoned with.</summary>
    static bool IsMoment(TimeSpan time) => time >= TimeSpan.Zero && time < s_longest;

    /// <summary>As they are written now, in this boot.</summary>
    internal byte[] ToBytes() =>
        JsonSerializer.SerializeToUtf8Bytes(this with { Boot = MachineBoot.Id }, WatchNotesJson.Default.WatchNotes);

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

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Mesh;

/// <summary>
/// The first line that <c>weft receive</c> prints: what runs at that site. Nothing of it is secret. The two ends may be of
/// different versions, so what is not understood is passed over, and <see cref="Weft"/> tells whether they fit.
/// </summary>
sealed record FarGreeting
{
    /// <summary>Of the talk between the two ends; another number is another talk.</summary>
    internal const int CurrentProtocol = 1;

    public int Weft { get; init; }

    /// <summary>Of the program there.</summary>
    public string Version { get; init; } = "";

    /// <summary>The site is run by <c>wg.sh</c>, and what answers is <c>receive.sh</c>.</summary>
    public bool ByScript { get; init; }

    /// <summary>The digest of the <c>wg.sh</c> there; null when there is none, or where weft runs the site.</summary>
    public string? Script { get; init; }

    /// <summary>Where the site's file is, or is going to be.</summary>
    public string File { get; init; } = "";

    /// <summary>The interface is there and its device answers.</summary>
    public bool Running { get; init; }

    /// <summary>The digest of what the last start made real; null when nothing runs.</summary>
    public string? Applied { get; init; }

    /// <summary>The digest of the file as it stands on the disk; null when there is none.</summary>
    public string? OnDisk { get; init; }

    /// <summary>A boot starts the site; null when that cannot be told.</summary>
    public bool? AtBoot { get; init; }

    /// <summary>Something is on trial already, for so many seconds more.</summary>
    public long? TrialSecondsLeft { get; init; }

    /// <summary>The site's own public key as its device has it.</summary>
    public string? PublicKey { get; init; }

    /// <summary>The peer over whose link the answers to this connection go; null when they take another way.</summary>
    public string? Through { get; init; }

    public ImmutableArray<FarPeer> Peers { get; init; } = [];
}

/// <summary>A peer as a far device knows it.</summary>
/// <param name="Site">Its name; null when the file there gives it none.</param>
/// <param name="Key">Its public key.</param>
/// <param name="InUse">There is a live session with it; of a site that is known by two keys, the one of the last handshake.</param>
sealed record FarPeer(string? Site, string Key, bool InUse);

/// <summary>A further line of <c>weft receive</c>.</summary>
sealed record FarNews
{
    /// <summary>The file has arrived whole and is being put on trial: from here on the connection may break.</summary>
    internal const string Received = "received";

    /// <summary>It runs, and waits to be confirmed.</summary>
    internal const string Started = "started";

    /// <summary>It is over; see <see cref="Outcome"/>.</summary>
    internal const string Ended = "ended";

    /// <summary>What runs, line by line and without secrets.</summary>
    internal const string Described = "described";

    internal const string Warning = "warning";

    public required string Event { get; init; }

    /// <summary>Outcomes: what should run ran already.</summary>
    internal const string Unchanged = "unchanged";

    /// <summary>The new state stays.</summary>
    internal const string Confirmed = "confirmed";

    /// <summary>Nobody confirmed it, so the old state is back.</summary>
    internal const string Reverted = "reverted";

    /// <summary>It could not be done; the old state stands.</summary>
    internal const string Refused = "refused";

    /// <summary>Of <see cref="Ended"/>.</summary>
    public string? Outcome { get; init; }

    public string? Text { get; init; }

    public string? Remedy { get; init; }

    /// <summary>Steps that the start took on the host.</summary>
    public int Changes { get; init; }

    public ImmutableArray<string> Lines { get; init; } = [];
}

/// <summary>Both as lines of JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault
)]
[JsonSerializable(typeof(FarGreeting))]
[JsonSerializable(typeof(FarNews))]
sealed partial class FarJson : JsonSerializerContext
{
    internal static string Write(FarGreeting greeting) => JsonSerializer.Serialize(greeting, Default.FarGreeting);

    internal static string Write(FarNews news) => JsonSerializer.Serialize(news, Default.FarNews);

    /// <summary>Null when the line is none: a login script may print what it likes before.</summary>
    internal static FarGreeting? ReadGreeting(string line) =>
        Read(line, Default.FarGreeting) is { Weft: > 0 } g
            ? g with
            {
                Version = g.Version ?? "",
                File = g.File ?? "",
                Peers = g.Peers.IsDefault ? [] : g.Peers.RemoveAll(p => p?.Key is null),
            }
            : null;

    /// <summary>Null when the line is none.</summary>
    internal static FarNews? ReadNews(string line) =>
        Read(line, Default.FarNews) is { Event: not null } news
            ? news with
            {
                Lines = news.Lines.IsDefault ? [] : news.Lines.RemoveAll(l => l is null),
            }
            : null;

    static T? Read<T>(string line, JsonTypeInfo<T> type)
        where T : class
    {
        if (!line.StartsWith('{'))
            return null;
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Control;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary>A site's status for programs. The names below are an interface: they stay.</summary>
static class StatusJson
{
    internal static string Write(string name, SiteStatus? status, WatchStatus watch) =>
        JsonSerializer.Serialize(Of(name, status, watch), StatusJsonContext.Readable.Site);

    static Site Of(string name, SiteStatus? status, WatchStatus watch) =>
        new(
            name,
            status?.IsUp ?? false,
            status?.Site,
            status?.File,
            status?.PublicKey?.ToString(),
            status?.ListenPort ?? 0,
            status?.Mtu ?? 0,
            [.. (status?.Addresses ?? []).Select(a => a.ToString())],
            [.. (status?.Peers ?? []).Select(p => Of(p, watch.Notes.Links.GetValueOrDefault(p.PublicKey.ToString())))],
            [.. (status?.Maps ?? []).Select(m => new Map(m.Real.ToString(), m.Shown.ToString()))],
            status?.Names is { } names ? new NameFacts(names.Domain, [.. names.Others], names.Place) : null,
            [
                .. (status?.FarSites ?? []).Select(f => new FarSite(
                    f.Site,
                    f.PublicKey.ToString(),
                    f.Relay,
                    [.. f.Relays],
                    watch.Notes.Links.GetValueOrDefault(f.PublicKey.ToString())?.IsUp
                )),
            ],
            watch.IsWatched,
            watch.Trial is { } left ? (long)left.TotalSeconds : null,
            [.. watch.Notes.History.Select(e => new Happening(e.At.ToString("O"), e.Kind, e.Peer, e.Text))]
        );

    static Peer Of(SitePeerStatus peer, LinkState? link) =>
        new(
            peer.Site,
            peer.PublicKey.ToString(),
            peer.Endpoint?.ToString(),
            peer.IsAlive,
            peer.HandshakeAge is { } age ? (long)age.TotalSeconds : null,
            peer.ReceivedBytes,
            peer.SentBytes,
            [.. peer.Routes.Select(r => new Way(r.Prefix.ToString(), r.Interface))],
            link?.IsUp
        );

    internal sealed record Site(
        string Interface,
        bool Up,
        [property: JsonPropertyName("site")] string? Name,
        string? File,
        string? PublicKey,
        int ListenPort,
        int Mtu,
        string[] Addresses,
        Peer[] Peers,
        Map[] Maps,
        NameFacts? Names,
        FarSite[] FarSites,
        bool Watched,
        long? TrialSecondsLeft,
        Happening[] History
    );

    /// <summary>A network behind the site, and the prefix under which the others reach it.</summary>
    internal sealed record Map(string Lan, string Shown);

    /// <summary>The site's own domain, those of the others, and where this host's dnsmasq was told of them.</summary>
    internal sealed record NameFacts(string? Domain, string[] Others, string? Place);

    /// <summary>Something that the watcher saw or did; oldest first.</summary>
    internal sealed record Happening(string At, string Kind, string? Peer, string Text);

    internal sealed record Peer(
        [property: JsonPropertyName("site")] string? Name,
        string PublicKey,
        string? Endpoint,
        bool Alive,
        long? HandshakeSecondsAgo,
        ulong ReceivedBytes,
        ulong SentBytes,
        Way[] Routes,
        bool? LinkUp
    );

    /// <summary>A site behind relays: the one that carries its networks now, null when none can, and all that may.</summary>
    /// <param name="LinkUp">The way through the first of them is well.</param>
    internal sealed record FarSite(
        [property: JsonPropertyName("site")] string Name,
        string PublicKey,
        string? Relay,
        string[] Relays,
        bool? LinkUp
    );

    /// <summary>A prefix of the peer, and the interface over which a packet to it leaves now.</summary>
    internal sealed record Way(string Prefix, string? Interface);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusJson.Site))]
sealed partial class StatusJsonContext : JsonSerializerContext
{
    // A key's '+' is no danger outside a web page.
    internal static StatusJsonContext Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                WriteIndented = true,
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}

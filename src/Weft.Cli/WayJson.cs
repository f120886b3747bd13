using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Control;

namespace Weft.Cli;

/// <summary>The way of a packet for programs. The names below are an interface: they stay.</summary>
static class WayJson
{
    internal static string Write(Way way) => JsonSerializer.Serialize(Of(way), WayJsonContext.Readable.Answer) + "\n";

    static Answer Of(Way way) =>
        new(
            way.Destination.ToString(),
            way.From?.ToString(),
            way.Verdict switch
            {
                WayVerdict.AsConfigured => "configured",
                WayVerdict.NotOurs => "not-ours",
                WayVerdict.Fallback => "fallback",
                _ => "lost",
            },
            way.Summary,
            [.. way.Reasons],
            way.Interface,
            way.Nature?.Text,
            Of(way.Peer),
            Of(way.Configured),
            way.Entry?.ToString(),
            way.Maker,
            way.NextHop?.ToString(),
            way.Source?.ToString(),
            way.Mtu
        );

    static Peer? Of(WayPeer? peer) =>
        peer is null
            ? null
            : new Peer(
                peer.Site,
                peer.Beyond,
                peer.PublicKey.ToString(),
                peer.Interface,
                peer.Prefix.ToString(),
                peer.Endpoint?.ToString(),
                peer.HandshakeAge is { } age ? (long)age.TotalSeconds : null,
                peer.Outage is { } outage ? new Outage(outage.Since, outage.Reason) : null
            );

    internal sealed record Answer(
        string Destination,
        string? From,
        string Verdict,
        string Summary,
        string[] Reasons,
        string? Interface,
        string? Kind,
        Peer? Peer,
        Peer? Configured,
        string? Route,
        string? RouteMadeBy,
        string? NextHop,
        string? Source,
        int Mtu
    );

    internal sealed record Peer(
        [property: JsonPropertyName("site")] string? Name,
        string? Beyond,
        string PublicKey,
        string Interface,
        string Prefix,
        string? Endpoint,
        long? HandshakeSecondsAgo,
        Outage? Down
    );

    internal sealed record Outage(DateTimeOffset Since, string Reason);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WayJson.Answer))]
sealed partial class WayJsonContext : JsonSerializerContext
{
    // A key's '+' is no danger outside a web page.
    internal static WayJsonContext Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                WriteIndented = true,
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}

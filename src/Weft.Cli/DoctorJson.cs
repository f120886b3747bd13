using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary>The doctor's report for programs. The names below are an interface: they stay.</summary>
static class DoctorJson
{
    internal static string Write(DoctorReport report) =>
        JsonSerializer.Serialize(Of(report), DoctorJsonContext.Readable.Report) + "\n";

    static Report Of(DoctorReport report) =>
        new(
            report.Interface,
            report.Site,
            report.IsStarted,
            report.IsUp,
            report.IsWell,
            Math.Round(report.Took.TotalSeconds, 3),
            [.. report.Faults.Select(Of)],
            [
                .. report.Peers.Select(p => new Peer(
                    p.Name,
                    p.PublicKey.ToString(),
                    p.IsExamined,
                    p.Fault is null,
                    p.HandshakeAge is { } age ? (long)age.TotalSeconds : null,
                    p.RoundTrip is { } time ? Math.Round(time.TotalMilliseconds, 3) : null,
                    p.Mtu,
                    p.Fault is { } fault ? Of(fault) : null
                )),
            ]
        );

    static Fault Of(Diagnosis fault) => new(fault.Layer.Word(), fault.Text, [.. fault.Evidence], fault.Remedy);

    internal sealed record Report(
        string Interface,
        string? Site,
        bool Started,
        bool Up,
        bool Well,
        double Seconds,
        Fault[] Faults,
        Peer[] Peers
    );

    /// <summary>Examined is false of a site that does not run: then only names and ways were looked at.</summary>
    internal sealed record Peer(
        [property: JsonPropertyName("peer")] string Name,
        string PublicKey,
        bool Examined,
        bool Well,
        long? HandshakeSecondsAgo,
        double? EchoMilliseconds,
        int? Mtu,
        Fault? Fault
    );

    internal sealed record Fault(string Layer, string Text, string[] Evidence, string Remedy);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DoctorJson.Report))]
sealed partial class DoctorJsonContext : JsonSerializerContext
{
    // A key's '+' is no danger outside a web page.
    internal static DoctorJsonContext Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                WriteIndented = true,
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}

using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Mesh;

namespace Weft.Cli.Deploy;

/// <summary>What became of a deployment, for programs. The names below are an interface: they stay.</summary>
static class DeployJson
{
    internal static string Write(ImmutableArray<DeployResult> results) =>
        JsonSerializer.Serialize(
            new Report(results.All(r => r.IsGood), [.. results.Select(Of)]),
            DeployJsonContext.Readable.Report
        ) + "\n";

    static Site Of(DeployResult result) =>
        new(
            result.Site,
            JsonNamingPolicy.CamelCase.ConvertName(result.Outcome.ToString()),
            Math.Round(result.Took.TotalSeconds, 3),
            result.Text,
            result.Remedy,
            result.Version.Length > 0 ? result.Version : null,
            result.Difference.IsEmpty ? null : result.Difference
        );

    /// <param name="Ok">Every site has what it should have; with <c>--check</c>, could be asked.</param>
    internal sealed record Report(bool Ok, ImmutableArray<Site> Sites);

    /// <param name="Outcome">unchanged, deployed, differs, rolledBack, unreachable, refused, heldBack.</param>
    /// <param name="Seconds">From the first connection on.</param>
    /// <param name="Reason">Why; may be empty.</param>
    /// <param name="Version">Of the weft there, where it told.</param>
    /// <param name="Difference">With <c>--check</c>: <c>- old</c> and <c>+ new</c>, without secrets.</param>
    internal sealed record Site(
        [property: JsonPropertyName("site")] string Name,
        string Outcome,
        double Seconds,
        string Reason,
        string? Remedy,
        string? Version,
        ImmutableArray<string>? Difference
    );
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeployJson.Report))]
sealed partial class DeployJsonContext : JsonSerializerContext
{
    // A version's '+' is no danger outside a web page.
    internal static DeployJsonContext Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                WriteIndented = true,
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}

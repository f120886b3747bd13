using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Control;

namespace Weft.Cli;

/// <summary>What a start did, for programs. The names below are an interface: they stay.</summary>
static class StartJson
{
    /// <param name="outcome"><c>started</c> or, of a trial, <c>unchanged</c>, <c>confirmed</c>, <c>reverted</c>.</param>
    internal static string Write(StartResult result, string outcome, string text) =>
        JsonSerializer.Serialize(
            new Report(result.Name, outcome, result.IsNew, result.Steps, text),
            StartJsonContext.Default.Report
        );

    internal sealed record Report(string Interface, string Outcome, bool New, int Changes, string Text);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StartJson.Report))]
sealed partial class StartJsonContext : JsonSerializerContext;

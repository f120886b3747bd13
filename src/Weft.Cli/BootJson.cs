using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Control;

namespace Weft.Cli;

/// <summary>What an installation did, for programs. The names below are an interface: they stay.</summary>
static class BootJson
{
    internal static string Write(BootReport report) =>
        JsonSerializer.Serialize(
            new Report(
                report.Interface,
                NameOf(report.Platform),
                report.Program,
                report.File,
                [.. report.Changes.Select(c => new Change(c.What, c.Where))],
                report.Start
            ),
            BootJsonContext.Default.Report
        );

    internal static string NameOf(BootPlatform platform) =>
        platform switch
        {
            BootPlatform.Systemd => "systemd",
            BootPlatform.Openwrt => "openwrt",
            _ => "tomato",
        };

    internal sealed record Report(
        string Interface,
        string Platform,
        string Program,
        string? File,
        Change[] Changes,
        string Start
    );

    internal sealed record Change(string What, string Where);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BootJson.Report))]
sealed partial class BootJsonContext : JsonSerializerContext;

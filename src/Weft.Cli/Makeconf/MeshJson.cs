using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Mesh;

namespace Weft.Cli.Makeconf;

/// <summary>What <c>makeconf --json</c> and <c>check --json</c> print: what is null was not made.</summary>
sealed record MeshReport
{
    /// <summary>No finding is an error, and for makeconf: the mesh is made.</summary>
    public required bool Ok { get; init; }

    /// <summary>The mesh file, as named.</summary>
    public required string Mesh { get; init; }

    /// <summary>The output folder, absolute.</summary>
    public string? Out { get; init; }

    public ImmutableArray<SiteJson>? Sites { get; init; }

    /// <summary>
    /// The sites that need their new file, in steps: those of a step in any order, and all of them before the next.
    /// </summary>
    public ImmutableArray<ImmutableArray<string>>? Deliver { get; init; }

    /// <summary>Folders in the output folder of sites that are not in the mesh.</summary>
    public ImmutableArray<string>? Leftovers { get; init; }

    /// <summary>Sites whose rekey is half done.</summary>
    public ImmutableArray<string>? HalfDone { get; init; }

    public required ImmutableArray<FindingJson> Findings { get; init; }

    /// <summary>The report on a mesh that was made; or, with null, that was not.</summary>
    internal static MeshReport Of(
        string file,
        ImmutableArray<Finding> findings,
        MadeMesh? made,
        RekeyStep? rekey = null
    ) =>
        new()
        {
            Ok = made is not null,
            Mesh = file,
            Out = made?.Folder,
            Sites = made is null ? null : [.. made.Sites.Select(SiteJson.Of)],
            Deliver = made is null
                ? null
                : [.. made.Delivery(rekey).Select(step => step.Select(site => site.Name).ToImmutableArray())],
            Leftovers = made?.Leftovers,
            HalfDone = made?.HalfDone,
            Findings = FindingText.ToJson(findings),
        };
}

/// <summary>One site that was made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The path of its wg0.conf.</param>
/// <param name="Change">created, changed or unchanged.</param>
/// <param name="PublicKey">In base64.</param>
/// <param name="Addresses">Its tunnel addresses with the network's prefix length.</param>
/// <param name="ListenPort">The UDP port that it listens on.</param>
/// <param name="Endpoint">Where others dial it; null behind NAT.</param>
/// <param name="NewKey">Its key was made in this run.</param>
sealed record SiteJson(
    string Name,
    string File,
    string Change,
    string PublicKey,
    ImmutableArray<string> Addresses,
    int ListenPort,
    string? Endpoint,
    bool NewKey
)
{
    internal static SiteJson Of(MadeSite site) =>
        new(
            site.Name,
            site.File,
            site.Change.ToString().ToLowerInvariant(),
            site.PublicKey.ToString(),
            [.. site.Addresses.Select(address => address.ToString())],
            site.ListenPort,
            site.Endpoint?.ToString(),
            site.HasNewKey
        );
}

/// <summary>One finding. Line and column are from 1; 0 where there is none.</summary>
sealed record FindingJson(
    string Level,
    ImmutableArray<string> Sites,
    string File,
    int Line,
    int Column,
    string Message,
    string? Remedy
);

/// <summary>The reports as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(MeshReport))]
sealed partial class MeshJson : JsonSerializerContext
{
    internal static void Write(TextWriter writer, MeshReport report) =>
        writer.WriteLine(JsonSerializer.Serialize(report, Default.MeshReport));
}

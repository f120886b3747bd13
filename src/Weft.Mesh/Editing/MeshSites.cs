using System.Collections.Immutable;
using Weft.Config;
using Weft.Control;

namespace Weft.Mesh;

/// <summary>
/// Sites come and go: the mesh file changes where it must, keys of the others stay, and only files that change are
/// written. What the preflight refuses changes nothing. Blocks.
/// </summary>
public static class MeshSites
{
    const int MostNamed = 10;

    /// <summary>Adds a site at the end of a mesh file and makes the mesh.</summary>
    /// <exception cref="OperationFailedException">The file has faults, or something refuses; nothing was changed.</exception>
    public static MeshChange Add(string meshFile, string outFolder, MeshSite site)
    {
        (string text, _) = LoadGood(meshFile);
        return Make(meshFile, outFolder, MeshEdit.Add(text, site));
    }

    /// <summary>
    /// Gives a site another key, step by step so that no link is lost. Every step can be taken again, and one that was cut
    /// short is: a rekey that is not half done finishes as the mesh as it is.
    /// </summary>
    /// <exception cref="OperationFailedException">There is no such site, or something refuses; nothing was changed.</exception>
    public static MeshChange Rekey(string meshFile, string outFolder, string name, RekeyPhase phase)
    {
        (_, MeshConfig mesh) = LoadGood(meshFile);
        RekeyStep step = new(mesh.Sites[PlaceOf(name, mesh, meshFile)].Name, phase);
        ImmutableArray<Finding> findings = MeshPreflight.Check(mesh, meshFile);
        return findings.Any(finding => finding.Level == FindingLevel.Error)
            ? new MeshChange(findings, null)
            : new MeshChange(findings, MeshMaker.Make(mesh, meshFile, outFolder, rekey: step));
    }

    /// <summary>Takes a site out of a mesh, with its key and its folder: it can no longer take part.</summary>
    /// <exception cref="OperationFailedException">There is no such site, or something refuses; nothing was changed.</exception>
    public static MeshChange Remove(string meshFile, string outFolder, string name)
    {
        (string text, MeshConfig mesh) = LoadGood(meshFile);
        int site = PlaceOf(name, mesh, meshFile);
        MeshChange change = Make(meshFile, outFolder, MeshEdit.Remove(text, mesh, site));
        if (change.Made is null)
            return change;
        // Last of all: until here a failure leaves a mesh that can be made again as it was.
        MeshFolder.Remove(outFolder, mesh.Sites[site].Name);
        KeysFolder.Remove(KeysFolder.PathBeside(meshFile), mesh.Sites[site].Name);
        return change with
        {
            Made = change.Made with { Leftovers = change.Made.Leftovers.Remove(mesh.Sites[site].Name) },
        };
    }

    static int PlaceOf(string name, MeshConfig mesh, string meshFile)
    {
        int site = mesh.Sites.ToList().FindIndex(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase));
        return site >= 0 ? site : throw new OperationFailedException($"{meshFile} has no site {name}", SitesOf(mesh));
    }

    /// <summary>The names to choose from: all of a few, the first of many.</summary>
    static string? SitesOf(MeshConfig mesh)
    {
        string names = string.Join(", ", mesh.Sites.Take(MostNamed).Select(site => site.Name));
        return mesh.Sites.IsEmpty ? null
            : mesh.Sites.Length <= MostNamed ? $"Its sites are {names}."
            : $"Its sites are {names} and {mesh.Sites.Length - MostNamed} more.";
    }

    static MeshChange Make(string meshFile, string outFolder, string text)
    {
        ParseResult<MeshConfig> parsed = MeshConfigText.Parse(text, meshFile);
        ImmutableArray<Finding> findings = MeshPreflight.Check(parsed, meshFile);
        return findings.Any(finding => finding.Level == FindingLevel.Error)
            ? new MeshChange(findings, null)
            : new MeshChange(
                findings,
                MeshMaker.Make(parsed.Value!, meshFile, outFolder, () => MeshFile.Replace(meshFile, text))
            );
    }

    static (string Text, MeshConfig Mesh) LoadGood(string meshFile)
    {
        string text = MeshFile.ReadText(meshFile);
        ParseResult<MeshConfig> parsed = MeshConfigText.Parse(text, meshFile);
        return parsed.Value is MeshConfig mesh
            ? (text, mesh)
            : throw new OperationFailedException(
                $"{parsed.Faults[0]}{(parsed.Faults.Length > 1 ? $" and {parsed.Faults.Length - 1} more" : "")}",
                $"Mend it first; weft check {meshFile} lists every fault."
            );
    }
}

/// <summary>What became of a change to a mesh.</summary>
/// <param name="Findings">Of the mesh as it would be.</param>
/// <param name="Made">Null when a finding is an error, and nothing was changed.</param>
public sealed record MeshChange(ImmutableArray<Finding> Findings, MadeMesh? Made);

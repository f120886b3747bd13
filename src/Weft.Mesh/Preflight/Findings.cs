using System.Collections.Immutable;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>What the checks of one preflight have found so far. Lives as long as the preflight.</summary>
sealed class Findings
{
    const int MostNamed = 4;

    readonly MeshConfig _config;
    readonly string _file;
    readonly List<Finding> _found = [];

    internal Findings(MeshConfig config, string file)
    {
        _config = config;
        _file = file;
    }

    internal void OfMesh(FindingLevel level, string message, string? remedy) =>
        _found.Add(new Finding(level, [], new Diagnostic(_file, 0, 0, message, remedy)));

    /// <summary>A finding that stands at the first of the sites, and is about all of them.</summary>
    /// <param name="level">Whether the mesh can be made all the same.</param>
    /// <param name="sites">Places in the file.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="remedy">A way out.</param>
    internal void OfSites(FindingLevel level, ReadOnlySpan<int> sites, string message, string? remedy)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        foreach (int site in sites)
        {
            if (!names.Contains(_config.Sites[site].Name))
                names.Add(_config.Sites[site].Name);
        }
        Diagnostic diagnostic = new(_file, _config.Sites[sites[0]].Line, 0, message, remedy);
        _found.Add(new Finding(level, names.ToImmutable(), diagnostic));
    }

    internal void Error(int site, string message, string? remedy) =>
        OfSites(FindingLevel.Error, [site], message, remedy);

    internal void Warning(int site, string message, string? remedy) =>
        OfSites(FindingLevel.Warning, [site], message, remedy);

    /// <summary>The names of sites for a sentence: all of a few, the first of many.</summary>
    internal string Listed(IReadOnlyList<int> sites)
    {
        IEnumerable<string> names = sites.Take(MostNamed).Select(i => _config.Sites[i].Name);
        return sites.Count <= MostNamed
            ? string.Join(", ", names)
            : $"{string.Join(", ", names)} and {sites.Count - MostNamed} more";
    }

    internal ImmutableArray<Finding> InOrder() =>
        [.. _found.OrderBy(f => f.Diagnostic.Line).ThenBy(f => f.Diagnostic.Column)];
}

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

    /// <summary>A finding of the mesh's own settings.</summary>
    /// <param name="level">Whether the mesh can be made all the same.</param>
    /// <param name="key">The value that it is about.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="remedy">A way out.</param>
    internal void OfMesh(FindingLevel level, ValueOf key, string message, string? remedy)
    {
        (int line, int column) = PlaceOf(_config.Places, key, 0);
        _found.Add(new Finding(level, [], new Diagnostic(_file, line, column, message, remedy)));
    }

    /// <summary>A finding that stands at the first of the sites, and is about all of them.</summary>
    /// <param name="level">Whether the mesh can be made all the same.</param>
    /// <param name="sites">Places in the file.</param>
    /// <param name="key">The value of the first site that it is about.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="remedy">A way out.</param>
    internal void OfSites(FindingLevel level, ReadOnlySpan<int> sites, ValueOf key, string message, string? remedy)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        foreach (int site in sites)
        {
            if (!names.Contains(_config.Sites[site].Name))
                names.Add(_config.Sites[site].Name);
        }
        MeshSite first = _config.Sites[sites[0]];
        (int line, int column) = PlaceOf(first.Places, key, first.Line);
        _found.Add(new Finding(level, names.ToImmutable(), new Diagnostic(_file, line, column, message, remedy)));
    }

    internal void Error(int site, ValueOf key, string message, string? remedy) =>
        OfSites(FindingLevel.Error, [site], key, message, remedy);

    internal void Warning(int site, ValueOf key, string message, string? remedy) =>
        OfSites(FindingLevel.Warning, [site], key, message, remedy);

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

    static (int Line, int Column) PlaceOf(ImmutableArray<MeshPlace> places, ValueOf key, int section)
    {
        int left = key.Index;
        foreach (MeshPlace place in places)
        {
            if (place.Key == key.Key && left-- == 0)
                return (place.Line, place.Column);
        }
        return (section, 0);
    }
}

/// <summary>Which value a finding is about: a key, and which of its values when it has several.</summary>
readonly record struct ValueOf(string Key, int Index = 0)
{
    /// <summary>The section as a whole.</summary>
    internal static ValueOf Section => new("");

    public static implicit operator ValueOf(string key) => new(key);
}

using System.Collections.Immutable;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>One thing that the preflight has to say about a mesh.</summary>
/// <param name="Level">Whether the mesh can be made all the same.</param>
/// <param name="Sites">The names of the sites that it is about, in the order of the file; empty for the whole mesh.</param>
/// <param name="Diagnostic">What is wrong, where in the file, and a way out.</param>
public sealed record Finding(FindingLevel Level, ImmutableArray<string> Sites, Diagnostic Diagnostic);

public enum FindingLevel
{
    /// <summary>The mesh can be made; somebody should know.</summary>
    Warning,

    /// <summary>The mesh would not work: nothing is written.</summary>
    Error,
}

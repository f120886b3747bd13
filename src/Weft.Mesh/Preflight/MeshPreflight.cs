using System.Collections.Immutable;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// Looks a whole mesh over before anything is made of it: every finding at once, with the names of the sites and a way
/// out. Asks nobody and looks nothing up. Pure.
/// </summary>
public static class MeshPreflight
{
    /// <summary>The faults of a file; of one without faults, what there is to say of its mesh.</summary>
    public static ImmutableArray<Finding> Check(ParseResult<MeshConfig> parsed, string file)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.Value is MeshConfig mesh
            ? Check(mesh, file)
            : [.. parsed.Faults.Select(fault => new Finding(FindingLevel.Error, [], fault))];
    }

    /// <summary>Every finding, in the order of the file. The mesh can be made when none is an error.</summary>
    /// <param name="config">The mesh as parsed.</param>
    /// <param name="file">The name of its file, for the findings.</param>
    public static ImmutableArray<Finding> Check(MeshConfig config, string file)
    {
        ArgumentNullException.ThrowIfNull(config);
        Findings findings = new(config, file);
        SiteChecks.Run(config, findings);
        PrefixChecks.Run(config, findings);
        TunnelAddressChecks.Run(config, findings);
        EndpointChecks.Run(config, findings);
        DomainChecks.Run(config, findings);
        return findings.InOrder();
    }
}

using System.Collections.Immutable;
using System.CommandLine;
using Weft.Config;
using Weft.Mesh;

namespace Weft.Cli.Makeconf;

/// <summary>
/// The names that others dial, looked up with every write of a mesh. What this host is told need not be what the sites are
/// told, so it holds up no write: it is asked for beside it or after it, for a short time, and is a warning at most.
/// </summary>
static class WrittenNames
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.5);

    internal static Option<bool> Offline() => new("--offline") { Description = "Look no names up." };

    /// <summary>All names of a mesh.</summary>
    internal static ImmutableArray<Finding> Of(MeshConfig mesh, string file) =>
        NameChecks.Judge(mesh, file, NameChecks.Ask(mesh, limit: s_patience));

    /// <summary>The name of a site that is being added, beside the writing of its mesh.</summary>
    internal static Task<ImmutableArray<Finding>> OfOne(MeshSite site, string file)
    {
        MeshConfig alone = new() { Sites = [site with { Line = 0, Places = [] }] };
        return Task.Run(() => NameChecks.Judge(alone, file, NameChecks.Ask(alone, limit: s_patience)));
    }
}

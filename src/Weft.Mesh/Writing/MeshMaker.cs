using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>
/// Makes the files of a mesh: the keys, then every site's <c>wg0.conf</c>, all of it or nothing. Keys and files that are
/// as they should be are left as they are. Blocks; one at a time per keys folder and output folder.
/// </summary>
public static class MeshMaker
{
    /// <summary>The file that a site needs.</summary>
    public const string SiteFile = "wg0.conf";

    /// <summary>What runs it on a router without .NET, in the same folder.</summary>
    public const string ScriptFile = SiteScript.FileName;

    /// <summary>Makes a mesh that the preflight passed.</summary>
    /// <param name="config">The mesh.</param>
    /// <param name="meshFile">Its file: the keys are beside it.</param>
    /// <param name="outFolder">Where each site gets its folder.</param>
    /// <param name="beforeCommit">
    /// Runs when everything is known to fit and nothing is in place yet; what it throws leaves the mesh as it was.
    /// </param>
    /// <param name="rekey">A step of a site's rekey to take with it.</param>
    /// <exception cref="OperationFailedException">A folder or a file refuses; nothing of the mesh was changed.</exception>
    public static MadeMesh Make(
        MeshConfig config,
        string meshFile,
        string outFolder,
        Action? beforeCommit = null,
        RekeyStep? rekey = null
    )
    {
        using KeysFolder keysFolder = KeysFolder.Open(KeysFolder.PathBeside(meshFile));
        using MeshKeys keys = keysFolder.Load(config.Sites.Select(site => site.Name));
        if (rekey is not null)
            keysFolder.Step(rekey, keys);
        MeshPlan plan = MeshPlan.Of(config, keys);
        using MeshFolder folder = MeshFolder.Open(outFolder);
        ImmutableArray<MadeSite> sites = StageSites(plan, keys, keysFolder, folder);
        // The keys go first: files without their keys could never be made again, keys without files can.
        keysFolder.Save();
        beforeCommit?.Invoke();
        folder.Commit();
        if (rekey is not null)
            keysFolder.Settle(rekey);
        return new MadeMesh(folder.Path, sites, folder.Leftovers(plan.Sites.Select(site => site.Name)))
        {
            HalfDone = [.. plan.Sites.Select(site => site.Name).Where(name => keys.NextPublicKeyOf(name) is not null)],
        };
    }

    /// <summary>Tries the folders, so that nobody answers fifty questions for nothing. Changes nothing.</summary>
    /// <exception cref="OperationFailedException">A folder refuses.</exception>
    public static void TryFolders(string meshFile, string outFolder)
    {
        using KeysFolder keys = KeysFolder.Open(KeysFolder.PathBeside(meshFile));
        using MeshFolder folder = MeshFolder.Open(outFolder);
    }

    static ImmutableArray<MadeSite> StageSites(MeshPlan plan, MeshKeys keys, KeysFolder keysFolder, MeshFolder folder)
    {
        MadeSite[] sites = new MadeSite[plan.Sites.Length];
        using SharedPairKeys shared = new(sites.Length);
        byte[] script = SiteScript.Text();
        try
        {
            Parallel.For(
                0,
                sites.Length,
                () => new SecretText(),
                (i, _, text) =>
                {
                    text.Clear();
                    plan.WriteFileOf(i, text, shared);
                    folder.Stage(plan.Sites[i].Name, SiteScript.FileName, script, OwnFolder.Mode);
                    sites[i] = StageSite(plan, i, keys, text, folder) with
                    {
                        HasNewKey = keysFolder.IsNew(plan.Sites[i].Name),
                    };
                    return text;
                },
                text => text.Dispose()
            );
        }
        catch (AggregateException refusals)
        {
            // One refusal is enough to name; the others have the same cause or come up on the next run.
            ExceptionDispatchInfo.Throw(refusals.InnerExceptions[0]);
        }
        return [.. sites];
    }

    static MadeSite StageSite(MeshPlan plan, int i, MeshKeys keys, SecretText text, MeshFolder folder)
    {
        MeshSite site = plan.Sites[i];
        FileChange change = folder.Stage(site.Name, SiteFile, text.Span, OwnFolder.SecretFileMode);
        return new MadeSite(
            site.Name,
            folder.PathOf(site.Name, SiteFile),
            change,
            keys.PublicKeyOf(site.Name),
            plan.AddressesOf(i),
            plan.ListenPortOf(i),
            plan.EndpointOf(i)
        );
    }
}

/// <summary>What <see cref="MeshMaker"/> made.</summary>
/// <param name="Folder">The output folder, absolute.</param>
/// <param name="Sites">In the order of the file.</param>
/// <param name="Leftovers">Folders in it of sites that are not in the mesh; left alone.</param>
public sealed record MadeMesh(string Folder, ImmutableArray<MadeSite> Sites, ImmutableArray<string> Leftovers)
{
    /// <summary>Sites whose rekey is half done: the others know both keys, and theirs is still the old one.</summary>
    public ImmutableArray<string> HalfDone { get; init; } = [];

    /// <summary>
    /// The sites whose files changed, in steps: those of a step go out in any order, and all of them before the next
    /// step, or a link is lost meanwhile. One step, but where a site gets another key: it goes first.
    /// </summary>
    /// <param name="rekey">What was done; null for anything else.</param>
    public ImmutableArray<ImmutableArray<MadeSite>> Delivery(RekeyStep? rekey)
    {
        ImmutableArray<MadeSite> changed = [.. Sites.Where(site => site.Change != FileChange.Unchanged)];
        if (rekey is null)
            return changed.IsEmpty ? [] : [changed];
        ImmutableArray<MadeSite> own = [.. changed.Where(IsRekeyed)];
        ImmutableArray<MadeSite> others = [.. changed.Where(site => !IsRekeyed(site))];
        return [.. ((ImmutableArray<MadeSite>[])[own, others]).Where(step => !step.IsEmpty)];

        bool IsRekeyed(MadeSite site) => string.Equals(site.Name, rekey.Site, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>One site of a <see cref="MadeMesh"/>; nothing of it is secret.</summary>
/// <param name="Name">Its name, and its folder's.</param>
/// <param name="File">The path of its <c>wg0.conf</c>.</param>
/// <param name="Change">Whether that file was written.</param>
/// <param name="PublicKey">Its public key.</param>
/// <param name="Addresses">Its tunnel addresses.</param>
/// <param name="ListenPort">The UDP port that it listens on.</param>
/// <param name="Endpoint">Where others dial it; null behind NAT.</param>
public sealed record MadeSite(
    string Name,
    string File,
    FileChange Change,
    PublicKey PublicKey,
    ImmutableArray<InterfaceAddress> Addresses,
    ushort ListenPort,
    HostPort? Endpoint
)
{
    /// <summary>Its key was made in this run: every site that knew it by another key needs its new file.</summary>
    public bool HasNewKey { get; init; }
}

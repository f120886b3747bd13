using System.Collections.Immutable;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>
/// A made mesh that is about to be deployed: the mesh file, its keys, and the folder with the sites' files, which it
/// holds until disposed of, so that nobody writes there meanwhile and no two deployments run from it. A site's file goes
/// out only if it is to the byte what the mesh file and the keys make of it.
/// </summary>
public sealed class DeployableMesh : IDisposable
{
    const string MakeAgain = "Make the files anew: weft makeconf --from";

    readonly MeshKeys _keys;
    readonly MeshPlan _plan;
    readonly MeshFolder _folder;
    readonly string _meshFile;
    readonly Dictionary<string, int> _places;

    DeployableMesh(string meshFile, MeshKeys keys, MeshPlan plan, MeshFolder folder)
    {
        _meshFile = meshFile;
        _keys = keys;
        _plan = plan;
        _folder = folder;
        _places = plan
            .Sites.Select((site, i) => (site.Name, i))
            .ToDictionary(p => p.Name, p => p.i, StringComparer.OrdinalIgnoreCase);
    }

    /// <exception cref="OperationFailedException">The mesh file has faults, or the mesh is not made, or another weft is at work on it.</exception>
    public static DeployableMesh Open(string meshFile, string outFolder)
    {
        ParseResult<MeshConfig> parsed = MeshFile.Load(meshFile);
        ImmutableArray<Finding> findings = MeshPreflight.Check(parsed, meshFile);
        if (findings.FirstOrDefault(f => f.Level == FindingLevel.Error) is { } error)
            throw new OperationFailedException($"{error.Diagnostic}", $"See all: weft check {meshFile}");
        string keysPath = KeysFolder.PathBeside(meshFile);
        foreach (string path in (string[])[keysPath, outFolder])
        {
            if (!Directory.Exists(path))
                throw new OperationFailedException($"there is no folder {path}", $"{MakeAgain} {meshFile}");
        }
        MeshConfig config = parsed.Value!;
        MeshFolder? folder = null;
        MeshKeys? keys = null;
        try
        {
            using KeysFolder keysFolder = KeysFolder.Open(keysPath);
            keys = keysFolder.Load(config.Sites.Select(site => site.Name));
            folder = MeshFolder.Open(outFolder);
            DeployableMesh mesh = new(meshFile, keys, MeshPlan.Of(config, keys), folder);
            (keys, folder) = (null, null);
            return mesh;
        }
        finally
        {
            keys?.Dispose();
            folder?.Dispose();
        }
    }

    /// <summary>In the order of the mesh file.</summary>
    public ImmutableArray<MeshSite> Sites => _plan.Sites;

    /// <summary>The places of the sites with these names; of all when there are none.</summary>
    /// <exception cref="OperationFailedException">One of them is no site of the mesh.</exception>
    public ImmutableArray<int> Choose(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Count == 0 ? [.. Enumerable.Range(0, Sites.Length)] : [.. names.Select(PlaceOf).Distinct()];

        int PlaceOf(string name) =>
            _places.TryGetValue(name, out int place)
                ? place
                : throw new OperationFailedException($"{_meshFile} has no site {name}", $"See: weft check {_meshFile}");
    }

    /// <summary>The public keys that the files know a site by, its own one first; none when it is not of the mesh.</summary>
    internal ImmutableArray<string> KeysOf(string site)
    {
        if (!_places.ContainsKey(site))
            return [];
        string own = _keys.PublicKeyOf(site).ToString();
        return _keys.NextPublicKeyOf(site) is PublicKey next ? [own, next.ToString()] : [own];
    }

    /// <summary>Writes a site's file into <paramref name="text"/>, and compares it with the one in the folder.</summary>
    /// <exception cref="OperationFailedException">They are not the same, or there is none.</exception>
    internal void Read(int site, SecretText text)
    {
        text.Clear();
        _plan.WriteFileOf(site, text);
        string file = _folder.PathOf(Sites[site].Name, MeshMaker.SiteFile);
        bool isSame;
        try
        {
            isSame = SiteFolder.Holds(file, text.Span);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException($"{file} cannot be read: {e.Message}", $"{MakeAgain} {_meshFile}", e);
        }
        if (!isSame)
            throw new OperationFailedException(
                $"{file} is not what {_meshFile} and its keys make: it is old, damaged or edited",
                $"{MakeAgain} {_meshFile}"
            );
    }

    public void Dispose()
    {
        _folder.Dispose();
        _keys.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using Weft.Control;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// The output folder: one folder per site. Files are staged beside the ones in use, and nothing in use changes before
/// <see cref="Commit"/>, which puts the whole mesh in place in one step. Where the file system has no such step, or the
/// folder holds other things too, see <see cref="PiecewiseCommit"/>. Held by one process at a time, until disposed of.
/// </summary>
public sealed class MeshFolder : IDisposable
{
    readonly FolderLock _lock;
    readonly FolderLock? _stageLock;
    readonly string _stage;
    readonly Way _way;
    readonly ConcurrentQueue<string> _tighten = [];
    volatile bool _hasStaged;

    MeshFolder(string path, string stage, Way way, FolderLock folderLock, FolderLock? stageLock)
    {
        Path = path;
        _stage = stage;
        _way = way;
        _lock = folderLock;
        _stageLock = stageLock;
    }

    enum Way
    {
        /// <summary>There is no folder yet: the staged one takes its name.</summary>
        New,

        /// <summary>The staged folder, made complete with what did not change, and the old one exchange their names.</summary>
        Whole,

        Piecewise,
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>Opens the folder, which need not be there yet, and brings a commit that was cut short to its end.</summary>
    /// <exception cref="OperationFailedException">A link, somebody else's, open to others, or in use.</exception>
    public static MeshFolder Open(string path)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        return FileFault.Named(
            $"the output folder {path} cannot be used",
            () =>
                OwnFolder.CheckOwner(path, "the output folder") is PathStatus status
                    ? Existing(path, status)
                    : New(path)
        );
    }

    public string PathOf(string site, string file) => System.IO.Path.Combine(Path, site, file);

    /// <summary>
    /// Takes the content that a site's file shall have; what it has already is not written again. Different sites from
    /// several threads.
    /// </summary>
    /// <exception cref="OperationFailedException">The site's folder or file is not ours to write, or the disk is full.</exception>
    public FileChange Stage(string site, string file, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        string folder = System.IO.Path.Combine(Path, site);
        string target = PathOf(site, file);
        try
        {
            bool exists = _way != Way.New && CheckTarget(folder, target, mode);
            if (exists && SiteFolder.Holds(target, content))
                return FileChange.Unchanged;
            string staged = System.IO.Path.Combine(_stage, site);
            Directory.CreateDirectory(staged, OwnFolder.Mode);
            OwnFolder.WriteNew(System.IO.Path.Combine(staged, file), content, mode);
            _hasStaged = true;
            return exists ? FileChange.Changed : FileChange.Created;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFault.Of($"{target} cannot be written", e);
        }
    }

    /// <summary>Puts everything staged into place. When this returns it is so, also after a power cut.</summary>
    public void Commit()
    {
        FileFault.Named(
            $"the mesh cannot be written to {Path}",
            () =>
            {
                if (_hasStaged)
                    PutInPlace();
                foreach (string path in _tighten)
                    File.SetUnixFileMode(path, Directory.Exists(path) ? OwnFolder.Mode : OwnFolder.SecretFileMode);
                return true;
            }
        );
    }

    /// <summary>Folders of sites that are not among these: of sites that left the mesh.</summary>
    public ImmutableArray<string> Leftovers(IEnumerable<string> sites)
    {
        if (!Directory.Exists(Path))
            return [];
        HashSet<string> known = new(sites, StringComparer.Ordinal);
        return
        [
            .. Directory
                .EnumerateDirectories(Path)
                .Select(folder => System.IO.Path.GetFileName(folder))
                .Where(name => !known.Contains(name) && File.Exists(PathOf(name, SiteFolder.Files[0])))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Removes the folder of a site that left the mesh, unless it holds more than we put there.</summary>
    /// <exception cref="OperationFailedException">The output folder refuses.</exception>
    public static void Remove(string path, string site)
    {
        using MeshFolder output = Open(path);
        string folder = System.IO.Path.Combine(output.Path, site);
        FileFault.Named(
            $"{folder} cannot be removed",
            () =>
            {
                if (SiteFolder.IsOurs(folder))
                    SiteFolder.Clear(folder);
                return true;
            }
        );
    }

    /// <summary>Drops what was staged and not committed, or the old mesh once the new one is in its place.</summary>
    public void Dispose()
    {
        try
        {
            if (!Directory.Exists(_stage))
                return;
            // The old files of a thousand sites take a file system longer to let go of than to take.
            Parallel.ForEach(
                Directory.EnumerateDirectories(_stage),
                folder => Directory.Delete(folder, recursive: true)
            );
            Directory.Delete(_stage, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AggregateException)
        {
            // The next run removes it; there is nobody left to tell now.
        }
        finally
        {
            _stageLock?.Dispose();
            _lock.Dispose();
        }
    }

    static MeshFolder New(string path)
    {
        string parent = System.IO.Path.GetDirectoryName(path) ?? "/";
        if (!Directory.Exists(parent))
            throw new OperationFailedException(
                $"there is no folder {parent} to put {path} in",
                $"Run: mkdir -p {parent}"
            );
        string stage = StageBeside(path);
        return new MeshFolder(path, stage, Way.New, MakeStage(stage), stageLock: null);
    }

    static MeshFolder Existing(string path, PathStatus status)
    {
        string? other = Directory.EnumerateFileSystemEntries(path).FirstOrDefault(entry => !SiteFolder.IsOurs(entry));
        bool open = OwnFolder.IsOpenToOthers(status);
        if (open && other is not null)
            throw new OperationFailedException(
                $"the output folder {path} is open to other users and holds {System.IO.Path.GetFileName(other)}",
                "Choose a folder of its own, or chmod 700 it yourself."
            );
        FolderLock held = Take(path);
        PiecewiseCommit.Finish(path);
        FolderLock? stageLock = other is null && CanExchange(path, status) ? TryMakeStage(StageBeside(path)) : null;
        string stage = stageLock is null ? PiecewiseCommit.StageIn(path) : StageBeside(path);
        if (stageLock is null)
            SiteFolder.Clear(stage);
        MeshFolder folder = new(path, stage, stageLock is null ? Way.Piecewise : Way.Whole, held, stageLock);
        if (open)
            folder._tighten.Enqueue(path);
        return folder;
    }

    /// <summary>A folder on its parent's file system that nobody's shell stands in, ours included.</summary>
    static bool CanExchange(string path, PathStatus status) =>
        System.IO.Path.GetDirectoryName(path) is string parent
        && PathStatus.Of(parent)?.Device == status.Device
        && !$"{Environment.CurrentDirectory}/".StartsWith($"{path}/", StringComparison.Ordinal);

    /// <summary>Cannot be a site's name, which begins with no dot.</summary>
    static string StageBeside(string path) =>
        System.IO.Path.Combine(
            System.IO.Path.GetDirectoryName(path) ?? "/",
            $".{System.IO.Path.GetFileName(path)}.weft-stage"
        );

    /// <summary>Null where the folder beside may not be made, or somebody else has made it.</summary>
    static FolderLock? TryMakeStage(string stage)
    {
        try
        {
            return MakeStage(stage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationFailedException)
        {
            return null;
        }
    }

    /// <summary>Makes the folder, or clears the one of a run that was killed, and holds it.</summary>
    static FolderLock MakeStage(string stage)
    {
        if (OwnFolder.Check(stage, "the folder of an unfinished run") is null)
            Directory.CreateDirectory(stage, OwnFolder.Mode);
        FolderLock held = Take(stage);
        foreach (string entry in Directory.EnumerateFileSystemEntries(stage).ToList())
            SiteFolder.Clear(entry);
        return held;
    }

    static FolderLock Take(string path) =>
        FolderLock.TryTake(path)
        ?? throw new OperationFailedException($"another weft is writing to {path}", "Wait until it is done.");

    /// <summary>Whether the file is there; that its folder and it are ours.</summary>
    bool CheckTarget(string folder, string target, UnixFileMode mode)
    {
        if (OwnFolder.CheckOwner(folder, "the site's folder") is not PathStatus folderStatus)
            return false;
        if (OwnFolder.IsOpenToOthers(folderStatus))
            _tighten.Enqueue(folder);
        if (PathStatus.Of(target) is not PathStatus status)
            return false;
        if (status.Kind != PathKind.File || status.Owner != PathStatus.Self)
            throw new OperationFailedException(
                status.Kind == PathKind.File
                    ? $"{target} belongs to user {status.Owner}"
                    : $"{target} is not a file of ours but a {status.Kind.ToString().ToLowerInvariant()}",
                "Move it away."
            );
        if (mode == OwnFolder.SecretFileMode && OwnFolder.IsOpenToOthers(status))
            _tighten.Enqueue(target);
        return true;
    }

    void PutInPlace()
    {
        bool complete = _way == Way.Whole && SiteFolder.LinkMissing(Path, _stage);
        _lock.SyncFileSystem();
        if (_way == Way.New)
            Directory.Move(_stage, Path);
        else if (!complete || !PathNames.TryExchange(_stage, Path))
            PiecewiseCommit.Run(_stage, Path);
        _lock.SyncFileSystem();
    }
}

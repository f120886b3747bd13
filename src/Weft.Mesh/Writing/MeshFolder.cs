using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Weft.Control;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// The output folder: one folder per site. Files are staged beside the ones in use, and nothing that is in use changes
/// before <see cref="Commit"/>. A new output folder is put in place by one rename. In one that is there, the commit is the
/// rename of the staged folder to <c>.weft-commit</c>: killed before it, the old mesh stands; killed after it, the next
/// <see cref="Open"/> moves what is left into place. Held by one process at a time, until disposed of.
/// </summary>
public sealed class MeshFolder : IDisposable
{
    /// <summary>Neither can be a site's name, which begins with no dot.</summary>
    const string StageName = ".weft-stage";
    const string CommitName = ".weft-commit";

    static readonly ImmutableArray<string> KnownFiles = ["wg0.conf", "wg.sh"];

    readonly FolderLock _lock;
    readonly string _stage;
    readonly bool _isNew;
    readonly ConcurrentQueue<string> _tighten = [];
    volatile bool _hasStaged;

    MeshFolder(string path, string stage, bool isNew, FolderLock folderLock)
    {
        Path = path;
        _stage = stage;
        _isNew = isNew;
        _lock = folderLock;
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
    public FileChange Stage(string site, string file, string text, UnixFileMode mode)
    {
        string folder = System.IO.Path.Combine(Path, site);
        string target = PathOf(site, file);
        return FileFault.Named(
            $"{target} cannot be written",
            () =>
            {
                byte[] content = Encoding.UTF8.GetBytes(text);
                bool exists = !_isNew && CheckTarget(folder, target, mode);
                if (exists && File.ReadAllBytes(target).AsSpan().SequenceEqual(content))
                    return FileChange.Unchanged;
                string staged = System.IO.Path.Combine(_stage, site);
                Directory.CreateDirectory(staged, OwnFolder.Mode);
                OwnFolder.WriteNew(System.IO.Path.Combine(staged, file), content, mode);
                _hasStaged = true;
                return exists ? FileChange.Changed : FileChange.Created;
            }
        );
    }

    /// <summary>Puts everything staged into place. When this returns it is so, also after a power cut.</summary>
    public void Commit()
    {
        FileFault.Named(
            $"the mesh cannot be written to {Path}",
            () =>
            {
                _lock.SyncFileSystem();
                if (_isNew)
                    Directory.Move(_stage, Path);
                else if (_hasStaged)
                    CommitIntoExisting();
                foreach (string path in _tighten)
                    File.SetUnixFileMode(path, Directory.Exists(path) ? OwnFolder.Mode : OwnFolder.SecretFileMode);
                _lock.SyncFileSystem();
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
                .Where(name => !known.Contains(name) && File.Exists(PathOf(name, KnownFiles[0])))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Drops what was staged and not committed.</summary>
    public void Dispose()
    {
        try
        {
            if (Directory.Exists(_stage))
                Directory.Delete(_stage, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next run removes it; there is nobody left to tell now.
        }
        _lock.Dispose();
    }

    static MeshFolder New(string path)
    {
        string parent = System.IO.Path.GetDirectoryName(path) ?? "/";
        if (!Directory.Exists(parent))
            throw new OperationFailedException(
                $"there is no folder {parent} to put {path} in",
                $"Run: mkdir -p {parent}"
            );
        string stage = System.IO.Path.Combine(parent, $".{System.IO.Path.GetFileName(path)}{StageName}");
        if (OwnFolder.Check(stage, "the folder of an unfinished run") is null)
            Directory.CreateDirectory(stage, OwnFolder.Mode);
        MeshFolder folder = new(path, stage, isNew: true, Take(stage));
        Empty(stage);
        return folder;
    }

    static MeshFolder Existing(string path, PathStatus status)
    {
        bool open = OwnFolder.IsOpenToOthers(status);
        if (open && Directory.EnumerateFileSystemEntries(path).FirstOrDefault(entry => !IsOurs(entry)) is string other)
            throw new OperationFailedException(
                $"the output folder {path} is open to other users and holds {System.IO.Path.GetFileName(other)}",
                "Choose a folder of its own, or chmod 700 it yourself."
            );
        MeshFolder folder = new(path, System.IO.Path.Combine(path, StageName), isNew: false, Take(path));
        if (open)
            folder._tighten.Enqueue(path);
        folder.FinishCommit();
        if (Directory.Exists(folder._stage))
            Directory.Delete(folder._stage, recursive: true);
        return folder;
    }

    static FolderLock Take(string path) =>
        FolderLock.TryTake(path)
        ?? throw new OperationFailedException($"another weft is writing to {path}", "Wait until it is done.");

    static void Empty(string folder)
    {
        foreach (string entry in Directory.EnumerateDirectories(folder))
            Directory.Delete(entry, recursive: true);
        foreach (string entry in Directory.EnumerateFiles(folder))
            File.Delete(entry);
    }

    static bool IsOurs(string entry)
    {
        string name = System.IO.Path.GetFileName(entry);
        return name is StageName or CommitName
            || (
                PathStatus.Of(entry)?.Kind == PathKind.Folder
                && SiteName.FaultOf(name) is null
                && Directory
                    .EnumerateFileSystemEntries(entry)
                    .All(file => KnownFiles.Contains(System.IO.Path.GetFileName(file)))
            );
    }

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

    void CommitIntoExisting()
    {
        // Ctrl-C between two renames would leave the rest to the next run; it can wait for a few more.
        static void Hold(PosixSignalContext context) => context.Cancel = true;
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Hold);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hold);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Hold);
        Directory.Move(_stage, System.IO.Path.Combine(Path, CommitName));
        FinishCommit();
    }

    void FinishCommit()
    {
        string commit = System.IO.Path.Combine(Path, CommitName);
        if (!Directory.Exists(commit))
            return;
        foreach (string staged in Directory.EnumerateDirectories(commit).ToList())
        {
            string folder = System.IO.Path.Combine(Path, System.IO.Path.GetFileName(staged));
            if (PathStatus.Of(folder) is null)
            {
                Directory.Move(staged, folder);
                continue;
            }
            foreach (string file in Directory.EnumerateFiles(staged).ToList())
                File.Move(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)), overwrite: true);
            Directory.Delete(staged);
        }
        Directory.Delete(commit);
    }
}

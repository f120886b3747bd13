using Weft.Linux;

namespace Weft.Control;

/// <summary>
/// The folder <c>/run/weft/watch/NAME</c>: the watcher of a site holds it, so that there is one, and keeps its notes in it. It
/// goes with the site.
/// </summary>
public sealed class WatchFolder(string path)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>A watcher that is told to end has at most a look at the host to finish.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    string Notes => Path.Combine(path, "notes");

    /// <summary>Null when another watcher has it.</summary>
    public FolderLock? TryTake()
    {
        Directory.CreateDirectory(path, OwnerOnly);
        FolderLock? taken = TryLock(out _);
        if (taken is not { IsRemoved: true })
            return taken;
        taken.Dispose();
        return null;
    }

    /// <summary>There is a watcher.</summary>
    public bool IsTaken
    {
        get
        {
            using FolderLock? taken = TryLock(out bool isThere);
            return isThere && taken is null;
        }
    }

    /// <summary>What was written last; null when there is nothing.</summary>
    public byte[]? Read()
    {
        try
        {
            return File.ReadAllBytes(Notes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes the notes whole or not at all.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> notes) => PrivateFile.Write(Notes, notes);

    /// <summary>Removes it, notes and all; for the watcher that holds it.</summary>
    public void Discard()
    {
        try
        {
            Directory.Delete(path, recursive: true);
            for (string? parent = Path.GetDirectoryName(path); IsEmpty(parent); parent = Path.GetDirectoryName(parent))
                Directory.Delete(parent!);
        }
        catch (DirectoryNotFoundException)
        {
            // The stop that ended us is about it as well.
        }
    }

    /// <summary>Removes it once its watcher, which saw the site go, has let go of it.</summary>
    internal void Remove(Reporting reporting)
    {
        long begun = Environment.TickCount64;
        while (true)
        {
            using (FolderLock? taken = TryLock(out bool isThere))
            {
                if (taken is not null || !isThere)
                {
                    if (isThere)
                        reporting.Trace($"remove {path}");
                    Discard();
                    return;
                }
            }
            if (Environment.TickCount64 - begun > s_patience.TotalMilliseconds)
            {
                reporting.Warning($"the watcher does not end: see which process it is: fuser {path}");
                return;
            }
            Thread.Sleep(10);
        }
    }

    /// <summary>One of Weft's own folders under <c>/run</c>, with nothing in it.</summary>
    static bool IsEmpty(string? folder) =>
        folder is not null
        && Path.GetFileName(folder) is "watch" or "weft"
        && !Directory.EnumerateFileSystemEntries(folder!).Any();

    FolderLock? TryLock(out bool isThere)
    {
        try
        {
            FolderLock? taken = FolderLock.TryTake(path);
            isThere = true;
            return taken;
        }
        catch (KernelRefusedException e) when (e.Error == Errno.ENOENT)
        {
            isThere = false;
            return null;
        }
    }
}

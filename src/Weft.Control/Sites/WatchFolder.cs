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
        FolderLock? taken = FolderLock.TryTake(path);
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
            if (!Directory.Exists(path))
                return false;
            using FolderLock? taken = FolderLock.TryTake(path);
            return taken is null;
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

    /// <summary>Removes it once its watcher, which saw the site go, has let go of it.</summary>
    internal void Remove(Reporting reporting)
    {
        if (!Directory.Exists(path))
            return;
        long begun = Environment.TickCount64;
        while (true)
        {
            using (FolderLock? taken = FolderLock.TryTake(path))
            {
                if (taken is not null)
                {
                    reporting.Trace($"remove {path}");
                    Directory.Delete(path, recursive: true);
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
}

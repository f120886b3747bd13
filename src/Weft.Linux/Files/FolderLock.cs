using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// A folder held by this process alone among those that ask (flock(2)), without a lock file that stays behind. The
/// kernel lets go when the process ends, however it ends. Whoever takes it disposes it. Any thread.
/// </summary>
public sealed class FolderLock : IDisposable
{
    readonly Descriptor _folder;
    readonly string _path;

    FolderLock(Descriptor folder, string path)
    {
        _folder = folder;
        _path = path;
    }

    /// <summary>
    /// Somebody removed the folder, perhaps between our opening and locking it: what is at its path now, if anything, is
    /// another folder that another process may hold.
    /// </summary>
    public bool IsRemoved =>
        File.ResolveLinkTarget($"/proc/self/fd/{_folder.Number}", returnFinalTarget: false)
            ?.FullName.EndsWith(" (deleted)", StringComparison.Ordinal) == true;

    /// <summary>Null when another process holds the folder.</summary>
    /// <exception cref="KernelRefusedException">There is no such folder, or it is a link.</exception>
    public static FolderLock? TryTake(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC;
        Descriptor folder = new(SystemCall.Check(Fcntl.open(path, flags), "open", path));
        Errno error;
        while (SystemCall.Interrupted(SysFile.flock(folder, SysFile.LOCK_EX | SysFile.LOCK_NB), out error)) { }
        if (error == Errno.None)
            return new FolderLock(folder, path);
        folder.Dispose();
        return error == Errno.EAGAIN ? null : throw new KernelRefusedException("flock", path, error);
    }

    /// <summary>
    /// Everything written to the folder's file system so far is on the disk when this returns: one call (syncfs(2)) where
    /// a sync per file would take a thousand.
    /// </summary>
    /// <exception cref="KernelRefusedException">The disk is full or broken.</exception>
    public void SyncFileSystem() => SystemCall.Check(Unistd.syncfs(_folder), "syncfs", _path);

    public void Dispose()
    {
        // Not left to the close: a child that is being started at this moment still has the descriptor, and so the lock.
        if (!_folder.IsClosed)
            _ = SysFile.flock(_folder, SysFile.LOCK_UN);
        _folder.Dispose();
    }
}

using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>What Linux does with names of files that the class library does not. Any thread.</summary>
public static class PathNames
{
    /// <summary>
    /// Exchanges two files or folders in one step (renameat2(2)): nobody ever sees neither or both. False, with nothing
    /// changed, where the file system cannot or one of them is a mount point.
    /// </summary>
    /// <exception cref="KernelRefusedException">One of them is missing, or it is not permitted.</exception>
    public static bool TryExchange(string one, string other)
    {
        ArgumentException.ThrowIfNullOrEmpty(one);
        ArgumentException.ThrowIfNullOrEmpty(other);
        int result = Stdio.renameat2(SysStat.AT_FDCWD, one, SysStat.AT_FDCWD, other, Stdio.RENAME_EXCHANGE);
        if (SystemCall.Succeeded(result, out Errno error))
            return true;
        return error is Errno.EINVAL or Errno.EBUSY or Errno.ENOSYS or Errno.EXDEV
            ? false
            : throw new KernelRefusedException("renameat2", other, error);
    }

    /// <summary>Gives a file a second name (link(2)). False where the file system has no such names.</summary>
    /// <exception cref="KernelRefusedException">The file is missing, the name is taken, or it is not permitted.</exception>
    public static bool TryLink(string file, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (SystemCall.Succeeded(Unistd.link(file, name), out Errno error))
            return true;
        return error is Errno.EPERM or Errno.EXDEV or Errno.EOPNOTSUPP
            ? false
            : throw new KernelRefusedException("link", name, error);
    }
}

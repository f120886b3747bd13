using Weft.Linux.Interop;

namespace Weft.Linux;

public enum PathKind
{
    File,
    Folder,
    Link,

    /// <summary>A device, a socket or a pipe.</summary>
    Other,
}

/// <summary>What stands at a path, of a link the link itself (statx(2)): what the class library does not tell.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Owner">The user id that it belongs to.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Device">Which file system it is on.</param>
public readonly record struct PathStatus(PathKind Kind, uint Owner, UnixFileMode Mode, ulong Device)
{
    const int PermissionBits = 0xfff;

    /// <summary>The user id that this process acts as.</summary>
    public static uint Self => Unistd.geteuid();

    /// <summary>Null when nothing stands there.</summary>
    /// <exception cref="KernelRefusedException">The path cannot be looked at.</exception>
    public static PathStatus? Of(string path) => Of(path, SysStat.AT_SYMLINK_NOFOLLOW);

    /// <summary>Like <see cref="Of(string)"/>, but of a link what it leads to.</summary>
    /// <exception cref="KernelRefusedException">The path cannot be looked at.</exception>
    public static PathStatus? OfTarget(string path) => Of(path, flags: 0);

    static unsafe PathStatus? Of(string path, int flags)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Statx status;
        int result = SysStat.statx(SysStat.AT_FDCWD, path, flags, SysStat.STATX_BASIC_STATS, &status);
        if (SystemCall.Succeeded(result, out Errno error))
            return new PathStatus(
                KindOf(status.stx_mode),
                status.stx_uid,
                (UnixFileMode)(status.stx_mode & PermissionBits),
                ((ulong)status.stx_dev_major << 32) | status.stx_dev_minor
            );
        return error == Errno.ENOENT ? null : throw new KernelRefusedException("statx", path, error);
    }

    static PathKind KindOf(ushort mode) =>
        (mode & SysStat.S_IFMT) switch
        {
            SysStat.S_IFREG => PathKind.File,
            SysStat.S_IFDIR => PathKind.Folder,
            SysStat.S_IFLNK => PathKind.Link,
            _ => PathKind.Other,
        };
}

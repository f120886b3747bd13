using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/stat.h. statx rather than stat: its layout is the same on every architecture.</summary>
static unsafe partial class SysStat
{
    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const uint STATX_BASIC_STATS = 0x7ff;
    public const int S_IFMT = 0xf000;
    public const int S_IFLNK = 0xa000;
    public const int S_IFREG = 0x8000;
    public const int S_IFDIR = 0x4000;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmod(Descriptor file, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int folder, string path, int flags, uint mask, Statx* buffer);
}

/// <summary>struct statx (linux/stat.h), 256 bytes, with the fields that are used.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
struct Statx
{
    [FieldOffset(20)]
    public uint stx_uid;

    [FieldOffset(28)]
    public ushort stx_mode;

    [FieldOffset(136)]
    public uint stx_dev_major;

    [FieldOffset(140)]
    public uint stx_dev_minor;
}

using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/inotify.h</summary>
static partial class SysInotify
{
    public const int IN_CLOEXEC = Fcntl.O_CLOEXEC;
    public const int IN_NONBLOCK = Fcntl.O_NONBLOCK;
    public const uint IN_MOVED_FROM = 0x40;
    public const uint IN_DELETE = 0x200;
    public const uint IN_DELETE_SELF = 0x400;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int inotify_add_watch(Descriptor fd, string path, uint mask);
}

/// <summary>struct inotify_event; <c>len</c> bytes of name follow, padded with zeros.</summary>
[StructLayout(LayoutKind.Sequential)]
struct inotify_event
{
    public int wd;
    public uint mask;
    public uint cookie;
    public uint len;
}

using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/eventfd.h</summary>
static partial class SysEventfd
{
    public const int EFD_CLOEXEC = Fcntl.O_CLOEXEC;
    public const int EFD_NONBLOCK = Fcntl.O_NONBLOCK;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);
}

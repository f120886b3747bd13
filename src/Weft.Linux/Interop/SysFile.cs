using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/file.h</summary>
static partial class SysFile
{
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int LOCK_UN = 8;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(Descriptor fd, int operation);
}

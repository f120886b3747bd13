using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/stat.h</summary>
static partial class SysStat
{
    [LibraryImport("libc")]
    public static partial uint umask(uint mask);
}

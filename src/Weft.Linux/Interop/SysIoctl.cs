using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/ioctl.h</summary>
static unsafe partial class SysIoctl
{
    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(Descriptor fd, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(Descriptor fd, nuint request, nuint argument);
}

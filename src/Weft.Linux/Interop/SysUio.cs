using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/uio.h</summary>
static unsafe partial class SysUio
{
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint writev(Descriptor fd, iovec* vectors, int count);
}

/// <summary>struct iovec</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct iovec
{
    public byte* iov_base;
    public nuint iov_len;
}

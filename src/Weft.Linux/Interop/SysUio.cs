using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/uio.h</summary>
static unsafe partial class SysUio
{
    /// <summary>For what runs per packet: see <see cref="SystemCall.JustInterrupted"/>.</summary>
    [LibraryImport("libc")]
    public static partial nint writev(int fd, iovec* vectors, int count);
}

/// <summary>struct iovec</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct iovec
{
    public byte* iov_base;
    public nuint iov_len;
}

using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>unistd.h</summary>
static unsafe partial class Unistd
{
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(Descriptor fd, byte* buffer, nuint count);

    /// <summary>For what runs per packet: see <see cref="SystemCall.JustInterrupted"/>.</summary>
    [LibraryImport("libc")]
    public static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(Descriptor fd, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(Descriptor fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int dup2(Descriptor from, int to);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsid();

    [LibraryImport("libc")]
    public static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int link(string existing, string path);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int syncfs(Descriptor fd);
}

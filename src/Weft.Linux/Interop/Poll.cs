using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>poll.h</summary>
static unsafe partial class Poll
{
    public const short POLLIN = 1;
    public const short POLLOUT = 4;
    public const short POLLERR = 8;
    public const short POLLHUP = 16;
    public const short POLLNVAL = 32;

    /// <summary>For what runs per packet: see <see cref="SystemCall.JustInterrupted"/>.</summary>
    [LibraryImport("libc")]
    public static partial int poll(pollfd* fds, nuint count, int timeout);
}

/// <summary>struct pollfd</summary>
[StructLayout(LayoutKind.Sequential)]
struct pollfd
{
    public int fd;
    public short events;
    public short revents;
}

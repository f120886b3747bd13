using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/socket.h</summary>
static unsafe partial class SysSocket
{
    public const int AF_UNIX = 1;
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int AF_NETLINK = 16;
    public const int AF_PACKET = 17;

    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_RAW = 3;
    public const int SOCK_NONBLOCK = Fcntl.O_NONBLOCK;
    public const int SOCK_CLOEXEC = Fcntl.O_CLOEXEC;

    public const int SOL_SOCKET = 1;
    public const int SO_SNDBUF = 7;
    public const int SO_RCVBUF = 8;
    public const int SO_RCVTIMEO = 20;
    public const int SO_SNDTIMEO = 21;
    public const int SO_ATTACH_FILTER = 26;
    public const int SO_DETACH_FILTER = 27;
    public const int SO_SNDBUFFORCE = 32;
    public const int SO_RCVBUFFORCE = 33;
    public const int SO_MARK = 36;
    public const int SO_ATTACH_BPF = 50;

    public const int MSG_TRUNC = 0x20;
    public const int MSG_CTRUNC = 0x8;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_ERRQUEUE = 0x2000;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int MSG_WAITFORONE = 0x10000;

    public const int SHUT_RDWR = 2;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int bind(Descriptor fd, void* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int connect(Descriptor fd, void* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int listen(Descriptor fd, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int accept4(Descriptor fd, void* address, uint* length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockname(Descriptor fd, void* address, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(Descriptor fd, int level, int name, void* value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(Descriptor fd, int level, int name, void* value, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int shutdown(Descriptor fd, int how);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recv(Descriptor fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint send(Descriptor fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint sendmsg(Descriptor fd, msghdr* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recvmsg(Descriptor fd, msghdr* message, int flags);

    /// <summary>For what runs per packet: see <see cref="SystemCall.JustInterrupted"/>.</summary>
    [LibraryImport("libc")]
    public static partial int sendmmsg(int fd, mmsghdr* messages, uint count, int flags);

    /// <summary>For what runs per packet: see <see cref="SystemCall.JustInterrupted"/>.</summary>
    [LibraryImport("libc")]
    public static partial int recvmmsg(int fd, mmsghdr* messages, uint count, int flags, void* timeout);
}

/// <summary>struct msghdr as the kernel reads it. musl declares narrower lengths with padding beside them, which is
/// the same bytes on a little-endian machine.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct msghdr
{
    public void* msg_name;
    public uint msg_namelen;
    public iovec* msg_iov;
    public nuint msg_iovlen;
    public void* msg_control;
    public nuint msg_controllen;
    public int msg_flags;
}

/// <summary>struct mmsghdr</summary>
[StructLayout(LayoutKind.Sequential)]
struct mmsghdr
{
    public msghdr msg_hdr;
    public uint msg_len;
}

/// <summary>struct cmsghdr; its data follows, both aligned to the size of a pointer.</summary>
[StructLayout(LayoutKind.Sequential)]
struct cmsghdr
{
    public nuint cmsg_len;
    public int cmsg_level;
    public int cmsg_type;
}

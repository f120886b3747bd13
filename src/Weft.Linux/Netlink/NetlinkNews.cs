using System.Runtime.CompilerServices;
using Weft.Linux.Interop;

namespace Weft.Linux.Netlink;

/// <summary>
/// What route-netlink tells without being asked: that something changed. The messages themselves are hints; whoever
/// listens asks for the state then.
/// </summary>
static unsafe class NetlinkNews
{
    /// <summary>A socket that is readable when something of <paramref name="groups"/> changed in the calling thread's network namespace.</summary>
    /// <exception cref="KernelRefusedException">No netlink socket can be had.</exception>
    public static Descriptor Listen(uint groups)
    {
        const string name = "AF_NETLINK";
        int type = SysSocket.SOCK_RAW | SysSocket.SOCK_NONBLOCK | SysSocket.SOCK_CLOEXEC;
        Descriptor socket = new(
            SystemCall.Check(SysSocket.socket(SysSocket.AF_NETLINK, type, LinuxNetlink.NETLINK_ROUTE), "socket", name)
        );
        sockaddr_nl address = new() { nl_family = SysSocket.AF_NETLINK, nl_groups = groups };
        if (!SystemCall.Succeeded(SysSocket.bind(socket, &address, (uint)sizeof(sockaddr_nl)), out Errno error))
        {
            socket.Dispose();
            throw new KernelRefusedException("bind", name, error);
        }
        return socket;
    }

    /// <summary>Takes the news from the socket, so that it is not readable until more comes.</summary>
    [SkipLocalsInit]
    public static void Drain(Descriptor socket)
    {
        const int size = 8192;
        byte* buffer = stackalloc byte[size];
        nint count;
        Errno error;
        do count = SysSocket.recv(socket, buffer, size, SysSocket.MSG_DONTWAIT);
        while (SystemCall.Interrupted(count, out error) || error is Errno.None or Errno.ENOBUFS);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    /// <summary>
    /// Takes the news from the socket, so that it is not readable until more comes. Returns whether any of it says that
    /// the link was down.
    /// </summary>
    /// <param name="link">An interface's index; 0 for none.</param>
    [SkipLocalsInit]
    public static bool Drain(Descriptor socket, int link = 0)
    {
        const int size = 8192;
        byte* buffer = stackalloc byte[size];
        bool wasDown = false;
        nint count;
        Errno error;
        do
        {
            count = SysSocket.recv(socket, buffer, size, SysSocket.MSG_DONTWAIT);
            if (link != 0 && count > 0)
                wasDown |= SaysDown(new ReadOnlySpan<byte>(buffer, (int)Math.Min(count, size)), link);
        } while (SystemCall.Interrupted(count, out error) || error is Errno.None or Errno.ENOBUFS);
        return wasDown;
    }

    /// <summary>Reads struct ifinfomsg of each message: the index at 4, the flags at 8.</summary>
    static bool SaysDown(ReadOnlySpan<byte> datagram, int link)
    {
        const int headerLength = 16;
        while (NetlinkMessage.TryRead(ref datagram, out NetlinkMessage message))
        {
            if (
                message.Type == LinkMessages.NewLink
                && message.Payload.Length >= headerLength
                && MemoryMarshal.Read<int>(message.Payload[4..]) == link
                && (MemoryMarshal.Read<uint>(message.Payload[8..]) & NetIf.IFF_UP) == 0
            )
                return true;
        }
        return false;
    }
}

using System.Net;
using System.Net.Sockets;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// Datagrams that mean nothing, to one address and port, and the errors that come of them: those that this host meets in
/// sending, and those that hosts and routers answer with (IP_RECVERR, ip(7)). Whoever opens it disposes it. One thread.
/// </summary>
public sealed unsafe class UdpProbe : IDisposable
{
    const int MessageLength = 4;

    readonly Descriptor _descriptor;

    UdpProbe(Descriptor descriptor, IPEndPoint to) => (_descriptor, To) = (descriptor, to);

    public IPEndPoint To { get; }

    /// <param name="to">Where to.</param>
    /// <param name="mark">SO_MARK of what is sent; 0 is none.</param>
    /// <exception cref="KernelRefusedException">This host has no way there (ENETUNREACH, …).</exception>
    public static UdpProbe Open(IPEndPoint to, uint mark)
    {
        ArgumentNullException.ThrowIfNull(to);
        bool v6 = to.AddressFamily == AddressFamily.InterNetworkV6;
        string target = $"UDP to {to}";
        int type = SysSocket.SOCK_DGRAM | SysSocket.SOCK_CLOEXEC | SysSocket.SOCK_NONBLOCK;
        Descriptor descriptor = new(
            SystemCall.Check(SysSocket.socket(v6 ? SysSocket.AF_INET6 : SysSocket.AF_INET, type, 0), "socket", target)
        );
        bool done = false;
        try
        {
            if (mark != 0)
                Set(descriptor, SysSocket.SOL_SOCKET, SysSocket.SO_MARK, (int)mark, target);
            if (v6)
                Set(descriptor, NetinetIn.IPPROTO_IPV6, NetinetIn.IPV6_RECVERR, 1, target);
            else
                Set(descriptor, NetinetIn.IPPROTO_IP, NetinetIn.IP_RECVERR, 1, target);
            byte* name = stackalloc byte[UdpAddress.SocketAddressSize];
            int length = AddressOf(to).Write(name);
            SystemCall.Check(SysSocket.connect(descriptor, name, (uint)length), "connect", target);
            done = true;
            return new UdpProbe(descriptor, to);
        }
        finally
        {
            if (!done)
                descriptor.Dispose();
        }
    }

    /// <summary>Sends one datagram: too short for any message of WireGuard, which passes over it without a word.</summary>
    /// <returns>What this host refused it for: EPERM is its own firewall.</returns>
    public Errno Send()
    {
        byte* message = stackalloc byte[MessageLength];
        new Span<byte>(message, MessageLength).Clear();
        nint sent;
        Errno error;
        // An error that an earlier datagram met is told here first, and only once.
        do sent = SysSocket.send(_descriptor, message, MessageLength, SysSocket.MSG_NOSIGNAL);
        while (SystemCall.Interrupted(sent, out error));
        return error;
    }

    /// <summary>Takes one error that came back from the network; false when there is none (yet).</summary>
    public bool TryReceive(out UdpRefusal refusal)
    {
        const int controlSize = 256;
        byte* name = stackalloc byte[UdpAddress.SocketAddressSize];
        byte* data = stackalloc byte[MessageLength];
        byte* control = stackalloc byte[controlSize];
        iovec vector = new() { iov_base = data, iov_len = MessageLength };
        msghdr header = new()
        {
            msg_name = name,
            msg_namelen = UdpAddress.SocketAddressSize,
            msg_iov = &vector,
            msg_iovlen = 1,
            msg_control = control,
            msg_controllen = controlSize,
        };
        refusal = default;
        int flags = SysSocket.MSG_ERRQUEUE | SysSocket.MSG_DONTWAIT;
        if (SysSocket.recvmsg(_descriptor, &header, flags) < 0)
            return false;
        return TryRead(new ReadOnlySpan<byte>(control, (int)Math.Min(header.msg_controllen, controlSize)), ref refusal);
    }

    public void Dispose() => _descriptor.Dispose();

    /// <summary>The control message holds a struct sock_extended_err and then the address of the one who complains.</summary>
    static bool TryRead(ReadOnlySpan<byte> control, ref UdpRefusal refusal)
    {
        if (control.Length < sizeof(cmsghdr) + sizeof(sock_extended_err) + sizeof(sockaddr_in))
            return false;
        fixed (byte* start = control)
        {
            sock_extended_err* error = (sock_extended_err*)(start + sizeof(cmsghdr));
            bool v6 = error->ee_origin == LinuxErrqueue.SO_EE_ORIGIN_ICMP6;
            if (!v6 && error->ee_origin != LinuxErrqueue.SO_EE_ORIGIN_ICMP)
                return false;
            if (v6 && control.Length < sizeof(cmsghdr) + sizeof(sock_extended_err) + sizeof(sockaddr_in6))
                return false;
            UdpAddress from = UdpAddress.Read((byte*)(error + 1));
            byte[] bytes = new byte[from.IsIPv6 ? 16 : 4];
            UInt128 number = from.Address;
            for (int i = bytes.Length - 1; i >= 0; i--, number >>= 8)
                bytes[i] = (byte)number;
            refusal = new UdpRefusal(new IPAddress(bytes), new IcmpError(v6, error->ee_type, error->ee_code));
            return true;
        }
    }

    static UdpAddress AddressOf(IPEndPoint endpoint)
    {
        UInt128 number = 0;
        foreach (byte octet in endpoint.Address.GetAddressBytes())
            number = (number << 8) | octet;
        bool v6 = endpoint.AddressFamily == AddressFamily.InterNetworkV6;
        return new UdpAddress(v6, number, (ushort)endpoint.Port, v6 ? (uint)endpoint.Address.ScopeId : 0);
    }

    static void Set(Descriptor descriptor, int level, int option, int value, string target) =>
        SystemCall.Check(SysSocket.setsockopt(descriptor, level, option, &value, sizeof(int)), "setsockopt", target);
}

/// <summary>What came back of a datagram of a <see cref="UdpProbe"/>.</summary>
/// <param name="From">Who complains: the host itself, or a router on the way.</param>
/// <param name="Error">Of what.</param>
public readonly record struct UdpRefusal(IPAddress From, IcmpError Error);

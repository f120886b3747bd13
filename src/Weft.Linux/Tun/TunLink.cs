using System.Text;
using Weft.Linux.Interop;
using Weft.Linux.Netlink;

namespace Weft.Linux;

/// <summary>
/// News of a TUN's interface: a route-netlink socket in the network namespace where the interface is, which need not be
/// the process's own. Its messages are hints only; the state is then asked of <see cref="TunDevice.State"/>. Owned by
/// whoever opens it. One thread.
/// </summary>
public sealed unsafe class TunLink : IDisposable
{
    readonly TunDevice _tun;
    Descriptor _socket;

    TunLink(TunDevice tun, Descriptor socket)
    {
        _tun = tun;
        _socket = socket;
    }

    /// <summary>Readable when some link in the interface's namespace changed. Another one after <see cref="Follow"/>.</summary>
    public Descriptor Descriptor => _socket;

    /// <exception cref="KernelRefusedException">No netlink socket can be had at all.</exception>
    public static TunLink Open(TunDevice tun)
    {
        ArgumentNullException.ThrowIfNull(tun);
        return new TunLink(tun, Listen(tun));
    }

    /// <summary>
    /// Opens the socket again in the namespace where the interface is now. For when <see cref="Mtu"/> says that it is no
    /// longer where it was.
    /// </summary>
    public void Follow()
    {
        Descriptor before = _socket;
        _socket = Listen(_tun);
        before.Dispose();
    }

    /// <summary>Takes the news from the socket, so that it is not readable until more comes.</summary>
    /// <returns>Whether the interface was down meanwhile, also if it is up again.</returns>
    public bool Drain() => NetlinkNews.Drain(_socket, Index ?? 0);

    /// <summary>The interface's index where it is listened to; null when it is not there.</summary>
    int? Index
    {
        get
        {
            if (_tun.Name is not { } name)
                return null;
            ifreq request = Named(name);
            // The union's int, as ifr_ifindex is.
            return SysIoctl.ioctl(_socket, NetIf.SIOCGIFINDEX, &request) < 0 ? null : request.ifr_ifru.ifru_mtu;
        }
    }

    /// <summary>The interface's MTU; null when no interface of its name is in the namespace that is listened to.</summary>
    public int? Mtu
    {
        get
        {
            if (_tun.Name is not { } name)
                return null;
            ifreq request = Named(name);
            return SysIoctl.ioctl(_socket, NetIf.SIOCGIFMTU, &request) < 0 ? null : request.ifr_ifru.ifru_mtu;
        }
    }

    /// <exception cref="KernelRefusedException">No such MTU, no right to it, or the interface is elsewhere.</exception>
    public void SetMtu(int mtu)
    {
        string name = Name();
        ifreq request = Named(name);
        request.ifr_ifru.ifru_mtu = mtu;
        SystemCall.Check(SysIoctl.ioctl(_socket, NetIf.SIOCSIFMTU, &request), "SIOCSIFMTU", name);
    }

    /// <summary>Sets the interface up or down, as <c>ip link set</c> does.</summary>
    public void SetUp(bool up)
    {
        string name = Name();
        ifreq request = Named(name);
        SystemCall.Check(SysIoctl.ioctl(_socket, NetIf.SIOCGIFFLAGS, &request), "SIOCGIFFLAGS", name);
        request.ifr_ifru.ifru_flags = (short)(
            up ? request.ifr_ifru.ifru_flags | NetIf.IFF_UP : request.ifr_ifru.ifru_flags & ~NetIf.IFF_UP
        );
        SystemCall.Check(SysIoctl.ioctl(_socket, NetIf.SIOCSIFFLAGS, &request), "SIOCSIFFLAGS", name);
    }

    public void Dispose() => _socket.Dispose();

    string Name() => _tun.Name ?? throw new KernelRefusedException("TUNGETIFF", "the TUN", Errno.ENODEV);

    static ifreq Named(string name)
    {
        ifreq request = default;
        Encoding.UTF8.GetBytes(name, (Span<byte>)request.ifr_name);
        return request;
    }

    static Descriptor Listen(TunDevice tun)
    {
        using Descriptor? there = tun.OpenNamespace();
        if (there is null)
            return Listen();
        try
        {
            return NetworkNamespace.Run(there, "the TUN's namespace", Listen);
        }
        catch (KernelRefusedException)
        {
            // Not allowed in there (setns needs CAP_SYS_ADMIN): our own namespace's news is better than none.
            return Listen();
        }
    }

    static Descriptor Listen() => NetlinkNews.Listen(LinuxNetlink.RTMGRP_LINK);
}

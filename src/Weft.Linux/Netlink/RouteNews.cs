using Weft.Linux.Interop;

namespace Weft.Linux.Netlink;

/// <summary>
/// Tells that addresses, routes or policy rules changed in the network namespace in which it was opened. Owned by whoever
/// opens it. One thread.
/// </summary>
public sealed class RouteNews : IDisposable
{
    const uint Groups =
        LinuxNetlink.RTMGRP_IPV4_IFADDR
        | LinuxNetlink.RTMGRP_IPV4_ROUTE
        | LinuxNetlink.RTMGRP_IPV4_RULE
        | LinuxNetlink.RTMGRP_IPV6_IFADDR
        | LinuxNetlink.RTMGRP_IPV6_ROUTE
        | LinuxNetlink.RTMGRP_IPV6_RULE;

    /// <exception cref="KernelRefusedException">No netlink socket can be had.</exception>
    public RouteNews() => Descriptor = NetlinkNews.Listen(Groups);

    /// <summary>Readable when something changed.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>Takes the news, so that the descriptor is not readable until more comes.</summary>
    public void Drain() => NetlinkNews.Drain(Descriptor);

    public void Dispose() => Descriptor.Dispose();
}

using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>linux/netlink.h and the groups of linux/rtnetlink.h.</summary>
static class LinuxNetlink
{
    public const int NETLINK_ROUTE = 0;
    public const int NETLINK_GENERIC = 16;

    public const int SOL_NETLINK = 270;
    public const int NETLINK_CAP_ACK = 10;
    public const int NETLINK_EXT_ACK = 11;
    public const int NETLINK_GET_STRICT_CHK = 12;

    public const uint RTMGRP_LINK = 0x1;
    public const uint RTMGRP_IPV4_IFADDR = 0x10;
    public const uint RTMGRP_IPV4_ROUTE = 0x40;
    public const uint RTMGRP_IPV4_RULE = 0x80;
    public const uint RTMGRP_IPV6_IFADDR = 0x100;
    public const uint RTMGRP_IPV6_ROUTE = 0x400;

    /// <summary>The header names none; the bit of RTNLGRP_IPV6_RULE (19).</summary>
    public const uint RTMGRP_IPV6_RULE = 1 << 18;
}

/// <summary>struct sockaddr_nl</summary>
[StructLayout(LayoutKind.Sequential)]
struct sockaddr_nl
{
    public ushort nl_family;
    public ushort nl_pad;
    public uint nl_pid;
    public uint nl_groups;
}

using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>netinet/in.h</summary>
static class NetinetIn
{
    public const int IPPROTO_IP = 0;
    public const int IP_TOS = 1;
    public const int IP_TTL = 2;
    public const int IP_PKTINFO = 8;
    public const int IP_MTU_DISCOVER = 10;
    public const int IP_RECVERR = 11;
    public const int IP_RECVTOS = 13;
    public const int IP_MTU = 14;
    public const int IP_PMTUDISC_DONT = 0;

    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_MTU_DISCOVER = 23;
    public const int IPV6_MTU = 24;
    public const int IPV6_RECVERR = 25;
    public const int IPV6_V6ONLY = 26;
    public const int IPV6_RECVPKTINFO = 49;
    public const int IPV6_PKTINFO = 50;
    public const int IPV6_HOPLIMIT = 52;
    public const int IPV6_RECVTCLASS = 66;
    public const int IPV6_TCLASS = 67;
}

/// <summary>struct sockaddr_in; port and address in network order.</summary>
[StructLayout(LayoutKind.Sequential)]
struct sockaddr_in
{
    public ushort sin_family;
    public ushort sin_port;
    public uint sin_addr;
    public ulong sin_zero;
}

/// <summary>struct sockaddr_in6; port in network order, the address as its bytes stand.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
struct sockaddr_in6
{
    public ushort sin6_family;
    public ushort sin6_port;
    public uint sin6_flowinfo;
    public UInt128 sin6_addr;
    public uint sin6_scope_id;
}

/// <summary>struct in_pktinfo</summary>
[StructLayout(LayoutKind.Sequential)]
struct in_pktinfo
{
    public int ipi_ifindex;
    public uint ipi_spec_dst;
    public uint ipi_addr;
}

/// <summary>struct in6_pktinfo</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
struct in6_pktinfo
{
    public UInt128 ipi6_addr;
    public int ipi6_ifindex;
}

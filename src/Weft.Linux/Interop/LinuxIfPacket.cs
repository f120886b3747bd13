using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>linux/if_packet.h, linux/if_ether.h</summary>
static class LinuxIfPacket
{
    public const ushort ETH_P_ALL = 3;
    public const byte PACKET_OUTGOING = 4;
}

/// <summary>struct sockaddr_ll; the protocol in network order.</summary>
[StructLayout(LayoutKind.Sequential)]
struct sockaddr_ll
{
    public ushort sll_family;
    public ushort sll_protocol;
    public int sll_ifindex;
    public ushort sll_hatype;
    public byte sll_pkttype;
    public byte sll_halen;
    public ulong sll_addr;
}

/// <summary>struct sock_filter (linux/filter.h): one instruction of classic BPF.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly struct sock_filter(ushort code, uint k, byte jt = 0, byte jf = 0)
{
    public readonly ushort code = code;
    public readonly byte jt = jt;
    public readonly byte jf = jf;
    public readonly uint k = k;
}

/// <summary>struct sock_fprog</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct sock_fprog
{
    public ushort len;
    public sock_filter* filter;
}

using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>linux/errqueue.h</summary>
static class LinuxErrqueue
{
    public const byte SO_EE_ORIGIN_ICMP = 2;
    public const byte SO_EE_ORIGIN_ICMP6 = 3;
}

/// <summary>struct sock_extended_err; the sockaddr of the one who complains follows it.</summary>
[StructLayout(LayoutKind.Sequential)]
struct sock_extended_err
{
    public uint ee_errno;
    public byte ee_origin;
    public byte ee_type;
    public byte ee_code;
    public byte ee_pad;
    public uint ee_info;
    public uint ee_data;
}

namespace Weft.Linux.Interop;

/// <summary>linux/udp.h</summary>
static class LinuxUdp
{
    public const int SOL_UDP = 17;
    public const int UDP_SEGMENT = 103;
    public const int UDP_GRO = 104;
}

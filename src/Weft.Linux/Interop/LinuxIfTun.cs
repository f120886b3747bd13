namespace Weft.Linux.Interop;

/// <summary>linux/if_tun.h. Request numbers as _IO, _IOR and _IOW of asm-generic/ioctl.h make them.</summary>
static class LinuxIfTun
{
    public const nuint TUNSETIFF = 0x400454CA;
    public const nuint TUNSETOFFLOAD = 0x400454D0;
    public const nuint TUNGETIFF = 0x800454D2;
    public const nuint TUNSETVNETHDRSZ = 0x400454D8;

    /// <summary>Since Linux 5.2: a descriptor of the network namespace that the device is in now.</summary>
    public const nuint TUNGETDEVNETNS = 0x54E3;

    public const short IFF_TUN = 0x0001;
    public const short IFF_NO_PI = 0x1000;
    public const short IFF_VNET_HDR = 0x4000;

    public const nuint TUN_F_CSUM = 0x01;
    public const nuint TUN_F_TSO4 = 0x02;
    public const nuint TUN_F_TSO6 = 0x04;
    public const nuint TUN_F_TSO_ECN = 0x08;
    public const nuint TUN_F_USO4 = 0x20;
    public const nuint TUN_F_USO6 = 0x40;
}

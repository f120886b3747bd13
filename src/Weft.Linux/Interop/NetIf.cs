using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>net/if.h and the SIOC* requests of linux/sockios.h that take a struct ifreq.</summary>
static unsafe partial class NetIf
{
    /// <summary>Size of a name with its terminating zero.</summary>
    public const int IFNAMSIZ = 16;

    public const nuint SIOCGIFMTU = 0x8921;
    public const nuint SIOCGIFINDEX = 0x8933;
    public const nuint SIOCSIFMTU = 0x8922;
    public const nuint SIOCGIFFLAGS = 0x8913;
    public const nuint SIOCSIFFLAGS = 0x8914;
    public const short IFF_UP = 1;

    [LibraryImport("libc")]
    public static partial byte* if_indextoname(uint index, byte* name);
}

/// <summary>struct ifreq, with the members of its union that are used here. The union's size is that of struct ifmap.</summary>
[StructLayout(LayoutKind.Sequential)]
struct ifreq
{
    public InterfaceName ifr_name;
    public Union ifr_ifru;

    [InlineArray(NetIf.IFNAMSIZ)]
    public struct InterfaceName
    {
        byte _first;
    }

    [StructLayout(LayoutKind.Explicit)]
    public struct Union
    {
        [FieldOffset(0)]
        public short ifru_flags;

        [FieldOffset(0)]
        public int ifru_mtu;

        [FieldOffset(0)]
        ifmap ifru_map;
    }

    /// <summary>struct ifmap: there for its size.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct ifmap
    {
        public nuint mem_start;
        public nuint mem_end;
        public ushort base_addr;
        public byte irq;
        public byte dma;
        public byte port;
    }
}

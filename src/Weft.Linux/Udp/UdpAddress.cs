using System.Buffers.Binary;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>An IPv4 or IPv6 address and port of a datagram: a value, made and compared without allocating.</summary>
/// <param name="Address">As a number, first byte most significant; IPv4 in the low 32 bits.</param>
/// <param name="ScopeId">Interface index of a link-local IPv6 address, else 0.</param>
public readonly record struct UdpAddress(bool IsIPv6, UInt128 Address, ushort Port, uint ScopeId)
{
    /// <summary>Room for either family's sockaddr.</summary>
    internal const int SocketAddressSize = 28;

    /// <summary>Writes a sockaddr of the address's family; returns its length.</summary>
    internal unsafe int Write(byte* destination)
    {
        if (IsIPv6)
        {
            *(sockaddr_in6*)destination = new sockaddr_in6
            {
                sin6_family = SysSocket.AF_INET6,
                sin6_port = Swap(Port),
                sin6_addr = Swap(Address),
                sin6_scope_id = ScopeId,
            };
            return sizeof(sockaddr_in6);
        }
        *(sockaddr_in*)destination = new sockaddr_in
        {
            sin_family = SysSocket.AF_INET,
            sin_port = Swap(Port),
            sin_addr = Swap((uint)Address),
        };
        return sizeof(sockaddr_in);
    }

    /// <summary>Reads a sockaddr that the kernel wrote.</summary>
    internal static unsafe UdpAddress Read(byte* source)
    {
        if (*(ushort*)source == SysSocket.AF_INET6)
        {
            var six = (sockaddr_in6*)source;
            return new UdpAddress(true, Swap(six->sin6_addr), Swap(six->sin6_port), six->sin6_scope_id);
        }
        var four = (sockaddr_in*)source;
        return new UdpAddress(false, Swap(four->sin_addr), Swap(four->sin_port), 0);
    }

    internal static ushort Swap(ushort value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    internal static uint Swap(uint value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    internal static UInt128 Swap(UInt128 value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}

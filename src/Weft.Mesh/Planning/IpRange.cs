using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Weft.Mesh;

/// <summary>
/// A network as the range of its addresses, each a number, so that networks of both families sort and compare alike.
/// Two networks are nested or disjoint, never anything between.
/// </summary>
readonly record struct IpRange(AddressFamily Family, UInt128 First, UInt128 Last)
{
    internal static IpRange Of(IPNetwork network)
    {
        UInt128 first = NumberOf(network.BaseAddress);
        int hostBits = BitsOf(network.BaseAddress.AddressFamily) - network.PrefixLength;
        UInt128 hosts = hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1;
        return new IpRange(network.BaseAddress.AddressFamily, first & ~hosts, first | hosts);
    }

    internal static UInt128 NumberOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    internal static IPAddress AddressOf(AddressFamily family, UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }

    /// <summary>32 or 128.</summary>
    internal static int BitsOf(AddressFamily family) => family == AddressFamily.InterNetwork ? 32 : 128;

    internal bool Contains(IPAddress address) =>
        address.AddressFamily == Family && NumberOf(address) is UInt128 number && number >= First && number <= Last;

    internal bool Overlaps(IpRange other) => Family == other.Family && First <= other.Last && other.First <= Last;
}

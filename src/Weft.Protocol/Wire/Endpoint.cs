using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Weft.Protocol;

/// <summary>
/// Where a peer's datagrams come from and go to, with the local address and interface to answer from (the sticky
/// source). A value: compared per packet without allocating. <c>default</c> means that none is known.
/// </summary>
public readonly record struct Endpoint
{
    /// <summary>InterNetwork or InterNetworkV6; Unspecified in the default value.</summary>
    public AddressFamily Family { get; private init; }

    /// <summary>As a number, the first byte on the wire being the most significant; IPv4 in the low 32 bits.</summary>
    public UInt128 Address { get; private init; }

    public ushort Port { get; private init; }

    /// <summary>IPv6 scope (interface index) of a link-local address, else 0.</summary>
    public uint ScopeId { get; private init; }

    /// <summary>The local address to send from, like <see cref="Address"/>; 0 when the system shall choose.</summary>
    public UInt128 SourceAddress { get; private init; }

    /// <summary>The index of the interface to send from; 0 when the system shall choose.</summary>
    public int SourceInterface { get; private init; }

    public bool IsSet => Family != AddressFamily.Unspecified;

    public bool IsIPv6 => Family == AddressFamily.InterNetworkV6;

    public bool HasSource => SourceInterface != 0 || SourceAddress != 0;

    /// <param name="address">192.0.2.1 is 0xc0000201.</param>
    public static Endpoint V4(uint address, ushort port) =>
        new()
        {
            Family = AddressFamily.InterNetwork,
            Address = address,
            Port = port,
        };

    public static Endpoint V6(UInt128 address, ushort port, uint scopeId = 0) =>
        new()
        {
            Family = AddressFamily.InterNetworkV6,
            Address = address,
            Port = port,
            ScopeId = scopeId,
        };

    public static Endpoint From(IPEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.TryWriteBytes(bytes, out int written);
        return written == 4
            ? V4(BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)endPoint.Port)
            : V6(BinaryPrimitives.ReadUInt128BigEndian(bytes), (ushort)endPoint.Port, (uint)endPoint.Address.ScopeId);
    }

    /// <summary>The remote half; null in the default value. Allocates: for reports, not for packets.</summary>
    public IPEndPoint? ToIPEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        switch (Family)
        {
            case AddressFamily.InterNetwork:
                BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Address);
                return new IPEndPoint(new IPAddress(bytes[..4]), Port);
            case AddressFamily.InterNetworkV6:
                BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
                return new IPEndPoint(new IPAddress(bytes, ScopeId), Port);
            default:
                return null;
        }
    }

    /// <summary>The source address; null when none is set. Allocates: not for packets.</summary>
    public IPAddress? SourceIPAddress() =>
        SourceAddress == 0 ? null : (this with { Address = SourceAddress, ScopeId = 0 }).ToIPEndPoint()?.Address;

    /// <summary>The same remote, answered from the given local address and interface.</summary>
    public Endpoint WithSource(UInt128 address, int interfaceIndex) =>
        this with
        {
            SourceAddress = address,
            SourceInterface = interfaceIndex,
        };

    /// <summary>The same remote; the system chooses where to send from.</summary>
    public Endpoint WithoutSource() => WithSource(0, 0);

    public override string ToString() => ToIPEndPoint()?.ToString() ?? "(none)";
}

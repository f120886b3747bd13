using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// getaddrinfo for UDP, as C programs use it: with its notion of what an address, a name and a service are, and its own
/// error codes, which the class library folds together. Any thread; blocks as long as the resolver does.
/// </summary>
public static unsafe class AddressLookup
{
    /// <summary>The first endpoint of a name and a service, either of which may be a number.</summary>
    public static LookupResult Find(string host, string service, out IPEndPoint? endpoint)
    {
        addrinfo hints = new()
        {
            ai_family = (int)SysFamily.Any,
            ai_socktype = NetDb.SOCK_DGRAM,
            ai_protocol = NetDb.IPPROTO_UDP,
        };
        return Find(host, service, hints, out endpoint);
    }

    /// <summary>The port of a UDP service, by name or number.</summary>
    public static LookupResult FindPort(string service, out ushort port)
    {
        addrinfo hints = new()
        {
            ai_family = (int)SysFamily.Any,
            ai_socktype = NetDb.SOCK_DGRAM,
            ai_protocol = NetDb.IPPROTO_UDP,
            ai_flags = NetDb.AI_PASSIVE,
        };
        LookupResult result = Find(null, service, hints, out IPEndPoint? endpoint);
        port = (ushort)(endpoint?.Port ?? 0);
        return result;
    }

    static LookupResult Find(string? host, string service, addrinfo hints, out IPEndPoint? endpoint)
    {
        endpoint = null;
        addrinfo* first;
        int error = NetDb.getaddrinfo(host, service, &hints, &first);
        if (error != 0)
            return new LookupResult(error, Marshal.PtrToStringUTF8((nint)NetDb.gai_strerror(error)) ?? "unknown error");
        try
        {
            endpoint = Read(new ReadOnlySpan<byte>(first->ai_addr, (int)first->ai_addrlen));
            return endpoint is null ? new LookupResult(NetDb.EAI_FAMILY, "neither IPv4 nor IPv6") : default;
        }
        finally
        {
            NetDb.freeaddrinfo(first);
        }
    }

    /// <summary>A struct sockaddr_in (16 bytes) or sockaddr_in6 (28 bytes).</summary>
    static IPEndPoint? Read(ReadOnlySpan<byte> address)
    {
        if (address.Length < 8)
            return null;
        ushort family = MemoryMarshal.Read<ushort>(address);
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return (SysFamily)family switch
        {
            SysFamily.V4 => new IPEndPoint(new IPAddress(address.Slice(4, 4)), port),
            SysFamily.V6 when address.Length >= 28 => new IPEndPoint(
                new IPAddress(address.Slice(8, 16), MemoryMarshal.Read<uint>(address[24..])),
                port
            ),
            _ => null,
        };
    }

    /// <summary>Linux's numbers of address families, which differ from <see cref="AddressFamily"/>'s.</summary>
    enum SysFamily
    {
        Any = 0,
        V4 = 2,
        V6 = 10,
    }
}

/// <summary>How a lookup ended.</summary>
/// <param name="Error">getaddrinfo's EAI code; 0 when it went well.</param>
/// <param name="Reason">The resolver's words; null when it went well.</param>
public readonly record struct LookupResult(int Error, string? Reason)
{
    public bool IsGood => Error == 0;

    /// <summary>Asking again will not help: there is no such name, or its servers say no for good.</summary>
    public bool IsFinal => Error is NetDb.EAI_NONAME or NetDb.EAI_FAIL or NetDb.EAI_NODATA;
}

using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Weft.Linux.Netlink;

/// <summary>
/// One netlink message being written: header, a fixed struct, attributes (RFC 3549; <c>linux/netlink.h</c>). Numbers are
/// in the host's order. Owned by whoever builds it; <see cref="NetlinkSocket"/> fills in length and sequence.
/// </summary>
public sealed class NetlinkRequest
{
    internal const int HeaderLength = 16;
    const int AttributeHeaderLength = 4;
    const int NestedFlag = 0x8000;

    byte[] _buffer = new byte[256];
    int _length = HeaderLength;

    /// <param name="type">The message type, such as RTM_NEWROUTE or a generic netlink family's number.</param>
    /// <param name="flags">NLM_F_REQUEST is added.</param>
    public NetlinkRequest(ushort type, NetlinkOptions flags)
    {
        Type = type;
        Flags = flags | NetlinkOptions.Request;
        MemoryMarshal.Write(_buffer.AsSpan(4), type);
        MemoryMarshal.Write(_buffer.AsSpan(6), (ushort)Flags);
    }

    public ushort Type { get; }

    public NetlinkOptions Flags { get; }

    /// <summary>Bytes so far, header included.</summary>
    public int Length => _length;

    /// <summary>The family's fixed struct, which stands before the attributes; padded to 4.</summary>
    public NetlinkRequest Struct(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Extend(bytes.Length));
        return this;
    }

    public NetlinkRequest Put(int attribute, ReadOnlySpan<byte> value)
    {
        Span<byte> room = Extend(AttributeHeaderLength + value.Length);
        MemoryMarshal.Write(room, checked((ushort)(AttributeHeaderLength + value.Length)));
        MemoryMarshal.Write(room[2..], (ushort)attribute);
        value.CopyTo(room[AttributeHeaderLength..]);
        return this;
    }

    public NetlinkRequest Put(int attribute, byte value) => Put(attribute, [value]);

    public NetlinkRequest Put(int attribute, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        MemoryMarshal.Write(bytes, value);
        return Put(attribute, bytes);
    }

    public NetlinkRequest Put(int attribute, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        MemoryMarshal.Write(bytes, value);
        return Put(attribute, bytes);
    }

    /// <summary>UTF-8 with a closing zero.</summary>
    public NetlinkRequest Put(int attribute, string value) => Put(attribute, Encoding.UTF8.GetBytes(value + "\0"));

    /// <summary>4 or 16 bytes in network order.</summary>
    public NetlinkRequest Put(int attribute, IPAddress address) => Put(attribute, address.GetAddressBytes());

    /// <summary>Opens a nested attribute; close it with <see cref="EndNest"/> and the value returned.</summary>
    public int BeginNest(int attribute)
    {
        int start = _length;
        Put(attribute | NestedFlag, []);
        return start;
    }

    public NetlinkRequest EndNest(int start)
    {
        MemoryMarshal.Write(_buffer.AsSpan(start), checked((ushort)(_length - start)));
        return this;
    }

    /// <summary>Wipes all that was written, for a message that held secrets; it is of no use afterwards.</summary>
    public void Wipe()
    {
        CryptographicOperations.ZeroMemory(_buffer);
        _length = HeaderLength;
    }

    /// <summary>The finished message. Valid until the request is changed.</summary>
    internal ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(_buffer.AsSpan(0), (uint)_length);
        MemoryMarshal.Write(_buffer.AsSpan(8), sequence);
        return _buffer.AsSpan(0, _length);
    }

    Span<byte> Extend(int count)
    {
        int start = _length;
        int end = start + Align(count);
        if (end > _buffer.Length)
        {
            byte[] longer = new byte[Math.Max(end, 2 * _buffer.Length)];
            _buffer.AsSpan(0, start).CopyTo(longer);
            CryptographicOperations.ZeroMemory(_buffer);
            _buffer = longer;
        }
        _buffer.AsSpan(start, end - start).Clear();
        _length = end;
        return _buffer.AsSpan(start, count);
    }

    internal static int Align(int length) => (length + 3) & ~3;
}

using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Weft.Linux.Netlink;

/// <summary>
/// A view of a run of netlink attributes, read in place: <c>while (attributes.MoveNext()) switch (attributes.Type)</c>.
/// A malformed length ends the run; nothing is read past the span.
/// </summary>
public ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    const int TypeMask = 0x3fff;

    ReadOnlySpan<byte> _rest = bytes;
    ReadOnlySpan<byte> _value;

    /// <summary>The attribute's number, without the nested and byte-order flags.</summary>
    public int Type { get; private set; }

    /// <summary>The value's bytes.</summary>
    public readonly ReadOnlySpan<byte> Value => _value;

    public bool MoveNext()
    {
        if (_rest.Length < 4)
            return false;
        int length = MemoryMarshal.Read<ushort>(_rest);
        if (length < 4 || length > _rest.Length)
            return false;
        Type = MemoryMarshal.Read<ushort>(_rest[2..]) & TypeMask;
        _value = _rest[4..length];
        _rest = _rest[Math.Min(NetlinkRequest.Align(length), _rest.Length)..];
        return true;
    }

    /// <summary>The value as a number of up to 4 bytes; 0 when it is shorter than what it should hold.</summary>
    public readonly uint Number =>
        _value.Length switch
        {
            >= 4 => MemoryMarshal.Read<uint>(_value),
            >= 2 => MemoryMarshal.Read<ushort>(_value),
            1 => _value[0],
            _ => 0,
        };

    /// <summary>The value as a number of 8 bytes; 0 when it is shorter.</summary>
    public readonly ulong LongNumber => _value.Length >= 8 ? MemoryMarshal.Read<ulong>(_value) : 0;

    /// <summary>The value as text, up to its closing zero.</summary>
    public readonly string Text
    {
        get
        {
            int end = _value.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? _value : _value[..end]);
        }
    }

    /// <summary>The value as an address; null when it is neither 4 nor 16 bytes long.</summary>
    public readonly IPAddress? Address => _value.Length is 4 or 16 ? new IPAddress(_value) : null;

    /// <summary>The attributes inside this one.</summary>
    public readonly NetlinkAttributes Nested => new(_value);
}

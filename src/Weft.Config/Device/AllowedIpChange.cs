using System.Buffers.Binary;
using System.Net;

namespace Weft.Config;

/// <summary>
/// One prefix to add to a peer's allowed IPs or, with <see cref="Remove"/>, to take from them. Held by value: of a list of
/// 100,000, two objects each would cost more than all the rest of reading it.
/// </summary>
public readonly record struct AllowedIpChange
{
    const int LengthV4 = 4;
    const int LengthV6 = 16;

    // The address as it was written, first byte foremost; IPv4 leaves the rest zero.
    readonly ulong _first;
    readonly ulong _second;
    readonly byte _prefixLength;

    public AllowedIpChange(IPNetwork prefix, bool remove = false)
        : this(prefix.BaseAddress, prefix.PrefixLength, remove) { }

    /// <summary>A change of any address, host bits or not.</summary>
    public AllowedIpChange(IPAddress address, int prefixLength, bool remove = false)
        : this(address.GetAddressBytes(), prefixLength, remove) { }

    /// <param name="address">4 or 16 bytes, host bits or not.</param>
    /// <param name="prefixLength">At most as many bits.</param>
    /// <param name="remove">Remove the prefix if the peer owns it.</param>
    public AllowedIpChange(ReadOnlySpan<byte> address, int prefixLength, bool remove = false)
    {
        if (address.Length is not (LengthV4 or LengthV6))
            throw new ArgumentException("An address has 4 or 16 bytes.", nameof(address));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)prefixLength, (uint)(8 * address.Length));
        IsIPv6 = address.Length == LengthV6;
        Remove = remove;
        _prefixLength = (byte)prefixLength;
        _first = IsIPv6
            ? BinaryPrimitives.ReadUInt64BigEndian(address)
            : (ulong)BinaryPrimitives.ReadUInt32BigEndian(address) << 32;
        _second = IsIPv6 ? BinaryPrimitives.ReadUInt64BigEndian(address[8..]) : 0;
    }

    /// <summary>Remove the prefix if the peer owns it.</summary>
    public bool Remove { get; }

    public bool IsIPv6 { get; }

    public int PrefixLength => _prefixLength;

    /// <summary>Whether the address as it was written has bits set after the prefix.</summary>
    public bool HasHostBits => (_first & ~FirstMask) != 0 || (_second & ~SecondMask) != 0;

    /// <summary>IPv4 or IPv6, host bits zero.</summary>
    public IPNetwork Prefix
    {
        get
        {
            Span<byte> bytes = stackalloc byte[LengthV6];
            return new IPNetwork(new IPAddress(bytes[..WriteBase(bytes)]), PrefixLength);
        }
    }

    ulong FirstMask => _prefixLength == 0 ? 0 : ulong.MaxValue << Math.Max(64 - _prefixLength, 0);

    ulong SecondMask => _prefixLength <= 64 ? 0 : ulong.MaxValue << (128 - _prefixLength);

    /// <summary>Writes the address as it was written, which is how tools pass it on, and returns its length: 4 or 16 bytes.</summary>
    public int WriteAddress(Span<byte> bytes) => Write(bytes, _first, _second);

    /// <summary>Writes the address with its host bits zero and returns its length: 4 or 16 bytes.</summary>
    public int WriteBase(Span<byte> bytes) => Write(bytes, _first & FirstMask, _second & SecondMask);

    /// <summary><c>10.0.0.5/24</c>, after a <c>-</c> when it is to be removed; host bits as they were written.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[LengthV6];
        IPAddress address = new(bytes[..WriteAddress(bytes)]);
        return $"{(Remove ? "-" : "")}{AddressText.Format(address)}/{PrefixLength}";
    }

    int Write(Span<byte> bytes, ulong first, ulong second)
    {
        if (!IsIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(first >> 32));
            return LengthV4;
        }
        BinaryPrimitives.WriteUInt64BigEndian(bytes, first);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], second);
        return LengthV6;
    }
}

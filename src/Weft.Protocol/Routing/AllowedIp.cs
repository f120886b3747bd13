using System.Buffers.Binary;
using System.Net;

namespace Weft.Protocol;

/// <summary>One prefix and its owner: a value in a trie and a link in the owner's list.</summary>
sealed class AllowedIp
{
    // Not one UInt128: code that touches one is not compiled ahead of time, and a device that starts with a large
    // configuration would run all of this as the runtime's first, slow draft.
    readonly ulong _high;
    readonly ulong _low;

    /// <param name="owner">The peer.</param>
    /// <param name="address">4 or 16 bytes; host bits count for nothing.</param>
    /// <param name="length">Of the prefix, in bits.</param>
    internal AllowedIp(Tunnel owner, ReadOnlySpan<byte> address, int length)
    {
        Owner = owner;
        Length = length;
        IsIPv6 = address.Length == 16;
        if (IsIPv6)
            ReadV6(address, length, out _high, out _low);
        else
            _low = BinaryPrimitives.ReadUInt32BigEndian(address) & PrefixTrie<uint, AllowedIp>.Mask(length);
    }

    internal Tunnel Owner { get; }

    internal bool IsIPv6 { get; }

    /// <summary>Host bits zero.</summary>
    internal uint PrefixV4 => (uint)_low;

    /// <summary>Host bits zero.</summary>
    internal UInt128 PrefixV6 => new(_high, _low);

    internal int Length { get; }

    internal AllowedIp? Previous { get; set; }

    internal AllowedIp? Next { get; set; }

    internal IPNetwork ToNetwork()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (IsIPv6)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _low);
            return new IPNetwork(new IPAddress(bytes), Length);
        }
        BinaryPrimitives.WriteUInt32BigEndian(bytes, PrefixV4);
        return new IPNetwork(new IPAddress(bytes[..4]), Length);
    }

    static void ReadV6(ReadOnlySpan<byte> address, int length, out ulong high, out ulong low)
    {
        UInt128 prefix = BinaryPrimitives.ReadUInt128BigEndian(address) & PrefixTrie<UInt128, AllowedIp>.Mask(length);
        high = (ulong)(prefix >> 64);
        low = (ulong)prefix;
    }
}

/// <summary>
/// A peer's prefixes in the order in which they were given to it, linked through themselves so that one can be stolen
/// from the middle. The tunnel owns it, under the gate.
/// </summary>
sealed class AllowedIpList
{
    AllowedIp? _last;

    internal AllowedIp? First { get; private set; }

    internal int Count { get; private set; }

    internal void Append(AllowedIp added)
    {
        added.Previous = _last;
        if (_last is null)
            First = added;
        else
            _last.Next = added;
        _last = added;
        Count++;
    }

    internal void Remove(AllowedIp removed)
    {
        if (removed.Previous is null)
            First = removed.Next;
        else
            removed.Previous.Next = removed.Next;
        if (removed.Next is null)
            _last = removed.Previous;
        else
            removed.Next.Previous = removed.Previous;
        removed.Previous = null;
        removed.Next = null;
        Count--;
    }

    internal IEnumerable<IPNetwork> Networks()
    {
        for (AllowedIp? entry = First; entry is not null; entry = entry.Next)
            yield return entry.ToNetwork();
    }
}

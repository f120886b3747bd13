using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Weft.Protocol;

/// <summary>One prefix and its owner: a value in a trie and a link in the owner's list.</summary>
sealed class AllowedIp
{
    internal AllowedIp(Tunnel owner, IPNetwork network)
    {
        Owner = owner;
        Length = network.PrefixLength;
        IsIPv6 = network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;
        Span<byte> bytes = stackalloc byte[16];
        network.BaseAddress.TryWriteBytes(bytes, out _);
        Prefix = IsIPv6
            ? BinaryPrimitives.ReadUInt128BigEndian(bytes) & PrefixTrie<UInt128, AllowedIp>.Mask(Length)
            : BinaryPrimitives.ReadUInt32BigEndian(bytes) & PrefixTrie<uint, AllowedIp>.Mask(Length);
    }

    internal Tunnel Owner { get; }

    internal bool IsIPv6 { get; }

    /// <summary>Host bits zero; IPv4 in the low 32 bits.</summary>
    internal UInt128 Prefix { get; }

    internal int Length { get; }

    internal AllowedIp? Previous { get; set; }

    internal AllowedIp? Next { get; set; }

    internal IPNetwork ToNetwork()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (IsIPv6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, Prefix);
            return new IPNetwork(new IPAddress(bytes), Length);
        }
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Prefix);
        return new IPNetwork(new IPAddress(bytes[..4]), Length);
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

using System.Buffers.Binary;
using System.Net;

namespace Weft.Protocol;

/// <summary>
/// Which peer an address belongs to: one trie per family for the whole node, longest match. Reads take no lock and see
/// each change whole; changes go through <see cref="Node"/>, under its gate.
/// </summary>
public sealed class AllowedIps
{
    readonly PrefixTrie<uint, AllowedIp> _v4 = new();
    readonly PrefixTrie<UInt128, AllowedIp> _v6 = new();

    internal AllowedIps() { }

    /// <summary>The peer that a packet is to be sent to.</summary>
    public Tunnel? FindDestination(InnerPacket packet) =>
        packet.IsIPv6 ? Find(packet.DestinationV6) : Find(packet.DestinationV4);

    /// <summary>The peer that a packet must have come from.</summary>
    public Tunnel? FindSource(InnerPacket packet) => packet.IsIPv6 ? Find(packet.SourceV6) : Find(packet.SourceV4);

    /// <summary>The peer of an address, for questions rather than packets.</summary>
    public Tunnel? Find(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int written);
        return written == 4
            ? Find(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : Find(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    internal Tunnel? Find(uint address) => _v4.Find(address)?.Owner;

    internal Tunnel? Find(UInt128 address) => _v6.Find(address)?.Owner;

    /// <summary>Gives the prefix to the owner, at the end of its list, taking it from whoever has it.</summary>
    internal void Add(Tunnel owner, ReadOnlySpan<byte> address, int length)
    {
        AllowedIp added = new(owner, address, length);
        AllowedIp? before = added.IsIPv6 ? SetV6(added) : _v4.Set(added.PrefixV4, added.Length, added);
        before?.Owner.AllowedIpList.Remove(before);
        owner.AllowedIpList.Append(added);
    }

    /// <summary>Takes the prefix from the owner; false when it has not exactly that one.</summary>
    internal bool Remove(Tunnel owner, ReadOnlySpan<byte> address, int length)
    {
        AllowedIp wanted = new(owner, address, length);
        AllowedIp? present = wanted.IsIPv6 ? GetV6(wanted) : _v4.Get(wanted.PrefixV4, wanted.Length);
        if (present is null || present.Owner != owner)
            return false;
        Remove(present);
        return true;
    }

    internal void RemoveAll(Tunnel owner)
    {
        while (owner.AllowedIpList.First is { } first)
            Remove(first);
    }

    void Remove(AllowedIp present)
    {
        if (present.IsIPv6)
            RemoveV6(present);
        else
            _v4.Remove(present.PrefixV4, present.Length);
        present.Owner.AllowedIpList.Remove(present);
    }

    // Apart, so that what IPv4 needs is compiled ahead of time (see AllowedIp).
    AllowedIp? SetV6(AllowedIp added) => _v6.Set(added.PrefixV6, added.Length, added);

    AllowedIp? GetV6(AllowedIp wanted) => _v6.Get(wanted.PrefixV6, wanted.Length);

    void RemoveV6(AllowedIp present) => _v6.Remove(present.PrefixV6, present.Length);
}

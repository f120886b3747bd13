using System.Runtime.InteropServices;

namespace Weft.Linux.Netlink;

/// <summary>A view of one message in a received netlink datagram, which may hold several.</summary>
readonly ref struct NetlinkMessage
{
    NetlinkMessage(ushort type, NetlinkOptions flags, uint sequence, ReadOnlySpan<byte> payload)
    {
        Type = type;
        Flags = flags;
        Sequence = sequence;
        Payload = payload;
    }

    internal ushort Type { get; }

    internal NetlinkOptions Flags { get; }

    internal uint Sequence { get; }

    internal ReadOnlySpan<byte> Payload { get; }

    /// <summary>Takes the next message off the datagram; false at its end or where it is malformed.</summary>
    internal static bool TryRead(ref ReadOnlySpan<byte> datagram, out NetlinkMessage message)
    {
        message = default;
        if (datagram.Length < NetlinkRequest.HeaderLength)
            return false;
        uint length = MemoryMarshal.Read<uint>(datagram);
        if (length < NetlinkRequest.HeaderLength || length > datagram.Length)
            return false;
        message = new NetlinkMessage(
            MemoryMarshal.Read<ushort>(datagram[4..]),
            (NetlinkOptions)MemoryMarshal.Read<ushort>(datagram[6..]),
            MemoryMarshal.Read<uint>(datagram[8..]),
            datagram[NetlinkRequest.HeaderLength..(int)length]
        );
        datagram = datagram[Math.Min(NetlinkRequest.Align((int)length), datagram.Length)..];
        return true;
    }
}

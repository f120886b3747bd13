using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// Listens on every wire of this host for datagrams that open with one of three words, before the firewall and the
/// reverse-path filter have their say (packet(7)); the kernel picks them out, so a busy wire costs nothing. What it hears it
/// takes from nobody. Whoever opens it disposes it. One thread.
/// </summary>
public sealed unsafe class UdpTap : IDisposable
{
    const int LongestPacket = 2048;
    const int IPv4Header = 20;
    const int IPv6Header = 40;
    const int UdpHeader = 8;
    const byte Udp = 17;

    readonly Descriptor _descriptor;
    readonly byte[] _buffer = new byte[LongestPacket];

    UdpTap(Descriptor descriptor) => _descriptor = descriptor;

    /// <param name="first">The smallest of the opening words that are heard, as a big-endian number.</param>
    /// <param name="last">The greatest. The last three bytes of a word are always zero.</param>
    /// <exception cref="KernelRefusedException">The kernel has no such sockets, or not for us.</exception>
    public static UdpTap Open(byte first, byte last)
    {
        const string target = "packets of every interface";
        const int type = SysSocket.SOCK_DGRAM | SysSocket.SOCK_CLOEXEC | SysSocket.SOCK_NONBLOCK;
        // Bound to a protocol only after the filter is in place, or others would get in before it.
        Descriptor descriptor = new(SystemCall.Check(SysSocket.socket(SysSocket.AF_PACKET, type, 0), "socket", target));
        bool done = false;
        try
        {
            Attach(descriptor, (uint)first << 24, (uint)last << 24, target);
            sockaddr_ll name = new()
            {
                sll_family = SysSocket.AF_PACKET,
                sll_protocol = UdpAddress.Swap(LinuxIfPacket.ETH_P_ALL),
            };
            SystemCall.Check(SysSocket.bind(descriptor, &name, (uint)sizeof(sockaddr_ll)), "bind", target);
            done = true;
            return new UdpTap(descriptor);
        }
        finally
        {
            if (!done)
                descriptor.Dispose();
        }
    }

    /// <summary>Takes one datagram that was heard; false when there is none (yet).</summary>
    public bool TryReceive(out HeardDatagram heard)
    {
        heard = default;
        sockaddr_ll name;
        fixed (byte* start = _buffer)
        {
            while (true)
            {
                iovec vector = new() { iov_base = start, iov_len = LongestPacket };
                msghdr header = new()
                {
                    msg_name = &name,
                    msg_namelen = (uint)sizeof(sockaddr_ll),
                    msg_iov = &vector,
                    msg_iovlen = 1,
                };
                nint length = SysSocket.recvmsg(_descriptor, &header, SysSocket.MSG_DONTWAIT);
                if (length < 0)
                    return false;
                if (Read(_buffer.AsSpan(0, (int)Math.Min(length, LongestPacket))) is not { } datagram)
                    continue;
                heard = datagram with
                {
                    IsOutgoing = name.sll_pkttype == LinuxIfPacket.PACKET_OUTGOING,
                    LinkIndex = name.sll_ifindex,
                };
                return true;
            }
        }
    }

    public void Dispose() => _descriptor.Dispose();

    /// <summary>Null unless it is one whole UDP datagram.</summary>
    internal static HeardDatagram? Read(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < IPv4Header + UdpHeader)
            return null;
        bool v6 = packet[0] >> 4 == 6;
        int header = v6 ? IPv6Header : (packet[0] & 0xf) * 4;
        if (packet.Length < header + UdpHeader || packet[v6 ? 6 : 9] != Udp)
            return null;
        ReadOnlySpan<byte> udp = packet[header..];
        int length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);
        if (length < UdpHeader || length > udp.Length)
            return null;
        (int at, int size) = v6 ? (8, 16) : (12, 4);
        return new HeardDatagram(
            new IPEndPoint(new IPAddress(packet.Slice(at, size)), BinaryPrimitives.ReadUInt16BigEndian(udp)),
            new IPEndPoint(
                new IPAddress(packet.Slice(at + size, size)),
                BinaryPrimitives.ReadUInt16BigEndian(udp[2..])
            ),
            udp[UdpHeader..length].ToArray()
        );
    }

    /// <summary>A program of classic BPF (linux/filter.h) over packets that begin with their IP header.</summary>
    [SkipLocalsInit]
    static void Attach(Descriptor descriptor, uint first, uint last, string target)
    {
        const ushort loadByte = 0x30;
        const ushort loadHalf = 0x28;
        const ushort loadWord = 0x20;
        const ushort loadWordAfterX = 0x40;
        const ushort headerLengthToX = 0xb1;
        const ushort and = 0x54;
        const ushort isEqual = 0x15;
        const ushort isGreater = 0x25;
        const ushort isGreaterOrEqual = 0x35;
        const ushort hasBits = 0x45;
        const ushort jump = 0x05;
        const ushort result = 0x06;
        sock_filter* program = stackalloc sock_filter[]
        {
            new(loadByte, 0),
            new(and, 0xf0),
            new(isEqual, 0x40, 1, 0), // to IPv4
            new(isEqual, 0x60, 7, 13), // to IPv6, or away with it
            // IPv4: UDP, and the first piece of it
            new(loadByte, 9),
            new(isEqual, Udp, 0, 11),
            new(loadHalf, 6),
            new(hasBits, 0x1fff, 9, 0),
            new(headerLengthToX, 0),
            new(loadWordAfterX, UdpHeader),
            new(jump, 3), // to the word
            // IPv6 without extensions
            new(loadByte, 6),
            new(isEqual, Udp, 0, 4),
            new(loadWord, IPv6Header + UdpHeader),
            // The opening word
            new(hasBits, 0x00ffffff, 2, 0),
            new(isGreaterOrEqual, first, 0, 1),
            new(isGreater, last, 0, 1),
            new(result, 0),
            new(result, LongestPacket),
        };
        sock_fprog filter = new() { len = 19, filter = program };
        SystemCall.Check(
            SysSocket.setsockopt(
                descriptor,
                SysSocket.SOL_SOCKET,
                SysSocket.SO_ATTACH_FILTER,
                &filter,
                (uint)sizeof(sock_fprog)
            ),
            "setsockopt SO_ATTACH_FILTER",
            target
        );
    }
}

/// <summary>A datagram on its way in or out, as a <see cref="UdpTap"/> heard it.</summary>
public readonly record struct HeardDatagram(IPEndPoint From, IPEndPoint To, byte[] Payload)
{
    /// <summary>It leaves this host.</summary>
    public bool IsOutgoing { get; init; }

    /// <summary>The interface that it was heard on.</summary>
    public int LinkIndex { get; init; }
}

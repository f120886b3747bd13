using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Weft.Linux;

/// <summary>
/// Echo requests (RFC 792, RFC 4443 section 4.1) over one interface and no other, whatever the routing table says, and the
/// replies to them: those of the far side, or also the errors that somebody on the way answers with. Whoever opens it
/// disposes it. One thread.
/// </summary>
public sealed class EchoSocket : IDisposable
{
    const int SocketLevel = 1;
    const int BindToDevice = 25;
    const int RawLevel = 255;
    const int IcmpV6Level = 58;
    const int Filter = 1;
    const int MtuDiscoverV4 = 10;
    const int MtuDiscoverV6 = 23;

    /// <summary>IP_PMTUDISC_PROBE: not in pieces, whatever was learned of the way before.</summary>
    const int Probe = 3;

    const int HeaderLength = 8;
    const int CookieLength = 16;
    const int MessageLength = HeaderLength + CookieLength;

    /// <summary>Of a packet without its IP header.</summary>
    const int LongestMessage = 65500;

    readonly Socket? _v4;
    readonly Socket? _v6;
    readonly byte[] _buffer = new byte[1 << 16];

    // Other programs ping as well; what bears these is an answer to us.
    readonly ushort _identifier = (ushort)RandomNumberGenerator.GetInt32(1 << 16);
    readonly byte[] _cookie = RandomNumberGenerator.GetBytes(CookieLength);

    EchoSocket(Socket? v4, Socket? v6) => (_v4, _v6) = (v4, v6);

    /// <param name="device">The interface's name; empty for whichever the routing table says.</param>
    /// <param name="source">The address of this host to send from, whose family alone is opened; null for what fits.</param>
    /// <param name="withErrors">Errors that routers and hosts answer with are replies as well.</param>
    /// <exception cref="KernelRefusedException">No such interface, or no right to open raw sockets.</exception>
    public static EchoSocket Open(string device, IPAddress? source = null, bool withErrors = false)
    {
        Socket? v4 = null;
        try
        {
            v4 = TryOpen(device, AddressFamily.InterNetwork, source, withErrors);
            return new EchoSocket(v4, TryOpen(device, AddressFamily.InterNetworkV6, source, withErrors));
        }
        catch (SocketException e)
        {
            v4?.Dispose();
            throw new KernelRefusedException("socket", $"ICMP over {device}", (Errno)e.NativeErrorCode);
        }
    }

    /// <summary>Sends one request; false when it cannot leave, which says nothing of the far side.</summary>
    /// <param name="sequence">Comes back with the reply.</param>
    /// <param name="packetLength">Of the whole IP packet, which never leaves in pieces; 0 for a small one.</param>
    /// <param name="hops">Routers that it may pass, plus one; 0 for as many as usual.</param>
    public bool TrySend(IPAddress to, ushort sequence, int packetLength = 0, short hops = 0)
    {
        ArgumentNullException.ThrowIfNull(to);
        bool v6 = to.AddressFamily == AddressFamily.InterNetworkV6;
        if ((v6 ? _v6 : _v4) is not { } socket)
            return false;
        int length = Math.Clamp(packetLength - (v6 ? 40 : 20), MessageLength, LongestMessage);
        Span<byte> message = length == MessageLength ? stackalloc byte[MessageLength] : new byte[length];
        EchoMessage.WriteRequest(message, v6, _identifier, sequence, _cookie);
        try
        {
            if (packetLength != 0 || hops != 0)
                SetWay(socket, v6, hops);
            return socket.SendTo(message, SocketFlags.None, new IPEndPoint(to, 0)) == message.Length;
        }
        catch (SocketException)
        {
            // No route, no buffer, the interface down or gone: an unanswered probe, which is what it is counted as.
            return false;
        }
    }

    /// <summary>Waits until a reply may have come; false when the time ran out first.</summary>
    public bool Wait(TimeSpan time)
    {
        List<Socket> sockets = [];
        if (_v4 is not null)
            sockets.Add(_v4);
        if (_v6 is not null)
            sockets.Add(_v6);
        Socket.Select(sockets, null, null, time);
        return sockets.Count > 0;
    }

    /// <summary>Takes one reply that has come; false when there is none left.</summary>
    public bool TryReceive(out EchoReply reply) =>
        TryReceive(_v4, v6: false, out reply) || TryReceive(_v6, v6: true, out reply);

    public void Dispose()
    {
        _v4?.Dispose();
        _v6?.Dispose();
    }

    bool TryReceive(Socket? socket, bool v6, out EchoReply reply)
    {
        reply = default;
        if (socket is null)
            return false;
        EndPoint from = new IPEndPoint(v6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            int length;
            try
            {
                length = socket.ReceiveFrom(_buffer, SocketFlags.None, ref from);
            }
            catch (SocketException)
            {
                // An error that a request met on its way (ENETDOWN): no reply.
                return false;
            }
            ReadOnlySpan<byte> packet = _buffer.AsSpan(0, length);
            IPAddress who = ((IPEndPoint)from).Address;
            if (EchoMessage.ReadReply(packet, v6, _identifier, _cookie) is { } sequence)
            {
                reply = new EchoReply(who, sequence);
                return true;
            }
            if (EchoMessage.ReadError(packet, v6, _identifier) is var (of, type, code))
            {
                reply = new EchoReply(who, of) { Error = new IcmpError(v6, type, code) };
                return true;
            }
        }
        return false;
    }

    static void SetWay(Socket socket, bool v6, short hops)
    {
        const int IPLevel = 0;
        const int IPv6Level = 41;
        Span<byte> probe = [Probe, 0, 0, 0];
        socket.SetRawSocketOption(v6 ? IPv6Level : IPLevel, v6 ? MtuDiscoverV6 : MtuDiscoverV4, probe);
        socket.Ttl = hops == 0 ? (short)64 : hops;
    }

    /// <summary>Null on a host without this family, or when the source is of the other.</summary>
    static Socket? TryOpen(string device, AddressFamily family, IPAddress? source, bool withErrors)
    {
        if (source is not null && source.AddressFamily != family)
            return null;
        bool v6 = family == AddressFamily.InterNetworkV6;
        Socket socket;
        try
        {
            socket = new Socket(family, SocketType.Raw, v6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressFamilyNotSupported)
        {
            return null;
        }
        bool done = false;
        try
        {
            socket.Blocking = false;
            // A scope of its own: a link-local address goes nowhere else either.
            if (device.Length > 0)
                socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.UTF8.GetBytes(device + '\0'));
            socket.SetRawSocketOption(v6 ? IcmpV6Level : RawLevel, Filter, EchoMessage.Filter(v6, withErrors));
            if (source is not null)
                socket.Bind(new IPEndPoint(source, 0));
            done = true;
            return socket;
        }
        finally
        {
            if (!done)
                socket.Dispose();
        }
    }
}

/// <summary>An answer to a request of an <see cref="EchoSocket"/>.</summary>
public readonly record struct EchoReply(IPAddress From, ushort Sequence)
{
    /// <summary>What went wrong with the request, by the word of <see cref="From"/>; null when it was answered.</summary>
    public IcmpError? Error { get; init; }
}

/// <summary>The bytes of an echo message: type, code, checksum, identifier, sequence, then our cookie. Pure.</summary>
static class EchoMessage
{
    const byte Request4 = 8;
    const byte Reply4 = 0;
    const byte Request6 = 128;
    const byte Reply6 = 129;
    const byte Icmp = 1;
    const byte Icmp6 = 58;
    const int HeaderLength = 8;
    const int IPv6HeaderLength = 40;

    /// <param name="message">8 bytes longer than the cookie, or more: what follows it is zeros.</param>
    internal static void WriteRequest(
        Span<byte> message,
        bool v6,
        ushort identifier,
        ushort sequence,
        ReadOnlySpan<byte> cookie
    )
    {
        message.Clear();
        message[0] = v6 ? Request6 : Request4;
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], identifier);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], sequence);
        cookie.CopyTo(message[HeaderLength..]);
        // The kernel knows the addresses that an ICMPv6 checksum goes over, and fills it in itself.
        if (!v6)
            BinaryPrimitives.WriteUInt16BigEndian(message[2..], Checksum(message));
    }

    /// <summary>The sequence of a reply to us; null for all else. A raw IPv4 socket hands the IP header out as well.</summary>
    internal static ushort? ReadReply(ReadOnlySpan<byte> packet, bool v6, ushort identifier, ReadOnlySpan<byte> cookie)
    {
        if (!v6 && !TrySkipIPv4(ref packet))
            return null;
        return
            packet.Length >= HeaderLength + cookie.Length
            && packet[0] == (v6 ? Reply6 : Reply4)
            && BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) == identifier
            && packet.Slice(HeaderLength, cookie.Length).SequenceEqual(cookie)
            ? BinaryPrimitives.ReadUInt16BigEndian(packet[6..])
            : null;
    }

    /// <summary>The sequence of the request of ours that an error quotes, and what the error is; null for all else.</summary>
    internal static (ushort Sequence, byte Type, byte Code)? ReadError(
        ReadOnlySpan<byte> packet,
        bool v6,
        ushort identifier
    )
    {
        if (!v6 && !TrySkipIPv4(ref packet))
            return null;
        if (packet.Length < HeaderLength || !IcmpError.IsOne(v6, packet[0]))
            return null;
        (byte type, byte code) = (packet[0], packet[1]);
        packet = packet[HeaderLength..];
        // The packet that it is about: its IP header, and at least the first eight bytes after that.
        if (v6)
        {
            if (packet.Length < IPv6HeaderLength || packet[6] != Icmp6)
                return null;
            packet = packet[IPv6HeaderLength..];
        }
        else if (packet.Length < 20 || packet[9] != Icmp || !TrySkipIPv4(ref packet))
        {
            return null;
        }
        return
            packet.Length >= HeaderLength
            && packet[0] == (v6 ? Request6 : Request4)
            && BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) == identifier
            ? (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]), type, code)
            : null;
    }

    static bool TrySkipIPv4(ref ReadOnlySpan<byte> packet)
    {
        int header = packet.IsEmpty ? 0 : (packet[0] & 0xf) * 4;
        if (packet.Length < header)
            return false;
        packet = packet[header..];
        return true;
    }

    /// <summary>
    /// struct icmp_filter (linux/icmp.h) or icmp6_filter (RFC 3542): a bit set keeps the type away, and all are set but
    /// those of the replies and, if asked for, of errors.
    /// </summary>
    internal static byte[] Filter(bool v6, bool withErrors)
    {
        uint[] words = new uint[v6 ? 8 : 1];
        Array.Fill(words, uint.MaxValue);
        for (byte type = 0; type < words.Length * 32; type++)
        {
            if (type == (v6 ? Reply6 : Reply4) || (withErrors && IcmpError.IsOne(v6, type)))
                words[type / 32] &= ~(1u << (type % 32));
            if (type == byte.MaxValue)
                break;
        }
        return MemoryMarshal.AsBytes<uint>(words).ToArray();
    }

    /// <summary>RFC 1071.</summary>
    static ushort Checksum(ReadOnlySpan<byte> message)
    {
        uint sum = 0;
        for (int i = 0; i + 1 < message.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(message[i..]);
        if (message.Length % 2 != 0)
            sum += (uint)message[^1] << 8;
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}

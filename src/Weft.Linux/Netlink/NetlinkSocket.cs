using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Weft.Linux.Interop;

namespace Weft.Linux.Netlink;

/// <summary>Reads one reply; null skips it.</summary>
/// <param name="type">The message type.</param>
/// <param name="payload">What follows the header; valid during the call only.</param>
public delegate T? NetlinkDecoder<out T>(ushort type, ReadOnlySpan<byte> payload)
    where T : class;

/// <summary>
/// A netlink socket: one request at a time, answered before the call returns. Owned by one thread. It binds in the
/// network namespace of the thread that opens it and stays there.
/// </summary>
public sealed unsafe class NetlinkSocket : IDisposable
{
    /// <summary>NETLINK_ROUTE: links, addresses, routes, rules.</summary>
    public const int RouteFamily = LinuxNetlink.NETLINK_ROUTE;

    /// <summary>NETLINK_GENERIC.</summary>
    public const int GenericFamily = LinuxNetlink.NETLINK_GENERIC;

    const ushort MessageError = 2;
    const ushort MessageDone = 3;
    const ushort FlagCapped = 0x100;
    const ushort FlagAcknowledgementAttributes = 0x200;
    const int AcknowledgementText = 1;

    // A dump under steady change could restart for ever.
    const int DumpTries = 16;

    // The kernel answers at once; waiting longer than this means that no answer will come.
    const int AnswerSeconds = 10;

    // The kernel never makes a dump message longer than 32 KiB; a single object may be longer.
    const int FirstBufferLength = 32 * 1024;

    readonly Descriptor _fd;
    byte[] _buffer = new byte[FirstBufferLength];
    uint _sequence;

    /// <param name="fd">Becomes this object's.</param>
    internal NetlinkSocket(Descriptor fd) => _fd = fd;

    /// <exception cref="NetlinkException">The kernel has no such family or gives out no descriptor.</exception>
    public static NetlinkSocket Open(int family)
    {
        int number = SysSocket.socket(SysSocket.AF_NETLINK, SysSocket.SOCK_RAW | SysSocket.SOCK_CLOEXEC, family);
        if (!SystemCall.Succeeded(number, out Errno error))
            throw new NetlinkException($"socket(AF_NETLINK, {family})", error, null);
        Descriptor fd = new(number);
        // Old kernels lack these: without them errors only say less and dumps hold more.
        int on = 1;
        _ = SysSocket.setsockopt(fd, LinuxNetlink.SOL_NETLINK, LinuxNetlink.NETLINK_EXT_ACK, &on, sizeof(int));
        _ = SysSocket.setsockopt(fd, LinuxNetlink.SOL_NETLINK, LinuxNetlink.NETLINK_CAP_ACK, &on, sizeof(int));
        _ = SysSocket.setsockopt(fd, LinuxNetlink.SOL_NETLINK, LinuxNetlink.NETLINK_GET_STRICT_CHK, &on, sizeof(int));
        // struct timeval: two words, seconds and microseconds.
        nint* limit = stackalloc nint[2] { AnswerSeconds, 0 };
        uint limitLength = (uint)(2 * sizeof(nint));
        _ = SysSocket.setsockopt(fd, SysSocket.SOL_SOCKET, SysSocket.SO_RCVTIMEO, limit, limitLength);
        return new NetlinkSocket(fd);
    }

    /// <summary>Sends a change and waits for its acknowledgement.</summary>
    /// <param name="request">Written with <see cref="NetlinkOptions.Ack"/>.</param>
    /// <param name="what">The call and its object, for the error.</param>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public void Change(NetlinkRequest request, string what) => Exchange<object>(request, what, null, null);

    /// <summary>Asks for one object.</summary>
    /// <param name="request">Written with <see cref="NetlinkOptions.Ack"/>, which ends the answer.</param>
    /// <returns>Null when the answer is none that <paramref name="decode"/> takes.</returns>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public T? Get<T>(NetlinkRequest request, string what, NetlinkDecoder<T> decode)
        where T : class
    {
        ImmutableArray<T>.Builder replies = ImmutableArray.CreateBuilder<T>();
        Exchange(request, what, decode, replies);
        return replies.Count > 0 ? replies[0] : null;
    }

    /// <summary>Asks for all objects (<see cref="NetlinkOptions.Dump"/>), again from the start if they changed meanwhile.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or they changed during each of many tries (EINTR): no answer is a torn one.</exception>
    public ImmutableArray<T> Dump<T>(NetlinkRequest request, string what, NetlinkDecoder<T> decode)
        where T : class
    {
        ImmutableArray<T>.Builder replies = ImmutableArray.CreateBuilder<T>();
        for (int i = 0; i < DumpTries; i++)
        {
            replies.Clear();
            if (Exchange(request, what, decode, replies))
                return replies.DrainToImmutable();
        }
        throw new NetlinkException(what, Errno.EINTR, $"changed while it was read, {DumpTries} times over; try again");
    }

    public void Dispose()
    {
        _fd.Dispose();
        // Some families answer with keys.
        CryptographicOperations.ZeroMemory(_buffer);
    }

    /// <summary>False when the kernel says that the answer is torn.</summary>
    bool Exchange<T>(NetlinkRequest request, string what, NetlinkDecoder<T>? decode, ImmutableArray<T>.Builder? replies)
        where T : class
    {
        uint sequence = ++_sequence;
        Send(request.Finish(sequence), what);
        bool whole = true;
        while (true)
        {
            ReadOnlySpan<byte> datagram = Receive(what);
            while (NetlinkMessage.TryRead(ref datagram, out NetlinkMessage message))
            {
                // What an earlier request that failed half-way left behind.
                if (message.Sequence != sequence)
                    continue;
                whole &= (message.Flags & NetlinkOptions.DumpInterrupted) == 0;
                if (message.Type is MessageError or MessageDone)
                {
                    ThrowIfRefused(message, what);
                    return whole;
                }
                if (decode?.Invoke(message.Type, message.Payload) is { } reply)
                    replies!.Add(reply);
            }
        }
    }

    void Send(ReadOnlySpan<byte> message, string what)
    {
        fixed (byte* bytes = message)
        {
            nint sent;
            Errno error;
            do sent = SysSocket.send(_fd, bytes, (nuint)message.Length, 0);
            while (SystemCall.Interrupted(sent, out error));
            // A netlink datagram is taken whole or not at all.
            if (error != Errno.None)
                throw new NetlinkException(what, error, null);
        }
    }

    ReadOnlySpan<byte> Receive(string what)
    {
        nint length;
        Errno error;
        fixed (byte* bytes = _buffer)
        {
            do length = SysSocket.recv(_fd, bytes, (nuint)_buffer.Length, SysSocket.MSG_TRUNC);
            while (SystemCall.Interrupted(length, out error));
        }
        if (error != Errno.None)
            throw new NetlinkException(what, error, error == Errno.EAGAIN ? "no answer" : null);
        if (length <= _buffer.Length)
            return _buffer.AsSpan(0, (int)length);
        // Cut short, and the rest is gone: the next try has room.
        CryptographicOperations.ZeroMemory(_buffer);
        _buffer = new byte[2 * length];
        throw new NetlinkException(what, Errno.EMSGSIZE, $"an answer of {length} bytes did not fit");
    }

    /// <summary>Reads an error or the end of a dump; what it says beyond its number may be missing or cut.</summary>
    internal static void ThrowIfRefused(NetlinkMessage message, string what)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < 4)
            return;
        int error = MemoryMarshal.Read<int>(payload);
        if (error >= 0)
            return;
        string? text = null;
        if (((ushort)message.Flags & FlagAcknowledgementAttributes) != 0)
        {
            // An error quotes the request: its header alone when capped, else the whole.
            int skip = 4;
            if (message.Type == MessageError && payload.Length >= 8)
            {
                bool capped = ((ushort)message.Flags & FlagCapped) != 0;
                uint quoted = capped ? 0 : Math.Min(MemoryMarshal.Read<uint>(payload[4..]), (uint)payload.Length);
                skip += NetlinkRequest.Align(Math.Max((int)quoted, NetlinkRequest.HeaderLength));
            }
            NetlinkAttributes attributes = new(skip <= payload.Length ? payload[skip..] : default);
            while (attributes.MoveNext())
            {
                if (attributes.Type == AcknowledgementText)
                    text = attributes.Text;
            }
        }
        throw new NetlinkException(what, (Errno)(-error), text);
    }
}

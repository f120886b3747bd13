using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Weft.Linux.Netlink;

/// <summary>
/// One family of generic netlink (<c>linux/genetlink.h</c>), found by its name, in the network namespace in which it was
/// opened. It knows how a message is framed and nothing of what the family means by it. Owned by one thread.
/// </summary>
public sealed class GenericNetlink : IDisposable
{
    /// <summary>GENL_ID_CTRL: the family that knows the others.</summary>
    const ushort ControlFamily = 16;

    const byte GetFamily = 3;
    const byte ControlVersion = 1;
    const int FamilyId = 1;
    const int FamilyName = 2;

    /// <summary><c>struct genlmsghdr</c>: command, version and two bytes that are reserved.</summary>
    const int HeaderLength = 4;

    readonly NetlinkSocket _socket;
    readonly ushort _family;
    readonly byte _version;

    GenericNetlink(NetlinkSocket socket, ushort family, byte version) =>
        (_socket, _family, _version) = (socket, family, version);

    /// <summary>Null when the kernel has no such family. Asking makes it load the module that has it, where it may.</summary>
    /// <param name="name">Of the family.</param>
    /// <param name="version">Of the family's messages.</param>
    /// <exception cref="NetlinkException">The kernel refused for another reason.</exception>
    public static GenericNetlink? TryOpen(string name, byte version)
    {
        NetlinkSocket socket = NetlinkSocket.Open(NetlinkSocket.GenericFamily);
        bool open = false;
        try
        {
            if (FindFamily(socket, name) is not { } family)
                return null;
            open = true;
            return new GenericNetlink(socket, family, version);
        }
        finally
        {
            if (!open)
                socket.Dispose();
        }
    }

    /// <summary>Begins a message to the family.</summary>
    public NetlinkRequest Write(byte command, NetlinkOptions flags) => Write(_family, command, _version, flags);

    /// <summary>Sends a change, written with <see cref="NetlinkOptions.Ack"/>, and waits for its acknowledgement.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public void Change(NetlinkRequest request, string what) => _socket.Change(request, what);

    /// <summary>Asks for all there is, again from the start if it changed meanwhile.</summary>
    /// <param name="request">Written with <see cref="NetlinkOptions.Dump"/>.</param>
    /// <param name="what">The call and its object, for the error.</param>
    /// <param name="decode">Reads the attributes of one message.</param>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public ImmutableArray<T> Dump<T>(NetlinkRequest request, string what, GenericNetlinkDecoder<T> decode)
        where T : class =>
        _socket.Dump(
            request,
            what,
            (type, payload) =>
                type == _family && payload.Length >= HeaderLength
                    ? decode(new NetlinkAttributes(payload[HeaderLength..]))
                    : null
        );

    public void Dispose() => _socket.Dispose();

    internal static NetlinkRequest Write(ushort family, byte command, byte version, NetlinkOptions flags) =>
        new NetlinkRequest(family, flags).Struct([command, version, 0, 0]);

    static ushort? FindFamily(NetlinkSocket socket, string name)
    {
        NetlinkRequest request = Write(ControlFamily, GetFamily, ControlVersion, NetlinkOptions.Ack)
            .Put(FamilyName, name);
        try
        {
            return socket.Get(request, $"CTRL_CMD_GETFAMILY {name}", ReadFamily)?.Number;
        }
        catch (NetlinkException e) when (e.IsAbsent)
        {
            return null;
        }
    }

    static FamilyNumber? ReadFamily(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type != ControlFamily || payload.Length < HeaderLength)
            return null;
        NetlinkAttributes attributes = new(payload[HeaderLength..]);
        while (attributes.MoveNext())
        {
            if (attributes.Type == FamilyId && attributes.Value.Length >= 2)
                return new FamilyNumber(MemoryMarshal.Read<ushort>(attributes.Value));
        }
        return null;
    }

    sealed record FamilyNumber(ushort Number);
}

/// <summary>Reads the attributes of one reply of a generic netlink family; null skips it.</summary>
public delegate T? GenericNetlinkDecoder<out T>(NetlinkAttributes attributes)
    where T : class;

using System.Runtime.CompilerServices;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// Writes and reads the control messages beside a datagram (cmsg(3)) in a block of memory that the caller keeps. The
/// offsets follow CMSG_ALIGN: everything starts at a multiple of a pointer's size.
/// </summary>
unsafe ref struct ControlMessages(byte* start, int capacity)
{
    /// <summary>Room for everything that is sent or received with one datagram.</summary>
    public const int Size = 128;

    readonly byte* _start = start;
    readonly int _capacity = capacity;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    static int Header => Align(sizeof(cmsghdr));

    static int Align(int length) => (length + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1);

    /// <summary>Appends one message and returns where its data goes.</summary>
    public T* Add<T>(int level, int type)
        where T : unmanaged
    {
        int space = Header + Align(sizeof(T));
        if (Length + space > _capacity)
            throw new InvalidOperationException("Too many control messages for one datagram.");
        byte* message = _start + Length;
        *(cmsghdr*)message = new cmsghdr
        {
            cmsg_len = (nuint)(Header + sizeof(T)),
            cmsg_level = level,
            cmsg_type = type,
        };
        Length += space;
        T* data = (T*)(message + Header);
        *data = default;
        return data;
    }

    /// <summary>Takes the message at <paramref name="offset"/> and moves on; false at the end.</summary>
    public static bool Next(
        byte* start,
        int length,
        ref int offset,
        out int level,
        out int type,
        out ReadOnlySpan<byte> data
    )
    {
        Unsafe.SkipInit(out level);
        Unsafe.SkipInit(out type);
        data = default;
        if (length - offset < sizeof(cmsghdr))
            return false;
        var header = (cmsghdr*)(start + offset);
        if (header->cmsg_len < (nuint)Header || header->cmsg_len > (nuint)(length - offset))
            return false;
        int size = (int)header->cmsg_len;
        level = header->cmsg_level;
        type = header->cmsg_type;
        data = new ReadOnlySpan<byte>(start + offset + Header, size - Header);
        offset += Align(size);
        return true;
    }
}

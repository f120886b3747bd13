using System.Buffers.Binary;

namespace Weft.Protocol;

/// <summary>A view of a transport data message (paper section 5.4.6): header, sealed packet, tag.</summary>
public readonly ref struct DataMessage
{
    /// <summary>Type, receiver index and counter.</summary>
    public const int HeaderLength = 16;

    public const int TagLength = 16;

    /// <summary>Header and tag: a keepalive.</summary>
    public const int MinimumLength = HeaderLength + TagLength;

    /// <summary>The plaintext is padded with zeros to a multiple of this, but not beyond the MTU.</summary>
    public const int PaddingMultiple = 16;

    readonly Span<byte> _bytes;

    /// <param name="datagram">At least <see cref="MinimumLength"/> bytes.</param>
    public DataMessage(Span<byte> datagram)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(datagram.Length, MinimumLength);
        _bytes = datagram;
    }

    /// <summary>The receiver index of a datagram of kind <see cref="DatagramKind.Data"/>.</summary>
    public static uint ReceiverOf(ReadOnlySpan<byte> datagram) =>
        BinaryPrimitives.ReadUInt32LittleEndian(datagram[4..]);

    public uint Receiver => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);

    public ulong Counter => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[8..]);

    /// <summary>Sealed packet and tag.</summary>
    public Span<byte> Sealed => _bytes[HeaderLength..];

    /// <summary>Where the packet stands once it is opened in place, padding included.</summary>
    public Span<byte> Plaintext => _bytes[HeaderLength..^TagLength];

    internal void WriteHeader(uint receiver, ulong counter)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes, (uint)DatagramKind.Data);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes[4..], receiver);
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes[8..], counter);
    }
}

using System.Buffers.Binary;

namespace Weft.Protocol;

/// <summary>A view of the second handshake message (paper section 5.4.3).</summary>
readonly ref struct ResponseMessage
{
    internal const int Length = 92;

    readonly Span<byte> _bytes;

    internal ResponseMessage(Span<byte> datagram)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(datagram.Length, Length);
        _bytes = datagram;
    }

    internal uint Sender => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);

    internal uint Receiver => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[8..]);

    internal Span<byte> Ephemeral => _bytes.Slice(12, 32);

    /// <summary>The tag over nothing.</summary>
    internal Span<byte> Empty => _bytes.Slice(44, DataMessage.TagLength);

    /// <summary>What Noise reads and writes: ephemeral and tag.</summary>
    internal Span<byte> Noise => _bytes[12..60];

    internal void WriteHeader(uint sender, uint receiver)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes, (uint)DatagramKind.Response);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes[4..], sender);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes[8..], receiver);
    }
}

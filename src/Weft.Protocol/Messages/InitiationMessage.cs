using System.Buffers.Binary;

namespace Weft.Protocol;

/// <summary>A view of the first handshake message (paper section 5.4.2).</summary>
readonly ref struct InitiationMessage
{
    internal const int Length = 148;

    readonly Span<byte> _bytes;

    internal InitiationMessage(Span<byte> datagram)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(datagram.Length, Length);
        _bytes = datagram;
    }

    internal uint Sender => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);

    internal Span<byte> Ephemeral => _bytes.Slice(8, 32);

    /// <summary>Sealed public key and tag.</summary>
    internal Span<byte> Static => _bytes.Slice(40, 48);

    /// <summary>Sealed TAI64N and tag.</summary>
    internal Span<byte> Timestamp => _bytes.Slice(88, Tai64N.Length + DataMessage.TagLength);

    /// <summary>What Noise reads and writes: ephemeral, static, timestamp.</summary>
    internal Span<byte> Noise => _bytes[8..116];

    internal void WriteHeader(uint sender)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes, (uint)DatagramKind.Initiation);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes[4..], sender);
    }
}

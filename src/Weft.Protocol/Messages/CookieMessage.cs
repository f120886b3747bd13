using System.Buffers.Binary;

namespace Weft.Protocol;

/// <summary>A view of a cookie reply (paper section 5.4.7).</summary>
readonly ref struct CookieMessage
{
    internal const int Length = 64;
    internal const int NonceLength = 24;
    internal const int CookieLength = 16;

    readonly Span<byte> _bytes;

    internal CookieMessage(Span<byte> datagram)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(datagram.Length, Length);
        _bytes = datagram;
    }

    internal uint Receiver => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);

    internal Span<byte> Nonce => _bytes.Slice(8, NonceLength);

    /// <summary>Sealed cookie and tag.</summary>
    internal Span<byte> Sealed => _bytes[(8 + NonceLength)..];

    internal void WriteHeader(uint receiver)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes, (uint)DatagramKind.Cookie);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes[4..], receiver);
    }
}

using System.Buffers.Binary;

namespace Weft.Protocol;

/// <summary>
/// A view of the IP packet inside a tunnel: what routing needs of its header (RFC 791, RFC 8200). Only
/// <see cref="TryRead"/> makes one, so a header is complete.
/// </summary>
public readonly ref struct InnerPacket
{
    const int HeaderLengthV4 = 20;
    const int HeaderLengthV6 = 40;

    readonly ReadOnlySpan<byte> _bytes;

    InnerPacket(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>
    /// Reads a packet, which may be followed by padding. False when it is neither IPv4 nor IPv6, its header is not all
    /// there, or it says that it is longer than <paramref name="bytes"/>.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out InnerPacket packet)
    {
        packet = new InnerPacket(bytes);
        if (bytes.Length < HeaderLengthV4)
            return false;
        switch (bytes[0] >> 4)
        {
            case 4:
                int headerLength = (bytes[0] & 15) * 4;
                return headerLength >= HeaderLengthV4
                    && packet.TotalLength >= headerLength
                    && packet.TotalLength <= bytes.Length;
            case 6:
                return bytes.Length >= HeaderLengthV6 && packet.TotalLength <= bytes.Length;
            default:
                return false;
        }
    }

    public bool IsIPv6 => _bytes[0] >> 4 == 6;

    /// <summary>Bytes of the packet, header included and padding excluded.</summary>
    public int TotalLength =>
        IsIPv6
            ? HeaderLengthV6 + BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..])
            : BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    /// <summary>The TOS or traffic-class byte; ECN is in its low two bits.</summary>
    public byte TrafficClass => IsIPv6 ? (byte)(BinaryPrimitives.ReadUInt16BigEndian(_bytes) >> 4) : _bytes[1];

    /// <summary>Only of an IPv4 packet.</summary>
    public uint SourceV4 => BinaryPrimitives.ReadUInt32BigEndian(_bytes[12..]);

    /// <summary>Only of an IPv4 packet.</summary>
    public uint DestinationV4 => BinaryPrimitives.ReadUInt32BigEndian(_bytes[16..]);

    /// <summary>Only of an IPv6 packet.</summary>
    public UInt128 SourceV6 => BinaryPrimitives.ReadUInt128BigEndian(_bytes[8..]);

    /// <summary>Only of an IPv6 packet.</summary>
    public UInt128 DestinationV6 => BinaryPrimitives.ReadUInt128BigEndian(_bytes[24..]);
}

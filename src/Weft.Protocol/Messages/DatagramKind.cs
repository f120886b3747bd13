using System.Buffers.Binary;

namespace Weft.Protocol;

/// <summary>What a datagram is by its first word and its length (paper section 5.4); the values are the type on the wire.</summary>
public enum DatagramKind
{
    /// <summary>Nothing of WireGuard's: drop it.</summary>
    None = 0,
    Initiation = 1,
    Response = 2,
    Cookie = 3,
    Data = 4,
}

/// <summary>Sorts datagrams before anything else is done with them.</summary>
public static class Datagram
{
    /// <summary>Bytes of the longest handshake message.</summary>
    public const int LongestHandshake = InitiationMessage.Length;

    /// <summary>Where an initiation's mac2 stands, which is zero unless the sender was given a cookie.</summary>
    public const int InitiationMac2 = InitiationMessage.Length - Mac2Length;
    public const int Mac2Length = Macs.MacLength;

    /// <summary>
    /// The type is a 32-bit little-endian word, so the three reserved bytes must be zero. Handshake messages have
    /// exactly one length; data has a least one.
    /// </summary>
    public static DatagramKind KindOf(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < DataMessage.MinimumLength)
            return DatagramKind.None;
        return BinaryPrimitives.ReadUInt32LittleEndian(datagram) switch
        {
            (uint)DatagramKind.Data => DatagramKind.Data,
            (uint)DatagramKind.Initiation when datagram.Length == InitiationMessage.Length => DatagramKind.Initiation,
            (uint)DatagramKind.Response when datagram.Length == ResponseMessage.Length => DatagramKind.Response,
            (uint)DatagramKind.Cookie when datagram.Length == CookieMessage.Length => DatagramKind.Cookie,
            _ => DatagramKind.None,
        };
    }
}

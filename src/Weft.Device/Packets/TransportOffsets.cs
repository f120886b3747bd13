namespace Weft.Device;

/// <summary>Where things stand in the headers that are cut and joined (RFC 791, 8200, 9293, 768).</summary>
static class TransportOffsets
{
    public const int V4HeaderLength = 20;
    public const int V4TotalLength = 2;
    public const int V4Identification = 4;
    public const int V4Fragment = 6;
    public const int V4TimeToLive = 8;
    public const int V4Protocol = 9;
    public const int V4Checksum = 10;
    public const int V4Addresses = 12;
    public const int V4AddressesLength = 8;

    public const int V6HeaderLength = 40;
    public const int V6PayloadLength = 4;
    public const int V6NextHeader = 6;
    public const int V6HopLimit = 7;
    public const int V6Addresses = 8;
    public const int V6AddressesLength = 32;

    /// <summary>The header of a fragment, among the next headers.</summary>
    public const byte V6Fragment = 44;

    public const byte Tcp = 6;
    public const int TcpHeaderLength = 20;
    public const int TcpSequence = 4;
    public const int TcpDataOffset = 12;
    public const int TcpFlags = 13;
    public const int TcpChecksum = 16;
    public const byte TcpFin = 0x01;
    public const byte TcpPush = 0x08;
    public const byte TcpAck = 0x10;
    public const byte TcpCongestionWindowReduced = 0x80;

    public const byte Udp = 17;
    public const int UdpHeaderLength = 8;
    public const int UdpLength = 4;
    public const int UdpChecksum = 6;
}

using System.Runtime.InteropServices;

namespace Weft.Linux;

/// <summary>
/// The header before every packet that crosses a TUN made with IFF_VNET_HDR (struct virtio_net_hdr, in the machine's
/// byte order): what is left to do to the packet's checksum, and how to cut it into segments.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct VirtioNetHeader
{
    /// <summary>Bytes that the header takes.</summary>
    public const int Size = 10;

    public VirtioNetChecksum Checksum;
    public VirtioNetSegmentation Segmentation;

    /// <summary>Length of all headers before the payload. A hint: the kernel does not promise it.</summary>
    public ushort HeaderLength;

    /// <summary>Payload bytes of each segment.</summary>
    public ushort SegmentSize;

    /// <summary>Where the transport header starts.</summary>
    public ushort ChecksumStart;

    /// <summary>Where the checksum stands, from <see cref="ChecksumStart"/>.</summary>
    public ushort ChecksumOffset;

    /// <summary>Reads the first <see cref="Size"/> bytes.</summary>
    public static VirtioNetHeader Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<VirtioNetHeader>(bytes);

    /// <summary>Writes the first <see cref="Size"/> bytes.</summary>
    public readonly void Write(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);
}

/// <summary>VIRTIO_NET_HDR_F_*</summary>
[Flags]
public enum VirtioNetChecksum : byte
{
    None = 0,

    /// <summary>The checksum field holds the pseudo-header's sum; the rest is still to be added.</summary>
    Needed = 1,
    Valid = 2,
}

/// <summary>VIRTIO_NET_HDR_GSO_*</summary>
[Flags]
public enum VirtioNetSegmentation : byte
{
    None = 0,
    TcpV4 = 1,

    /// <summary>UDP fragmentation, long out of use; never asked for.</summary>
    UdpFragments = 3,
    TcpV6 = 4,
    UdpSegments = 5,

    /// <summary>A flag beside the kind: the super-packet carries CWR, which belongs to its first segment.</summary>
    Ecn = 0x80,
}

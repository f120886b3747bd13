using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weft.Linux;
using static Weft.Device.TransportOffsets;

namespace Weft.Device;

/// <summary>
/// A super-packet that grows: the first segment whole, then the payloads of those that follow it. Belongs to its <see
/// cref="SegmentMerger"/>, which uses it again and again.
/// </summary>
sealed class SuperPacket
{
    /// <summary>What an IPv4 header can say.</summary>
    public const int MaxLength = ushort.MaxValue;

    /// <summary>The kernel refuses UDP super-packets of more (UDP_MAX_SEGMENTS).</summary>
    const int MaxSegments = 64;

    readonly BufferSlice[] _slices = new BufferSlice[MaxSegments];
    int _count;
    int _length;
    int _segmentSize;
    uint _nextSequence;
    bool _isPushed;

    /// <summary>Nothing may follow.</summary>
    public bool IsComplete { get; private set; }

    public void Start(BufferSlice slice, in FlowSegment segment)
    {
        _slices[0] = slice;
        _count = 1;
        _length = slice.Length;
        _segmentSize = segment.PayloadLength;
        IsComplete = false;
        Took(in segment);
    }

    public bool IsSameFlow(ReadOnlySpan<byte> buffer, in FlowSegment segment) =>
        FlowSegment.TryRead(First(buffer), out FlowSegment first) && first.IsSameFlow(in segment);

    /// <summary>Takes the next segment of the flow, if cutting the super-packet again would give it back.</summary>
    public bool TryAppend(ReadOnlySpan<byte> buffer, BufferSlice slice, in FlowSegment segment)
    {
        if (
            segment.PayloadLength > _segmentSize
            || _length + segment.PayloadLength > MaxLength
            || (segment.Protocol == Tcp && segment.Sequence != _nextSequence)
            || !FlowSegment.TryRead(First(buffer), out FlowSegment first)
            || !segment.HeadersContinue(in first, _count)
        )
            return false;
        _slices[_count++] = new BufferSlice(slice.Offset + segment.HeaderLength, segment.PayloadLength);
        _length += segment.PayloadLength;
        Took(in segment);
        return true;
    }

    /// <summary>Passes the packet on, as it came if it stayed alone.</summary>
    public void Write(Span<byte> buffer, IPacketSink sink)
    {
        ReadOnlySpan<BufferSlice> slices = _slices.AsSpan(0, _count);
        if (_count == 1 || !FlowSegment.TryRead(First(buffer), out FlowSegment first))
        {
            sink.Write(default, buffer, slices[..1]);
            return;
        }
        VirtioNetHeader header = new()
        {
            Checksum = VirtioNetChecksum.Needed,
            Segmentation = Segmentation(in first),
            HeaderLength = (ushort)first.HeaderLength,
            SegmentSize = (ushort)_segmentSize,
            ChecksumStart = (ushort)first.TransportStart,
            ChecksumOffset = (ushort)(first.Protocol == Tcp ? TcpChecksum : UdpChecksum),
        };
        WriteHeaders(buffer.Slice(_slices[0].Offset, first.HeaderLength), in header, first.Protocol, first.IsIPv6);
        sink.Write(in header, buffer, slices);
    }

    ReadOnlySpan<byte> First(ReadOnlySpan<byte> buffer) => buffer.Slice(_slices[0].Offset, _slices[0].Length);

    void Took(in FlowSegment segment)
    {
        _isPushed = false;
        if (segment.Protocol == Tcp)
        {
            _nextSequence = segment.Sequence + (uint)segment.PayloadLength;
            _isPushed = (segment.Flags & TcpPush) != 0;
        }
        IsComplete = _isPushed || segment.PayloadLength < _segmentSize || _count == MaxSegments;
    }

    static VirtioNetSegmentation Segmentation(in FlowSegment first)
    {
        if (first.Protocol == Udp)
            return VirtioNetSegmentation.UdpSegments;
        return first.IsIPv6 ? VirtioNetSegmentation.TcpV6 : VirtioNetSegmentation.TcpV4;
    }

    /// <summary>Makes the first segment's headers those of the whole, with the transport's checksum left half done as the kernel wants it.</summary>
    void WriteHeaders(Span<byte> headers, in VirtioNetHeader header, byte protocol, bool isIPv6)
    {
        int transportLength = _length - header.ChecksumStart;
        ReadOnlySpan<byte> addresses;
        if (isIPv6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(headers[V6PayloadLength..], (ushort)(_length - V6HeaderLength));
            addresses = headers.Slice(V6Addresses, V6AddressesLength);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(headers[V4TotalLength..], (ushort)_length);
            Span<byte> checksum = headers[V4Checksum..];
            checksum[..sizeof(ushort)].Clear();
            MemoryMarshal.Write(checksum, InternetChecksum.Finish(InternetChecksum.Add(0, headers[..V4HeaderLength])));
            addresses = headers.Slice(V4Addresses, V4AddressesLength);
        }
        Span<byte> transport = headers[header.ChecksumStart..];
        if (protocol == Udp)
            BinaryPrimitives.WriteUInt16BigEndian(transport[UdpLength..], (ushort)transportLength);
        else if (_isPushed)
            transport[TcpFlags] |= TcpPush;
        ulong sum = InternetChecksum.PseudoHeader(addresses, protocol, transportLength);
        MemoryMarshal.Write(transport[header.ChecksumOffset..], InternetChecksum.Fold(sum));
    }
}

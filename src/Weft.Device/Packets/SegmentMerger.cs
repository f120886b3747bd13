using Weft.Linux;
using static Weft.Device.TransportOffsets;

namespace Weft.Device;

/// <summary>
/// Joins opened segments of a flow to super-packets, so that the TUN is written to once for many. Packets stay where they
/// were opened; a super-packet is a list of pieces. A flow is never reordered: whatever cannot be joined goes out behind
/// what was joined before it. One per socket; nothing is kept beyond <see cref="Flush"/>.
/// </summary>
sealed class SegmentMerger
{
    /// <summary>Flows that grow side by side in one batch; one more evicts the oldest.</summary>
    const int MaxOpen = 8;

    readonly IPacketSink _sink;
    readonly SuperPacket[] _open = new SuperPacket[MaxOpen];
    int _count;

    public SegmentMerger(IPacketSink sink, TunOffloads offloads)
    {
        _sink = sink;
        Offloads = offloads;
        for (int i = 0; i < MaxOpen; i++)
            _open[i] = new SuperPacket();
    }

    /// <summary>What the sink takes unfinished; the rest is passed on packet by packet.</summary>
    public TunOffloads Offloads { get; set; }

    /// <summary>Takes one packet.</summary>
    /// <param name="buffer">Holds it and every packet since the last flush, unmoved until the next.</param>
    /// <param name="slice">Exactly one IP packet with a complete header, without padding.</param>
    public void Add(Span<byte> buffer, BufferSlice slice)
    {
        ReadOnlySpan<byte> packet = buffer.Slice(slice.Offset, slice.Length);
        if (!FlowSegment.TryRead(packet, out FlowSegment segment))
        {
            // Of no flow that can be told, a fragment for one: it may belong behind any of them.
            Flush(buffer);
            WriteAlone(buffer, slice);
            return;
        }
        int index = Find(buffer, in segment);
        bool mayMerge = IsOffloaded(segment.Protocol) && segment.MayMerge();
        if (index >= 0)
        {
            if (mayMerge && _open[index].TryAppend(buffer, slice, in segment))
            {
                if (_open[index].IsComplete)
                    Close(buffer, index);
                return;
            }
            Close(buffer, index);
        }
        if (mayMerge && segment.HeaderLength + segment.PayloadLength <= SuperPacket.MaxLength / 2)
            Open(buffer, slice, in segment);
        else
            WriteAlone(buffer, slice);
    }

    /// <summary>Writes all that is still open.</summary>
    public void Flush(Span<byte> buffer)
    {
        for (int i = 0; i < _count; i++)
            _open[i].Write(buffer, _sink);
        _count = 0;
    }

    bool IsOffloaded(byte protocol) =>
        (Offloads & (protocol == Tcp ? TunOffloads.Tcp : TunOffloads.Udp)) != TunOffloads.None;

    int Find(ReadOnlySpan<byte> buffer, in FlowSegment segment)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_open[i].IsSameFlow(buffer, in segment))
                return i;
        }
        return -1;
    }

    void Open(Span<byte> buffer, BufferSlice slice, in FlowSegment segment)
    {
        if (_count == MaxOpen)
            Close(buffer, 0);
        _open[_count].Start(slice, in segment);
        // A pushed segment is the end of what its sender had to say: nothing follows it in a super-packet.
        if (_open[_count++].IsComplete)
            Close(buffer, _count - 1);
    }

    void Close(Span<byte> buffer, int index)
    {
        SuperPacket packet = _open[index];
        packet.Write(buffer, _sink);
        _count--;
        for (int i = index; i < _count; i++)
            _open[i] = _open[i + 1];
        _open[_count] = packet;
    }

    void WriteAlone(ReadOnlySpan<byte> buffer, BufferSlice slice) =>
        _sink.Write(default, buffer, new ReadOnlySpan<BufferSlice>(in slice));
}

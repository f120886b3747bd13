using Weft.Device;
using Weft.Linux;

namespace Weft.Tests.Device;

/// <summary>The TUN's place in tests: keeps what is written, and can cut it again as the kernel would.</summary>
sealed class RecordedPackets : IPacketSink
{
    public List<(VirtioNetHeader Header, byte[] Packet)> Written { get; } = [];

    public void Write(in VirtioNetHeader header, ReadOnlySpan<byte> buffer, ReadOnlySpan<BufferSlice> slices)
    {
        using MemoryStream packet = new();
        foreach (BufferSlice slice in slices)
            packet.Write(buffer.Slice(slice.Offset, slice.Length));
        Written.Add((header, packet.ToArray()));
    }

    public List<byte[]> Cut()
    {
        List<byte[]> packets = [];
        foreach ((VirtioNetHeader header, byte[] packet) in Written)
        {
            if (!PacketSegments.TryCreate(in header, packet, out PacketSegments segments))
                throw new InvalidOperationException("The kernel would refuse this.");
            for (int i = 0; i < segments.Count; i++)
            {
                byte[] segment = new byte[segments.Length(i)];
                segments.CopyTo(i, segment);
                packets.Add(segment);
            }
        }
        return packets;
    }

    /// <summary>Puts packets one behind the other in a buffer, with gaps as datagrams have them, and merges them.</summary>
    public static RecordedPackets Merge(IReadOnlyList<byte[]> packets, TunOffloads offloads)
    {
        const int gap = 32;
        RecordedPackets sink = new();
        SegmentMerger merger = new(sink, offloads);
        byte[] buffer = new byte[packets.Sum(p => p.Length + gap)];
        int at = 0;
        List<BufferSlice> slices = [];
        foreach (byte[] packet in packets)
        {
            packet.CopyTo(buffer, at + gap / 2);
            slices.Add(new BufferSlice(at + gap / 2, packet.Length));
            at += packet.Length + gap;
        }
        foreach (BufferSlice slice in slices)
            merger.Add(buffer, slice);
        merger.Flush(buffer);
        return sink;
    }
}

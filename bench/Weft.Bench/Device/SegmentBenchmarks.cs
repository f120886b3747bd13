using BenchmarkDotNet.Attributes;
using Weft.Device;
using Weft.Linux;
using Weft.Tests.Device;

namespace Weft.Bench.Device;

/// <summary>A super-packet of 44 segments cut, with all headers and checksums, and the segments joined again; one of TCP, one of UDP.</summary>
[BenchmarkCategory(PacketPath.Category)]
public class SegmentBenchmarks
{
    const int SegmentSize = 1368;
    const int Segments = 44;

    readonly NoSink _sink = new();
    readonly byte[] _header = new byte[100];
    byte[] _packet = [];
    byte[] _cut = [];
    BufferSlice[] _slices = [];
    VirtioNetHeader _virtio;
    SegmentMerger _merger = null!;

    [Params(false, true)]
    public bool Udp { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Flow flow = new(IsIPv6: false, IsTcp: !Udp, OptionBytes: Udp ? 0 : 12);
        byte[] payload = new byte[SegmentSize * Segments];
        new Random(1).NextBytes(payload);
        (_virtio, _packet) = TestPackets.AsSuperPacket(flow, TestPackets.Build(flow, payload), SegmentSize);
        _cut = new byte[Segments * 2048];
        Split();
        _slices =
        [
            .. Enumerable.Range(0, Segments).Select(i => new BufferSlice(i * 2048, flow.HeaderLength + SegmentSize)),
        ];
        _cut.AsSpan(0, _header.Length).CopyTo(_header);
        _merger = new SegmentMerger(_sink, TunOffloads.Tcp | TunOffloads.Udp);
        Merge();
        if (_sink.Pieces != Segments)
            throw new InvalidOperationException($"Of {Segments} segments {_sink.Pieces} were joined.");
    }

    [Benchmark]
    public int Split()
    {
        PacketSegments.TryCreate(in _virtio, _packet, out PacketSegments segments);
        for (int i = 0; i < segments.Count; i++)
            segments.CopyTo(i, _cut.AsSpan(i * 2048, 2048));
        return segments.Count;
    }

    [Benchmark]
    public void Merge()
    {
        // The last time left the super-packet's headers here.
        _header.CopyTo(_cut, 0);
        foreach (BufferSlice slice in _slices)
            _merger.Add(_cut, slice);
        _merger.Flush(_cut);
    }
}

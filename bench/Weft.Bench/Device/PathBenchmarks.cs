using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Weft.Device;
using Weft.Linux;
using Weft.Protocol;
using Weft.Tests.Device;

namespace Weft.Bench.Device;

/// <summary>
/// The whole way of a packet without the kernel: from what the TUN handed over to what the socket is given, and the same back
/// to the TUN. A super-packet of 44 segments, and one small packet; out alone, and out and in.
/// </summary>
[BenchmarkCategory(PacketPath.Category)]
[SuppressMessage("Design", "CA1001", Justification = "They live as long as the process.")]
public class PathBenchmarks
{
    readonly NoSink _sink = new();
    OutboundPath _toNowhere = null!;
    OutboundPath _toPeer = null!;
    VirtioNetHeader _virtio;
    byte[] _large = [];
    byte[] _small = [];

    [GlobalSetup]
    public void Prepare()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(TestEnd.TestTime);
        InboundPath inbound = new(b.Node, new HandshakeQueue(), _sink, TunOffloads.Tcp | TunOffloads.Udp);
        _toNowhere = new OutboundPath(a.Node, new Wire(null), _sink);
        _toPeer = new OutboundPath(a.Node, new Wire(inbound), _sink);
        Flow tcp = new(IsIPv6: false, IsTcp: true, OptionBytes: 12);
        (_virtio, _large) = TestPackets.AsSuperPacket(tcp, TestPackets.Build(tcp, new byte[1368 * 44]), 1368);
        _small = TestPackets.Build(new Flow(IsIPv6: false, IsTcp: false), new byte[64]);
        Large_out_and_in();
        if (_sink.Pieces != 44)
            throw new InvalidOperationException($"Of 44 segments {_sink.Pieces} arrived as one.");
    }

    [Benchmark]
    public void Large_out() => Pass(_toNowhere, in _virtio, _large);

    [Benchmark]
    public void Large_out_and_in() => Pass(_toPeer, in _virtio, _large);

    [Benchmark]
    public void Small_out() => Pass(_toNowhere, default, _small);

    [Benchmark]
    public void Small_out_and_in() => Pass(_toPeer, default, _small);

    static void Pass(OutboundPath path, in VirtioNetHeader header, byte[] packet)
    {
        path.Take(TestEnd.TestTime, in header, packet);
        path.Flush(TestEnd.TestTime);
    }

    /// <summary>A socket that hands everything to the other end at once, or loses it.</summary>
    sealed class Wire(InboundPath? other) : IRunOutput
    {
        readonly byte[] _inbox = new byte[ReceiveBatch.SlotSize];

        public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass) { }

        public void Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, ReadOnlySpan<Session> sessions)
        {
            if (other is null)
                return;
            foreach (UdpRun run in runs)
            {
                buffer.Slice(run.Offset, run.Length).CopyTo(_inbox);
                ReceivedMessage message = new()
                {
                    Length = run.Length,
                    SegmentSize = run.SegmentSize,
                    From = new UdpAddress(false, 0x0A090001, 51820, 0),
                    LocalAddress = 0x0A090002,
                };
                other.Take(TestEnd.TestTime, _inbox, in message);
                other.Flush(_inbox);
            }
        }
    }
}

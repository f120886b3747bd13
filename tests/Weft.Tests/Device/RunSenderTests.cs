using Weft.Device;
using Weft.Linux;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Device;

/// <summary>What becomes of datagrams that a kernel refuses.</summary>
public sealed class RunSenderTests
{
    const int SegmentSize = 100;

    readonly RecordingLogger _logger = new();
    readonly Refusing _socket = new();
    readonly RunSender _sender;

    public RunSenderTests() => _sender = new RunSender(_logger);

    [Theory]
    [InlineData(UdpStatus.SegmentationRefused)]
    [InlineData(UdpStatus.Invalid)]
    public void A_way_out_that_refuses_segments_gets_single_datagrams_from_then_on_and_is_named_once(UdpStatus refusal)
    {
        _socket.Answer = run => run.Length > SegmentSize ? refusal : UdpStatus.Sent;
        Send(Run(0, 250), Run(250, 100));
        Assert.Equal([(0, 100), (100, 100), (200, 50), (250, 100)], _socket.Sent);
        Assert.False(_socket.Segments);

        _socket.Refused = 0;
        Send(Run(0, 250));
        Assert.Equal(0, _socket.Refused);
        Assert.Equal(7, _socket.Sent.Count);

        // The socket of another port finds the same out, and says nothing of it.
        _socket.Segments = true;
        Send(Run(0, 250));
        Assert.False(_socket.Segments);
        Assert.Single(_logger.Lines);
    }

    [Fact]
    public void A_target_that_cannot_be_sent_to_is_not_taken_for_a_lack_of_segmentation()
    {
        _socket.Answer = _ => UdpStatus.Invalid;
        Send(Run(0, 250));
        Assert.True(_socket.Segments);
        Assert.Empty(_logger.Lines);
        Assert.Empty(_socket.Sent);
    }

    [Fact]
    public void Segments_too_long_for_the_way_go_one_by_one_and_segmentation_stays()
    {
        _socket.Answer = run => run.Length > SegmentSize ? UdpStatus.TooLong : UdpStatus.Sent;
        Send(Run(0, 250), Run(250, 300));
        Assert.Equal(6, _socket.Sent.Count);
        Assert.True(_socket.Segments);
        Assert.Empty(_logger.Lines);
    }

    [Fact]
    public void An_older_kernel_that_calls_them_invalid_is_not_taken_for_one_that_cannot_segment()
    {
        _socket.WayTakes = SegmentSize - 1;
        _socket.Answer = run => run.Length > SegmentSize ? UdpStatus.Invalid : UdpStatus.Sent;
        Send(Run(0, 250), Run(250, 300));
        Assert.Equal(6, _socket.Sent.Count);
        Assert.True(_socket.Segments);
        Assert.Empty(_logger.Lines);
    }

    [Fact]
    public void A_lost_run_is_not_tried_again_and_the_next_one_leaves()
    {
        _socket.Answer = run => run.Offset == 0 ? UdpStatus.Lost : UdpStatus.Sent;
        Send(Run(0, 250), Run(250, 300));
        Assert.Equal([(250, 300)], _socket.Sent);
        Assert.Equal(1, _socket.Refused);
    }

    [Theory]
    [InlineData(UdpStatus.Invalid)]
    [InlineData(UdpStatus.Unreachable)]
    public void A_source_that_is_gone_is_forgotten_and_the_run_leaves_without_it(UdpStatus refusal)
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(TestEnd.TestTime);
        Tunnel tunnel = a.Node.Peers[0];
        Assert.True(tunnel.TryGetEndpoint(out Endpoint to) && to.HasSource);
        Assert.True(tunnel.TryReserve(TestEnd.TestTime, 1, out Session? session, out _));
        _socket.Answer = run => run.Source != 0 ? refusal : UdpStatus.Sent;

        UdpRun run = UdpTransport.Run(0, 250, SegmentSize, in to, default);
        _sender.Send(_socket, new byte[1000], [run], [session]);

        Assert.Equal([(0, 250)], _socket.Sent);
        Assert.True(tunnel.TryGetEndpoint(out to));
        Assert.False(to.HasSource);
        Assert.True(_socket.Segments);
        a.Dispose();
        b.Dispose();
    }

    void Send(params UdpRun[] runs) => _sender.Send(_socket, new byte[1000], runs, default);

    static UdpRun Run(int offset, int length) =>
        new(offset, length, SegmentSize, new UdpAddress(false, 0x0A000001, 9, 0), 0, 0);

    /// <summary>A socket of a kernel that refuses what the test says.</summary>
    sealed class Refusing : IDatagramSender
    {
        public bool Segments { get; set; } = true;

        public Func<UdpRun, UdpStatus> Answer { get; set; } = _ => UdpStatus.Sent;

        /// <summary>Longest segment that the way takes.</summary>
        public int WayTakes { get; set; } = 1000;

        public bool IsTooLongForTheWay(in UdpRun run) => run.SegmentSize > WayTakes;

        /// <summary>Offset and length of what left.</summary>
        public List<(int, int)> Sent { get; } = [];

        public int Refused { get; set; }

        public int Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, out UdpStatus status)
        {
            status = UdpStatus.Sent;
            for (int i = 0; i < runs.Length; i++)
            {
                status = Answer(runs[i]);
                if (status != UdpStatus.Sent)
                {
                    Refused++;
                    return i;
                }
                Sent.Add((runs[i].Offset, runs[i].Length));
            }
            return runs.Length;
        }

        public int SendSingly(ReadOnlySpan<byte> buffer, in UdpRun run, out UdpStatus status)
        {
            status = UdpStatus.Sent;
            for (int at = 0; at < run.Length; at += run.SegmentSize)
            {
                int length = Math.Min(run.SegmentSize, run.Length - at);
                UdpRun single = run with { Offset = run.Offset + at, Length = length };
                if (Send(buffer, [single], out status) == 0)
                    return at;
            }
            return run.Length;
        }
    }
}

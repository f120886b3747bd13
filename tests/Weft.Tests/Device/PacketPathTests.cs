using System.Net;
using Weft.Crypto;
using Weft.Device;
using Weft.Linux;
using Weft.Protocol;
using Xunit;
using static Weft.Tests.Device.TestPackets;

namespace Weft.Tests.Device;

public sealed class PacketPathTests
{
    static readonly Instant s_now = TestEnd.TestTime;
    static readonly Flow s_tcp = new(IsIPv6: false, IsTcp: true, OptionBytes: 12);

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public void A_super_packet_comes_out_as_it_went_in(bool isIPv6, bool isTcp)
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        Flow flow = new(isIPv6, isTcp, OptionBytes: isTcp ? 12 : 0);
        byte[] whole = Build(flow, Bytes(40_000), flags: Ack | Push);
        (VirtioNetHeader header, byte[] packet) = AsSuperPacket(flow, whole, 1368);

        a.Outbound.Take(s_now, in header, packet);
        a.Outbound.Flush(s_now);

        (VirtioNetHeader cameHeader, byte[] came) = Assert.Single(b.Packets.Written);
        Assert.Equal(header, cameHeader);
        Assert.Equal(packet, came);
        UdpRun run = Assert.Single(a.Runs);
        Assert.Equal(Session.DatagramLength(1368 + flow.HeaderLength, 1420), run.SegmentSize);
    }

    [Fact]
    public void Small_packets_of_one_batch_leave_together_and_arrive_in_order()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        Flow udp = new(IsIPv6: false, IsTcp: false);
        List<byte[]> packets = [];
        for (int i = 0; i < 50; i++)
            packets.Add(Build(udp, Bytes(64), identification: (ushort)i));
        foreach (byte[] packet in packets)
            a.Outbound.Take(s_now, default, packet);
        a.Outbound.Flush(s_now);

        Assert.Single(a.Runs);
        Assert.Equal(packets, b.Packets.Cut());
    }

    [Fact]
    public void A_run_holds_what_the_kernel_takes_and_the_rest_follows()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        byte[] whole = Build(s_tcp, Bytes(65_000), flags: Ack | Push);
        (VirtioNetHeader header, byte[] packet) = AsSuperPacket(s_tcp, whole, 100);
        a.Outbound.Take(s_now, in header, packet);
        a.Outbound.Flush(s_now);

        Assert.All(a.Runs, r => Assert.InRange(r.Segments, 1, UdpRun.MaxSegments));
        Assert.All(a.Runs, r => Assert.InRange(r.Length, 1, UdpRun.MaxLength));
        Assert.Equal(650, a.Runs.Sum(r => r.Segments));
        Assert.Equal(whole[s_tcp.HeaderLength..], b.Packets.Cut().SelectMany(p => p.Skip(s_tcp.HeaderLength)));
    }

    [Fact]
    public void Super_packets_of_one_batch_leave_with_one_call_in_runs_as_long_as_can_be()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        const int segments = 47; // of 1368 bytes: all that a super-packet holds, and more than a run does
        byte[] stream = Bytes(5 * segments * 1368);
        int sent = a.Batches;
        uint sequence = 0;
        foreach (byte[] payload in stream.Chunk(segments * 1368))
        {
            (VirtioNetHeader header, byte[] packet) = AsSuperPacket(s_tcp, Build(s_tcp, payload, sequence), 1368);
            a.Outbound.Take(s_now, in header, packet);
            sequence += (uint)payload.Length;
        }
        Assert.Equal(sent, a.Batches);
        a.Outbound.Flush(s_now);

        Assert.Equal(sent + 1, a.Batches);
        Assert.Equal([45, 45, 45, 45, 45, 10], a.Runs.Select(run => run.Segments));
        Assert.Equal(stream, b.Packets.Cut().SelectMany(p => p.Skip(s_tcp.HeaderLength)));
    }

    [Fact]
    public void Congestion_marked_on_the_way_reaches_the_packet_inside()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        a.Outbound.Take(s_now, default, Build(s_tcp, Bytes(10), trafficClass: 0xB9));
        a.Outbound.Flush(s_now);

        Assert.Equal(1, Assert.Single(a.Runs).TrafficClass);
        Assert.Equal(0xB9, Assert.Single(b.Packets.Written).Packet[1]);
    }

    [Fact]
    public void A_source_that_is_not_the_peers_is_dropped_and_not_counted()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        ulong before = b.Node.Peers[0].ReceivedBytes;
        a.Outbound.Take(s_now, default, Build(s_tcp with { Host = 77 }, Bytes(10)));
        a.Outbound.Flush(s_now);

        Assert.Single(a.Runs);
        Assert.Empty(b.Packets.Written);
        Assert.Equal(before, b.Node.Peers[0].ReceivedBytes);
    }

    [Fact]
    public void Both_ends_count_the_same_bytes()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        Assert.Equal(a.Node.Peers[0].SentBytes, b.Node.Peers[0].ReceivedBytes);
        for (int i = 0; i < 10; i++)
            a.Outbound.Take(s_now, default, Build(s_tcp, Bytes(i * 100), (uint)i * 1000));
        a.Outbound.Flush(s_now);

        Assert.Equal(a.Node.Peers[0].SentBytes, b.Node.Peers[0].ReceivedBytes);
        Assert.Equal(b.Node.Peers[0].SentBytes, a.Node.Peers[0].ReceivedBytes);
    }

    [Fact]
    public void Packets_before_the_handshake_wait_and_then_go_in_order()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        // With a new key, the other end does not know us any more.
        using PrivateKey key = PrivateKey.Generate();
        a.Node.SetPrivateKey(key);
        List<byte[]> packets = [];
        for (int i = 0; i < 3; i++)
        {
            packets.Add(Build(s_tcp, Bytes(100), (uint)i * 100, (ushort)i));
            a.Outbound.Take(s_now, default, packets[i]);
        }
        a.Outbound.Flush(s_now);
        Assert.Empty(b.Packets.Written);

        Tunnel peer = b.Node.AddPeer(a.Node.PublicKey!.Value)!;
        b.Node.AllowIp(peer, System.Net.IPNetwork.Parse("10.0.0.0/30"));
        for (int i = 0; i < 4; i++)
        {
            a.Tick(s_now);
            b.Tick(s_now);
        }

        Assert.Equal(packets, b.Packets.Cut());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_packet_for_nobody_or_for_a_peer_without_an_endpoint_is_answered_with_unreachable(bool isSomebodys)
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        a.Node.DisallowAllIps(a.Node.Peers[0]);
        if (isSomebodys)
        {
            Tunnel silent = a.Node.AddPeer(new PublicKey(Bytes(32)))!;
            a.Node.AllowIp(silent, IPNetwork.Parse("0.0.0.0/0"));
            a.Node.AllowIp(silent, IPNetwork.Parse("::/0"));
        }
        foreach (bool isIPv6 in new[] { false, true })
        {
            byte[] packet = Build(new Flow(isIPv6, IsTcp: true), Bytes(2000));
            a.Outbound.Take(s_now, default, packet);
            byte[] reply = a.Replies.Written[^1].Packet;
            int header = isIPv6 ? 40 : 20;
            Assert.Equal(isIPv6 ? (1, 3) : (3, 1), (reply[header], reply[header + 1]));
            Assert.Equal(isIPv6 ? 1280 : 576, reply.Length);
            Assert.Equal(packet[..(reply.Length - header - 8)], reply[(header + 8)..]);
            Assert.Equal(
                packet.AsSpan(isIPv6 ? 8 : 12, isIPv6 ? 16 : 4),
                reply.AsSpan(isIPv6 ? 24 : 16, isIPv6 ? 16 : 4)
            );
            Assert.Equal(0xFFFF, isIPv6 ? SumWithPseudo(reply) : Sum(reply.AsSpan(20)));
            a.Outbound.Take(s_now, default, reply);
        }
        Assert.Equal(2, a.Replies.Written.Count);
        Assert.Empty(a.Runs);
    }

    [Fact]
    public void A_datagram_of_ours_that_comes_back_is_not_sealed_again()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        Flow udp = new(IsIPv6: false, IsTcp: false);
        byte[] message = new byte[100];
        message[0] = 4;
        byte[] packet = Build(udp, message);
        Tunnel peer = a.Node.Peers[0];
        a.Node.SetEndpoint(peer, Endpoint.V4(0x0A000002, 80));
        a.Outbound.Take(s_now, default, packet);
        a.Outbound.Flush(s_now);
        Assert.Empty(a.Runs);

        // To another port of that host, or not WireGuard's: no loop.
        a.Node.SetEndpoint(peer, Endpoint.V4(0x0A000002, 81));
        a.Outbound.Take(s_now, default, packet);
        a.Node.SetEndpoint(peer, Endpoint.V4(0x0A000002, 80));
        a.Outbound.Take(s_now, default, Build(udp, Bytes(100)));
        a.Outbound.Flush(s_now);
        Assert.Equal(2, b.Packets.Written.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Wireguard_in_wireguard_goes_seven_levels_deep_and_whatever_it_was_cut_into_too(bool isFragment)
    {
        (TestEnd a, _) = TestEnd.Pair(s_now);
        byte[] message = new byte[100];
        message[0] = 4;
        byte[] packet = Build(new Flow(IsIPv6: false, IsTcp: false), message);
        if (isFragment)
            packet[7] = 10; // not the first one
        List<byte> limits = [];
        for (byte left = 255; left > 0; left = limits[^1])
        {
            packet[8] = left;
            a.Runs.Clear();
            a.Outbound.Take(s_now, default, packet);
            a.Outbound.Flush(s_now);
            limits.Add(a.Runs.Count == 0 ? (byte)0 : a.Runs[0].HopLimit);
        }
        Assert.Equal([56, 48, 40, 32, 24, 16, 8, 0], limits);
    }

    [Fact]
    public void Packets_that_are_no_wireguard_leave_with_the_hop_limit_of_the_system()
    {
        (TestEnd a, _) = TestEnd.Pair(s_now);
        byte[] packet = Build(s_tcp, Bytes(100));
        packet[8] = 1;
        a.Outbound.Take(s_now, default, packet);
        a.Outbound.Take(s_now, default, Build(new Flow(IsIPv6: true, IsTcp: false), Bytes(100)));
        a.Outbound.Flush(s_now);
        Assert.All(a.Runs, run => Assert.Equal(0, run.HopLimit));
    }

    [Fact]
    public void A_flood_for_nobody_is_answered_a_hundred_times_a_second()
    {
        (TestEnd a, _) = TestEnd.Pair(s_now);
        a.Node.DisallowAllIps(a.Node.Peers[0]);
        byte[] packet = Build(s_tcp, Bytes(10));
        for (int i = 0; i < 1000; i++)
            a.Outbound.Take(s_now, default, packet);
        Assert.InRange(a.Replies.Written.Count, 100, 102);
        int before = a.Replies.Written.Count;
        for (int i = 0; i < 1000; i++)
            a.Outbound.Take(s_now + TimeSpan.FromMilliseconds(500), default, packet);
        Assert.InRange(a.Replies.Written.Count - before, 49, 52);
    }

    [Fact]
    public void Nothing_that_the_TUN_or_the_wire_delivers_makes_the_paths_throw()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        Random random = new(4);
        byte[] bytes = new byte[3000];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            int length = random.Next(bytes.Length);
            bytes[0] = (byte)(random.Next(4) << 4 | 5);
            VirtioNetHeader header = VirtioNetHeader.Read(bytes.AsSpan(1000));
            if (length > 0)
                a.Outbound.Take(s_now, in header, bytes.AsSpan(0, length));
            bytes.AsSpan(1, 3).Clear();
            a.Send(bytes.AsSpan(0, length), Endpoint.V4(b.Address, 51820), 0);
        }
        a.Outbound.Flush(s_now);
    }

    [Fact]
    public void The_way_through_both_paths_allocates_nothing()
    {
        (TestEnd a, TestEnd b) = TestEnd.Pair(s_now);
        QuietSink quiet = new();
        InboundPath inbound = new(b.Node, new HandshakeQueue(), quiet, TunOffloads.Tcp | TunOffloads.Udp);
        Loop wire = new(a.Node, inbound);
        OutboundPath outbound = new(a.Node, wire, quiet);
        (VirtioNetHeader header, byte[] packet) = AsSuperPacket(s_tcp, Build(s_tcp, Bytes(60_000)), 1368);
        byte[] small = Build(new Flow(IsIPv6: true, IsTcp: false), Bytes(64));
        for (int i = 0; i < 50; i++)
            Pass();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++)
            Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(250 * 2, quiet.Count);

        void Pass()
        {
            outbound.Take(s_now, in header, packet);
            outbound.Take(s_now, default, small);
            outbound.Flush(s_now);
        }
    }

    static ushort SumWithPseudo(byte[] packet) =>
        Sum([
            .. packet.AsSpan(8, 32),
            0,
            0,
            (byte)((packet.Length - 40) >> 8),
            (byte)(packet.Length - 40),
            0,
            0,
            0,
            58,
            .. packet.AsSpan(40),
        ]);

    static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    sealed class QuietSink : IPacketSink
    {
        public int Count { get; private set; }

        public void Write(in VirtioNetHeader header, ReadOnlySpan<byte> buffer, ReadOnlySpan<BufferSlice> slices) =>
            Count++;
    }

    /// <summary>A wire that hands each run to the other end's path at once, without keeping anything.</summary>
    sealed class Loop(Node node, InboundPath inbound) : IRunOutput
    {
        readonly byte[] _inbox = new byte[ReceiveBatch.SlotSize];

        public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass) =>
            throw new NotSupportedException($"{node.PublicKey} had something to say of its own.");

        public void Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, ReadOnlySpan<Session> sessions)
        {
            foreach (ref readonly UdpRun run in runs)
            {
                buffer.Slice(run.Offset, run.Length).CopyTo(_inbox);
                ReceivedMessage message = new()
                {
                    Length = run.Length,
                    SegmentSize = run.SegmentSize,
                    From = new UdpAddress(false, 0x0A090001, 51820, 0),
                    LocalAddress = 0x0A090002,
                };
                inbound.Take(s_now, _inbox, in message);
                inbound.Flush(_inbox);
            }
        }
    }
}

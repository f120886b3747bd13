using FsCheck;
using FsCheck.Fluent;
using Weft.Linux;
using Xunit;
using static Weft.Tests.Device.TestPackets;

namespace Weft.Tests.Device;

public sealed class SegmentMergerTests
{
    const TunOffloads All = TunOffloads.Tcp | TunOffloads.Udp;
    static readonly Flow s_tcp = new(IsIPv6: false, IsTcp: true, OptionBytes: 12);

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public void What_was_cut_is_joined_to_what_it_was(bool isIPv6, bool isTcp)
    {
        Flow flow = new(isIPv6, isTcp, OptionBytes: isTcp ? 12 : 0);
        byte[] whole = Build(flow, Bytes(1, 61_000), flags: Ack | Push);
        (VirtioNetHeader header, byte[] packet) = AsSuperPacket(flow, whole, 1368);
        RecordedPackets cut = new();
        cut.Written.Add((header, packet));

        (VirtioNetHeader joinedHeader, byte[] joined) = Assert.Single(RecordedPackets.Merge(cut.Cut(), All).Written);

        Assert.Equal(header, joinedHeader);
        Assert.Equal(packet, joined);
    }

    [Fact]
    public void Cutting_what_was_joined_gives_back_every_flow_as_it_came()
    {
        Prop.ForAll<int>(seed =>
            {
                List<byte[]> packets = RandomTraffic(new Random(seed));
                RecordedPackets merged = RecordedPackets.Merge(packets, All);
                List<byte[]> back = merged.Cut();
                foreach (Flow flow in packets.Select(p => FlowOf(p)).Distinct())
                {
                    List<byte[]> before = [.. packets.Where(p => FlowOf(p) == flow)];
                    List<byte[]> after = [.. back.Where(p => FlowOf(p) == flow)];
                    Assert.Equal(before, after);
                }
                Assert.Equal(packets.Count, back.Count);
            })
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Flows_side_by_side_are_joined_each_for_itself()
    {
        List<byte[]> packets = [];
        for (int i = 0; i < 5; i++)
        {
            for (ushort port = 1; port <= 4; port++)
                packets.Add(Segment(s_tcp with { Port = port }, i));
        }
        Assert.Equal(4, RecordedPackets.Merge(packets, All).Written.Count);
    }

    [Fact]
    public void A_gap_in_the_sequence_is_not_joined_over()
    {
        List<byte[]> packets = [Segment(s_tcp, 0), Segment(s_tcp, 1), Segment(s_tcp, 3), Segment(s_tcp, 4)];
        Assert.Equal(2, RecordedPackets.Merge(packets, All).Written.Count);
    }

    [Fact]
    public void A_pushed_or_shorter_segment_is_the_last_of_its_super_packet()
    {
        List<byte[]> packets =
        [
            Segment(s_tcp, 0),
            Segment(s_tcp, 1, flags: Ack | Push),
            Segment(s_tcp, 2),
            Build(s_tcp, Bytes(9, 10), 1000 + 3 * 100, 3),
            Build(s_tcp, Bytes(9, 100), 1000 + 3 * 100 + 10, 4),
        ];
        RecordedPackets merged = RecordedPackets.Merge(packets, All);
        Assert.Equal(3, merged.Written.Count);
        Assert.Equal(packets, merged.Cut());
    }

    [Theory]
    [InlineData(0x11)]
    [InlineData(0x12)]
    [InlineData(0x14)]
    [InlineData(0x30)]
    [InlineData(0x50)]
    [InlineData(0x90)]
    public void Flags_other_than_ack_and_push_stay_alone(byte flags)
    {
        List<byte[]> packets = [Segment(s_tcp, 0), Segment(s_tcp, 1, flags), Segment(s_tcp, 2)];
        RecordedPackets merged = RecordedPackets.Merge(packets, All);
        Assert.Equal(3, merged.Written.Count);
        Assert.Equal(packets, merged.Cut());
    }

    [Fact]
    public void A_wrong_checksum_is_neither_joined_nor_mended()
    {
        foreach (int offset in new[] { 10, 36, 60 })
        {
            List<byte[]> packets = [Segment(s_tcp, 0), Segment(s_tcp, 1), Segment(s_tcp, 2)];
            packets[1][offset] ^= 0x40;
            RecordedPackets merged = RecordedPackets.Merge(packets, All);
            Assert.Equal(3, merged.Written.Count);
            Assert.Equal(packets, merged.Cut());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(28)]
    [InlineData(34)]
    [InlineData(45)]
    public void A_difference_in_ECN_life_time_acknowledgement_window_or_options_keeps_segments_apart(int offset)
    {
        byte[] other = Segment(s_tcp, 1);
        other[offset] ^= 1;
        Mend(other);
        Assert.True(ChecksumsAreRight(other));
        Assert.Equal(2, RecordedPackets.Merge([Segment(s_tcp, 0), other], All).Written.Count);
    }

    [Fact]
    public void Empty_acknowledgements_go_out_behind_the_data_before_them()
    {
        List<byte[]> packets = [Segment(s_tcp, 0), Segment(s_tcp, 1), Build(s_tcp, [], 1200, 2), Segment(s_tcp, 2)];
        RecordedPackets merged = RecordedPackets.Merge(packets, All);
        Assert.Equal(3, merged.Written.Count);
        Assert.Equal(packets, merged.Cut());
    }

    [Fact]
    public void Fragments_push_out_all_that_was_joined_before()
    {
        byte[] fragment = Segment(s_tcp, 9);
        fragment[6] = 0x20;
        List<byte[]> packets = [Segment(s_tcp, 0), fragment, Segment(s_tcp, 1)];
        RecordedPackets merged = RecordedPackets.Merge(packets, All);
        Assert.Equal(packets, merged.Cut());
    }

    [Fact]
    public void Datagrams_without_a_checksum_are_not_joined()
    {
        Flow flow = new(IsIPv6: false, IsTcp: false);
        byte[] plain = Build(flow, Bytes(1, 100), identification: 1);
        plain[26] = plain[27] = 0;
        Assert.Equal(
            2,
            RecordedPackets.Merge([plain, Build(flow, Bytes(2, 100), identification: 2)], All).Written.Count
        );
    }

    [Fact]
    public void Nothing_is_joined_that_the_TUN_does_not_take()
    {
        Flow udp = new(IsIPv6: true, IsTcp: false);
        List<byte[]> packets =
        [
            Segment(s_tcp, 0),
            Segment(s_tcp, 1),
            Build(udp, Bytes(1, 50)),
            Build(udp, Bytes(2, 50)),
        ];
        Assert.Equal(4, RecordedPackets.Merge(packets, TunOffloads.None).Written.Count);
        Assert.Equal(3, RecordedPackets.Merge(packets, TunOffloads.Tcp).Written.Count);
        Assert.Equal(2, RecordedPackets.Merge(packets, All).Written.Count);
    }

    [Fact]
    public void A_super_packet_holds_no_more_than_a_length_field_can_say()
    {
        List<byte[]> packets = [];
        for (int i = 0; i < 60; i++)
            packets.Add(Build(s_tcp, Bytes(i, 1400), 1000 + (uint)i * 1400, (ushort)i));
        RecordedPackets merged = RecordedPackets.Merge(packets, All);
        Assert.Equal([46, 14], merged.Written.Select(w => (w.Packet.Length - s_tcp.HeaderLength) / 1400));
        Assert.Equal(packets, merged.Cut());
    }

    static byte[] Segment(Flow flow, int index, byte flags = Ack) =>
        Build(flow, Bytes(index, 100), 1000 + (uint)index * 100, (ushort)index, flags);

    static List<byte[]> RandomTraffic(Random random)
    {
        Flow[] flows =
        [
            .. Enumerable
                .Range(1, random.Next(1, 12))
                .Select(i => new Flow(random.Next(2) == 0, random.Next(4) != 0, Port: (ushort)i)),
        ];
        uint[] sequences = new uint[flows.Length];
        ushort[] identifications = new ushort[flows.Length];
        List<byte[]> packets = [];
        int count = random.Next(1, 200);
        while (packets.Count < count)
        {
            int i = random.Next(flows.Length);
            int size = random.Next(5) == 0 ? random.Next(0, 200) : 200;
            byte flags = random.Next(8) switch
            {
                0 => Ack | Push,
                1 => (byte)random.Next(256),
                _ => Ack,
            };
            for (int run = random.Next(1, 6); run > 0; run--)
            {
                byte ecn = (byte)(random.Next(20) == 0 ? random.Next(4) : 0);
                byte[] packet = Build(
                    flows[i],
                    Bytes(packets.Count, size),
                    sequences[i],
                    identifications[i]++,
                    flags,
                    ecn
                );
                if (random.Next(30) == 0)
                    packet[^1] ^= 1;
                packets.Add(packet);
                sequences[i] += (uint)(random.Next(20) == 0 ? random.Next(400) : size);
            }
        }
        return packets;
    }

    /// <summary>Makes the checksums right again after a byte was changed.</summary>
    static void Mend(byte[] packet)
    {
        Flow flow = FlowOf(packet);
        packet[10] = packet[11] = 0;
        ushort ip = (ushort)~Sum(packet.AsSpan(0, 20));
        (packet[10], packet[11]) = ((byte)(ip >> 8), (byte)ip);
        (_, byte[] partial) = AsSuperPacket(flow, packet, 1);
        int field = flow.TransportStart + 16;
        (packet[field], packet[field + 1]) = (partial[field], partial[field + 1]);
        ushort tcp = (ushort)~Sum(packet.AsSpan(flow.TransportStart));
        (packet[field], packet[field + 1]) = ((byte)(tcp >> 8), (byte)tcp);
    }

    static byte[] Bytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

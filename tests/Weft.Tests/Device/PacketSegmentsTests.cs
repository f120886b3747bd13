using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Weft.Device;
using Weft.Linux;
using Xunit;

namespace Weft.Tests.Device;

public sealed class PacketSegmentsTests
{
    public static TheoryData<bool, bool> Families =>
        new()
        {
            { false, true },
            { true, true },
            { false, false },
            { true, false },
        };

    [Theory]
    [MemberData(nameof(Families))]
    public void A_super_packet_is_cut_into_finished_segments(bool isIPv6, bool isTcp)
    {
        Flow flow = new(isIPv6, isTcp, OptionBytes: isTcp ? 12 : 0);
        byte[] payload = Bytes(seed: 3, 3500);
        byte[] whole = TestPackets.Build(flow, payload, sequence: uint.MaxValue - 700, identification: 0xFFFF);
        List<byte[]> segments = Cut(flow, whole, segmentSize: 1000);

        Assert.Equal([1000, 1000, 1000, 500], segments.Select(s => s.Length - flow.HeaderLength));
        Assert.All(segments, s => Assert.True(TestPackets.ChecksumsAreRight(s)));
        Assert.Equal(payload, segments.SelectMany(s => s.Skip(flow.HeaderLength)));
        for (int i = 0; i < segments.Count; i++)
        {
            Assert.Equal(segments[i].Length, isIPv6 ? 40 + Word(segments[i], 4) : Word(segments[i], 2));
            if (!isIPv6)
                Assert.Equal((ushort)(0xFFFF + i), Word(segments[i], 4));
            if (isTcp)
                Assert.Equal(
                    uint.MaxValue - 700 + (uint)i * 1000,
                    BinaryPrimitives.ReadUInt32BigEndian(segments[i].AsSpan(flow.TransportStart + 4))
                );
            else
                Assert.Equal(segments[i].Length - flow.TransportStart, Word(segments[i], flow.TransportStart + 4));
        }
    }

    [Fact]
    public void Fin_and_push_go_with_the_last_segment_and_CWR_with_the_first()
    {
        const byte fin = 0x01;
        const byte cwr = 0x80;
        Flow flow = new(IsIPv6: false, IsTcp: true);
        byte flags = TestPackets.Ack | TestPackets.Push | fin | cwr;
        List<byte[]> segments = Cut(flow, TestPackets.Build(flow, Bytes(4, 250), flags: flags), 100);

        Assert.Equal(
            [TestPackets.Ack | cwr, TestPackets.Ack, TestPackets.Ack | TestPackets.Push | fin],
            segments.Select(s => (int)s[33])
        );
    }

    [Fact]
    public void A_checksum_that_the_kernel_left_is_finished()
    {
        foreach (bool isTcp in new[] { true, false })
        {
            Flow flow = new(IsIPv6: true, isTcp);
            byte[] whole = TestPackets.Build(flow, Bytes(5, 333));
            (VirtioNetHeader header, byte[] packet) = TestPackets.AsSuperPacket(flow, whole, 1);
            header.Segmentation = VirtioNetSegmentation.None;

            Assert.Equal(whole, Assert.Single(Cut(header, packet)));
        }
    }

    [Fact]
    public void A_packet_that_is_finished_stays_as_it_is()
    {
        byte[] whole = TestPackets.Build(new Flow(false, true), Bytes(6, 77));
        whole[36] ^= 1;

        Assert.Equal(whole, Assert.Single(Cut(default, whole)));
    }

    [Fact]
    public void Headers_that_do_not_fit_the_packet_are_refused()
    {
        Flow flow = new(IsIPv6: false, IsTcp: true);
        (VirtioNetHeader good, byte[] packet) = TestPackets.AsSuperPacket(
            flow,
            TestPackets.Build(flow, Bytes(7, 500)),
            100
        );
        Assert.True(IsTaken(good));
        Assert.False(IsTaken(good with { SegmentSize = 0 }));
        Assert.False(IsTaken(good with { ChecksumStart = 0 }));
        Assert.False(IsTaken(good with { ChecksumStart = 530 }));
        Assert.False(IsTaken(good with { ChecksumOffset = ushort.MaxValue }));
        Assert.False(IsTaken(good with { Segmentation = VirtioNetSegmentation.TcpV6 }));
        Assert.False(IsTaken(good with { Segmentation = VirtioNetSegmentation.UdpFragments }));
        Assert.False(IsTaken(good with { Segmentation = (VirtioNetSegmentation)99 }));

        bool IsTaken(VirtioNetHeader header) => PacketSegments.TryCreate(in header, packet, out _);
    }

    [Fact]
    public void No_header_makes_it_throw()
    {
        Prop.ForAll<int>(seed =>
            {
                Random random = new(seed);
                byte[] header = new byte[VirtioNetHeader.Size];
                random.NextBytes(header);
                header[1] = (byte)random.Next(7);
                header[7] = header[9] = 0;
                Flow flow = new(random.Next(2) == 0, random.Next(2) == 0);
                byte[] packet = TestPackets.Build(flow, Bytes(seed, random.Next(1, 3000)));
                Cut(VirtioNetHeader.Read(header), packet);
            })
            .QuickCheckThrowOnFailure();
    }

    static List<byte[]> Cut(Flow flow, byte[] whole, int segmentSize)
    {
        (VirtioNetHeader header, byte[] packet) = TestPackets.AsSuperPacket(flow, whole, segmentSize);
        return Cut(header, packet);
    }

    static List<byte[]> Cut(VirtioNetHeader header, byte[] packet)
    {
        List<byte[]> cut = [];
        if (!PacketSegments.TryCreate(in header, packet, out PacketSegments segments))
            return cut;
        for (int i = 0; i < segments.Count; i++)
        {
            byte[] segment = new byte[segments.LongestLength];
            cut.Add(segment[..segments.CopyTo(i, segment)]);
        }
        return cut;
    }

    static byte[] Bytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    static int Word(byte[] packet, int offset) => BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(offset));
}

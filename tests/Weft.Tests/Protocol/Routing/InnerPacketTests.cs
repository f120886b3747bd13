using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol.Routing;

public sealed class InnerPacketTests
{
    [Theory]
    [InlineData("", "nothing")]
    [InlineData("450000140000000040000000000000000000", "a header cut short")]
    [InlineData("4400001400000000400000000a0000010a000002", "a header length below 20")]
    [InlineData("4600001400000000400000000a0000010a000002", "a header longer than the packet")]
    [InlineData("4500001500000000400000000a0000010a000002", "a length beyond the end")]
    [InlineData("4500001300000000400000000a0000010a000002", "a length below the header's")]
    [InlineData("0500001400000000400000000a0000010a000002", "version 0")]
    [InlineData("6000000000003b4020010db80000000000000000000000", "an IPv6 header cut short")]
    public void Refuses(string hex, string why) =>
        Assert.False(InnerPacket.TryRead(Convert.FromHexString(hex), out _), why);

    [Fact]
    public void The_inner_length_leaves_padding_out()
    {
        byte[] padded = [0x45, 0, 0, 20, .. new byte[28]];
        Assert.True(InnerPacket.TryRead(padded, out InnerPacket packet));
        Assert.Equal(20, packet.TotalLength);
    }

    [Fact]
    public void An_ipv6_packet_may_not_say_that_it_is_longer_than_it_is()
    {
        byte[] packet = [0x60, 0, 0, 0, 0, 8, .. new byte[42]];
        Assert.True(InnerPacket.TryRead(packet, out InnerPacket whole));
        Assert.Equal(48, whole.TotalLength);
        Assert.False(InnerPacket.TryRead(packet.AsSpan(0, 47), out _));
    }

    [Fact]
    public void The_traffic_class_is_read_across_the_nibbles_of_ipv6()
    {
        byte[] packet = [0x6a, 0xb0, .. new byte[38]];
        Assert.True(InnerPacket.TryRead(packet, out InnerPacket read));
        Assert.Equal(0xab, read.TrafficClass);
    }

    [Fact]
    public void Random_bytes_are_read_without_harm()
    {
        SeededEntropy chance = new(3);
        byte[] bytes = new byte[64];
        for (int i = 0; i < 20_000; i++)
        {
            chance.Fill(bytes);
            bytes[0] = (byte)((bytes[0] & 1) == 0 ? 0x45 : 0x60);
            ReadOnlySpan<byte> some = bytes.AsSpan(0, chance.Below(65));
            if (!InnerPacket.TryRead(some, out InnerPacket packet))
                continue;
            Assert.InRange(packet.TotalLength, 20, some.Length);
            _ = packet.IsIPv6 ? packet.DestinationV6 ^ packet.SourceV6 : packet.DestinationV4 ^ packet.SourceV4;
        }
    }

    // RFC 6040 figure 4, row by row: inner, then the result for outer Not-ECT, ECT(0), ECT(1), CE; -1 is a drop.
    [Theory]
    [InlineData(0, 0, 0, 0, -1)]
    [InlineData(2, 2, 2, 1, 3)]
    [InlineData(1, 1, 1, 1, 3)]
    [InlineData(3, 3, 3, 3, 3)]
    public void Ecn_is_carried_over_as_rfc_6040_says(int inner, int notEct, int ect0, int ect1, int ce)
    {
        CheckEcn(inner, 0, notEct);
        CheckEcn(inner, 2, ect0);
        CheckEcn(inner, 1, ect1);
        CheckEcn(inner, 3, ce);
    }

    static void CheckEcn(int inner, int outer, int expected)
    {
        byte[] v4 = [0x45, (byte)(0xb8 | inner), 0, 20, 0x12, 0x34, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        ushort checksum = (ushort)~Sum(v4);
        v4[10] = (byte)(checksum >> 8);
        v4[11] = (byte)checksum;
        byte[] v6 = [0x6b, (byte)(0x85 | (inner << 4)), .. new byte[38]];
        Assert.Equal(expected >= 0, Ecn.Decapsulate((byte)(0x40 | outer), v4));
        Assert.Equal(expected >= 0, Ecn.Decapsulate((byte)(0x40 | outer), v6));
        if (expected < 0)
            return;
        Assert.Equal(0xb8 | expected, v4[1]);
        Assert.Equal(0xffff, Sum(v4));
        Assert.Equal([0x6b, (byte)(0x85 | (expected << 4))], v6[..2]);
        Assert.Equal(inner, Ecn.Encapsulate((byte)(0xb8 | inner)));
    }

    static int Sum(byte[] header)
    {
        int sum = 0;
        for (int i = 0; i < header.Length; i += 2)
            sum += (header[i] << 8) | header[i + 1];
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return sum;
    }
}

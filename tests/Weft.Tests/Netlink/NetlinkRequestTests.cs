using System.Net;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Netlink;

public sealed class NetlinkRequestTests
{
    [Fact]
    public void A_request_is_header_struct_and_padded_attributes()
    {
        NetlinkRequest request = new NetlinkRequest(24, NetlinkOptions.Ack).Struct([1, 2, 3, 4]).Put(7, (byte)9);

        byte[] bytes = request.Finish(5).ToArray();

        // length 28, type 24, flags 5 (request, ack), sequence 5, port 0; then the struct; then 5 bytes padded to 8.
        Assert.Equal([28, 0, 0, 0, 24, 0, 5, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 0, 0, 0], bytes);
    }

    [Fact]
    public void A_nested_attribute_carries_its_flag_and_the_length_of_all_inside()
    {
        NetlinkRequest request = new(16, NetlinkOptions.None);
        int nest = request.BeginNest(18);
        request.Put(1, "tun").EndNest(nest);

        byte[] attributes = request.Finish(0)[16..].ToArray();

        Assert.Equal([12, 0, 18, 0x80, 8, 0, 1, 0, (byte)'t', (byte)'u', (byte)'n', 0], attributes);
    }

    [Fact]
    public void Attributes_read_back_what_was_written_however_many_they_are()
    {
        NetlinkRequest request = new(16, NetlinkOptions.None);
        for (uint i = 0; i < 500; i++)
            request.Put(1, i);
        request.Put(2, "name").Put(3, IPAddress.Parse("fd12::1")).Put(4, (ushort)513);

        NetlinkAttributes attributes = new(request.Finish(0)[16..]);
        for (uint i = 0; i < 500; i++)
        {
            Assert.True(attributes.MoveNext());
            Assert.Equal((1, i), (attributes.Type, attributes.Number));
        }
        Assert.True(attributes.MoveNext());
        Assert.Equal("name", attributes.Text);
        Assert.True(attributes.MoveNext());
        Assert.Equal(IPAddress.Parse("fd12::1"), attributes.Address);
        Assert.True(attributes.MoveNext());
        Assert.Equal(513u, attributes.Number);
        Assert.False(attributes.MoveNext());
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 8, 0, 1 })]
    [InlineData(new byte[] { 3, 0, 1, 0 })]
    [InlineData(new byte[] { 9, 0, 1, 0, 1, 2, 3, 4 })]
    public void A_malformed_run_of_attributes_ends_instead_of_reading_on(byte[] bytes)
    {
        NetlinkAttributes attributes = new(bytes);

        Assert.False(attributes.MoveNext());
    }

    [Theory]
    [InlineData(new byte[] { 15, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void A_message_whose_length_lies_is_not_read(byte[] bytes)
    {
        ReadOnlySpan<byte> datagram = bytes;

        Assert.False(NetlinkMessage.TryRead(ref datagram, out _));
    }

    [Fact]
    public void Two_messages_in_one_datagram_are_read_in_turn()
    {
        byte[] bytes =
        [
            .. new NetlinkRequest(1, NetlinkOptions.None).Struct([1]).Finish(7),
            .. new NetlinkRequest(2, NetlinkOptions.Multi).Finish(8),
        ];
        ReadOnlySpan<byte> datagram = bytes;

        Assert.True(NetlinkMessage.TryRead(ref datagram, out NetlinkMessage first));
        Assert.Equal((1, 7u, 4), (first.Type, first.Sequence, first.Payload.Length));
        Assert.True(NetlinkMessage.TryRead(ref datagram, out NetlinkMessage second));
        Assert.Equal((2, 8u, 0), (second.Type, second.Sequence, second.Payload.Length));
        Assert.False(NetlinkMessage.TryRead(ref datagram, out _));
    }
}

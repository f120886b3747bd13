using System.Net;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Netlink;

public sealed class LinkMessagesTests
{
    [Theory]
    [InlineData("192.168.192.1", 24)]
    [InlineData("fd12::1", 64)]
    [InlineData("10.0.0.1", 32)]
    public void An_address_reads_back_as_written(string address, int bits)
    {
        LinkAddress wanted = new(9, IPAddress.Parse(address), bits) { Protocol = 87 };

        NetlinkRequest request = LinkMessages.WriteAddress(LinkMessages.NewAddress, NetlinkOptions.None, wanted);

        Assert.Equal(wanted, LinkMessages.ReadAddress(request.Type, Payload(request)));
    }

    [Fact]
    public void A_link_reads_back_as_written()
    {
        LinkChange change = new()
        {
            IsUp = true,
            Mtu = 1420,
            Alias = "weft",
        };

        NetlinkRequest request = LinkMessages.WriteLink(LinkMessages.NewLink, NetlinkOptions.Ack, 4, change);

        Assert.Equal(
            new Link
            {
                Index = 4,
                Name = "",
                IsUp = true,
                Mtu = 1420,
                Alias = "weft",
            },
            LinkMessages.ReadLink(request.Type, Payload(request))
        );
    }

    [Fact]
    public void A_change_leaves_the_flags_that_it_does_not_name()
    {
        byte[] payload = Payload(
            LinkMessages.WriteLink(LinkMessages.NewLink, NetlinkOptions.Ack, 4, new LinkChange { Mtu = 1280 })
        );

        Assert.All(payload[8..16], b => Assert.Equal(0, b));
    }

    static byte[] Payload(NetlinkRequest request) => request.Finish(1)[NetlinkRequest.HeaderLength..].ToArray();
}

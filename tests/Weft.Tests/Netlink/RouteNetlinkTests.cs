using System.Net;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Netlink;

/// <summary>Reads what every host has; changes need a namespace of their own and are scenario tests.</summary>
public sealed class RouteNetlinkTests
{
    [Fact]
    public void The_loopback_link_is_found_by_name_and_in_the_list()
    {
        using RouteNetlink netlink = new();

        Link? link = netlink.FindLink("lo");

        Assert.NotNull(link);
        Assert.Contains(netlink.Links(), l => l == link);
    }

    [Fact]
    public void A_link_that_is_not_there_is_null()
    {
        using RouteNetlink netlink = new();

        Assert.Null(netlink.FindLink("weft-not-here"));
    }

    [Fact]
    public void Local_addresses_are_reached_by_the_loopback_link()
    {
        using RouteNetlink netlink = new();
        Link link = netlink.FindLink("lo")!;

        Assert.Contains(netlink.Addresses(link), a => a.Address.Equals(IPAddress.Loopback) && a.PrefixLength == 8);
        Assert.Contains(netlink.Routes(), r => r.Destination == IPNetwork.Parse("127.0.0.0/8") && r.Table == 255);
        Assert.Equal(link.Index, netlink.RouteTo(IPAddress.Loopback)?.LinkIndex);
        Assert.Contains(netlink.Rules(), r => r is { IsIPv6: false, Table: Route.MainTable, Priority: 32766 });
    }

    [Fact]
    public void A_refusal_names_the_call_and_the_object_and_what_the_kernel_said()
    {
        using RouteNetlink netlink = new();
        Route route = new() { Destination = IPNetwork.Parse("10.0.0.0/8"), LinkIndex = int.MaxValue };

        NetlinkException e = Assert.Throws<NetlinkException>(() => netlink.AddRoute(route));

        Assert.Contains("RTM_NEWROUTE 10.0.0.0/8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kernels_own_words_stand_in_the_message()
    {
        using RouteNetlink netlink = new();

        NetlinkException e = Assert.Throws<NetlinkException>(() => netlink.AddLink("weft-none", "weft-no-such-kind"));

        Assert.EndsWith(": Operation not supported (Unknown device type)", e.Message, StringComparison.Ordinal);
    }
}

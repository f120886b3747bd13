using System.Net;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Netlink;

public sealed class RouteMessagesTests
{
    public static TheoryData<string, string?, uint, uint, int> Routes =>
        new()
        {
            { "10.0.3.0/24", null, 254, 0, 0 },
            { "0.0.0.0/0", "192.0.2.1", 51820, 0, 1380 },
            { "fd12:3::/64", null, 254, 1024, 0 },
            { "::/0", "fe80::1", 1000, 5, 1280 },
            { "2001:db8::1/128", null, 254, 0, 0 },
        };

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_route_reads_back_as_written(string destination, string? gateway, uint table, uint metric, int mtu)
    {
        Route route = new()
        {
            Destination = IPNetwork.Parse(destination),
            Gateway = gateway is null ? null : IPAddress.Parse(gateway),
            LinkIndex = 7,
            Table = table,
            Protocol = 87,
            Priority = metric,
            Mtu = mtu,
        };

        NetlinkRequest request = RouteMessages.Write(RouteMessages.NewRoute, NetlinkOptions.None, route);

        Assert.Equal(route, RouteMessages.Read(request.Type, Payload(request)));
    }

    [Fact]
    public void A_table_past_255_travels_in_its_attribute_and_not_cut_in_the_header()
    {
        Route route = new() { Destination = IPNetwork.Parse("10.0.0.0/8"), Table = 51820 };

        byte[] payload = Payload(RouteMessages.Write(RouteMessages.NewRoute, NetlinkOptions.None, route));

        Assert.Equal(0, payload[4]);
    }

    [Fact]
    public void An_IPv4_route_without_gateway_has_link_scope_and_its_removal_any_scope()
    {
        Route route = new() { Destination = IPNetwork.Parse("10.0.0.0/8"), LinkIndex = 3 };

        Assert.Equal(253, Payload(RouteMessages.Write(RouteMessages.NewRoute, NetlinkOptions.None, route))[6]);
        Assert.Equal(255, Payload(RouteMessages.Write(RouteMessages.DeleteRoute, NetlinkOptions.None, route))[6]);
    }

    [Theory]
    [InlineData(false, 51820u, 51820u, true, null)]
    [InlineData(true, 254u, null, false, 0)]
    public void A_rule_reads_back_as_written(bool v6, uint table, uint? mark, bool inverted, int? suppressed)
    {
        RoutingRule rule = new()
        {
            IsIPv6 = v6,
            Table = table,
            FirewallMark = mark,
            IsInverted = inverted,
            SuppressedPrefixLength = suppressed,
            Priority = 32764,
            Protocol = 87,
        };

        NetlinkRequest request = RouteMessages.Write(RouteMessages.NewRule, NetlinkOptions.None, rule);

        Assert.Equal(rule, RouteMessages.ReadRule(request.Type, Payload(request)));
    }

    [Theory]
    [InlineData("10.0.3.4", 24, "10.0.3.0/24")]
    [InlineData("10.0.3.4", 32, "10.0.3.4/32")]
    [InlineData("10.255.3.4", 9, "10.128.0.0/9")]
    [InlineData("10.0.3.4", 0, "0.0.0.0/0")]
    [InlineData("fd12:ffff::1", 17, "fd12:8000::/17")]
    public void Host_bits_are_masked(string address, int bits, string network) =>
        Assert.Equal(IPNetwork.Parse(network), LinkMessages.Network(IPAddress.Parse(address), bits));

    [Fact]
    public void Random_bytes_are_read_without_a_fault()
    {
        Random random = new(1);
        byte[] bytes = new byte[96];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            // Lengths of attributes that are often plausible reach further into the readers.
            bytes[12] = bytes[16] = (byte)random.Next(4, 24);
            bytes[13] = bytes[17] = 0;
            bytes[14] = bytes[18] = (byte)random.Next(0, 22);
            bytes[15] = bytes[19] = 0;
            bytes[0] = random.Next(2) == 0 ? (byte)2 : (byte)10;
            bytes[7] = 1;
            ReadOnlySpan<byte> payload = bytes.AsSpan(0, random.Next(bytes.Length));
            RouteMessages.Read(RouteMessages.NewRoute, payload);
            RouteMessages.ReadRule(RouteMessages.NewRule, payload);
            LinkMessages.ReadLink(LinkMessages.NewLink, payload);
            LinkMessages.ReadAddress(LinkMessages.NewAddress, payload);
        }
    }

    static byte[] Payload(NetlinkRequest request) => request.Finish(1)[NetlinkRequest.HeaderLength..].ToArray();
}

using System.Collections.Immutable;
using System.Net;
using Weft.Control;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Control;

public sealed class WantedSiteTests
{
    [Fact]
    public void Prefixes_that_the_interfaces_own_address_reaches_need_no_route()
    {
        WantedState wanted = Sites.Wanted(Sites.File());

        Assert.Equal(["10.0.2.0/24", "10.0.3.0/24"], wanted.Routes.Select(r => r.Destination.ToString()));
    }

    [Theory]
    [InlineData("::5/16")]
    [InlineData("::5/1")]
    public void An_ipv6_address_leads_to_no_ipv4_prefix(string address)
    {
        WantedState wanted = Sites.Wanted(Sites.File($"Address = {address}"));

        Assert.Contains(new WantedRoute(IPNetwork.Parse("10.0.2.0/24"), Route.MainTable), wanted.Routes);
        Assert.Contains(new WantedRoute(IPNetwork.Parse("10.0.3.0/24"), Route.MainTable), wanted.Routes);
    }

    [Theory]
    [InlineData("Table = off", "")]
    [InlineData("Table = 1000", "192.168.192.2/32 192.168.192.3/32 10.0.2.0/24 10.0.3.0/24")]
    public void The_table_of_the_file_is_followed(string line, string routes)
    {
        WantedState wanted = Sites.Wanted(Sites.File(line));

        Assert.Equal(
            routes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(),
            wanted.Routes.Select(r => r.Destination.ToString()).Order()
        );
        Assert.All(wanted.Routes, r => Assert.Equal(1000u, r.Table));
    }

    [Fact]
    public void A_table_that_is_taken_is_passed_over_for_the_default_route()
    {
        HostState host = new()
        {
            Routes = [new Route { Destination = IPNetwork.Parse("10.0.0.0/8"), Table = 51820 }],
            Rules = [new RoutingRule { IsIPv6 = false, Table = 51821 }],
        };
        string peers = Sites.TwoPeers.Replace("10.0.3.0/24", "0.0.0.0/0", StringComparison.Ordinal);

        WantedState wanted = Sites.Wanted(Sites.File(peers: peers), host);

        Assert.Equal(51822u, wanted.Device.FirewallMark);
        Assert.Contains(new WantedRoute(IPNetwork.Parse("0.0.0.0/0"), 51822), wanted.Routes);
        Assert.Contains(new Sysctl("net/ipv4/conf/all/src_valid_mark", "1"), wanted.Sysctls);
    }

    [Fact]
    public void A_site_with_a_network_behind_it_forwards_that_family_alone()
    {
        string peer = Sites.TwoPeers[..Sites.TwoPeers.LastIndexOf("[Peer]", StringComparison.Ordinal)];
        SiteFile file = Sites.File("# Weft.Lan = fd77:0:0:1::/64", peer);
        HostState host = new()
        {
            Sysctls = ImmutableDictionary<string, string>
                .Empty.Add("net/ipv6/conf/all/forwarding", "0")
                .Add("net/ipv6/conf/eth0/accept_ra", "1")
                .Add("net/ipv6/conf/eth1/accept_ra", "0"),
        };

        Assert.Equal(
            ["net.ipv6.conf.eth0.accept_ra=2", "net.ipv6.conf.all.forwarding=1"],
            Sites.Wanted(file, host).Sysctls.Select(s => s.ToString())
        );
    }

    [Fact]
    public void A_site_that_may_carry_traffic_between_its_peers_forwards() =>
        Assert.Equal(["net.ipv4.ip_forward=1"], Sites.Wanted(Sites.File()).Sysctls.Select(s => s.ToString()));

    [Fact]
    public void As_wg_quick_neither_firewall_nor_forwarding_is_touched()
    {
        WantedState wanted = Sites.Wanted(
            Sites.File("# Weft.Lan = 10.0.1.0/24"),
            options: new StartOptions { JoinNetworks = false }
        );

        Assert.Null(wanted.Firewall);
        Assert.Empty(wanted.Sysctls);
    }

    [Fact]
    public void A_port_that_changes_with_every_start_is_not_opened()
    {
        SiteFile file = Sites.File();
        SiteFile random = file with
        {
            Config = file.Config with { Interface = file.Config.Interface with { ListenPort = null } },
        };

        Assert.Equal((ushort?)51820, Sites.Wanted(file).Firewall?.Port);
        Assert.Null(Sites.Wanted(random).Firewall?.Port);
    }
}

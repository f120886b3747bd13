using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Control;

public sealed class HostPlanTests
{
    static readonly HostState s_fresh = new()
    {
        Link = new Link
        {
            Index = 5,
            Name = "wg0",
            Mtu = 1420,
        },
        Device = new DeviceStatus { Name = "wg0" },
    };

    [Fact]
    public void A_fresh_interface_is_claimed_set_addressed_raised_and_routed_in_that_order()
    {
        string[] steps = Steps(Sites.Wanted(Sites.File()), s_fresh);

        Assert.Equal(
            [
                "ip link set wg0 alias 'weft'",
                "wg set wg0 private-key (hidden) listen-port 51820 (2 peers set)",
                "ip address add 192.168.192.1/24 dev wg0",
                "ip link set wg0 up",
                "ip route add 10.0.2.0/24 dev wg0 proto 87",
                "ip route add 10.0.3.0/24 dev wg0 proto 87",
            ],
            steps
        );
    }

    [Fact]
    public void What_is_as_wanted_needs_no_step()
    {
        WantedState wanted = Sites.Wanted(Sites.File("MTU = 1380"));

        Assert.Empty(HostPlan.Interface(wanted, Sites.After(wanted, s_fresh)));
    }

    [Fact]
    public void A_peer_that_left_the_file_goes_with_its_routes_and_the_others_are_not_touched()
    {
        HostState running = Sites.After(Sites.Wanted(Sites.File()), s_fresh);
        string one = Sites.TwoPeers[..Sites.TwoPeers.LastIndexOf("[Peer]", StringComparison.Ordinal)];

        ImmutableArray<HostStep> steps = HostPlan.Interface(Sites.Wanted(Sites.File(peers: one)), running);

        Assert.Equal(
            ["wg set wg0 (1 peers removed)", "ip route del 10.0.3.0/24 dev wg0 proto 87"],
            steps.Select(s => s.ToString())
        );
        PeerConfig change = Assert.Single(Assert.IsType<ChangeDevice>(steps[0]).Change.Peers);
        Assert.Equal((Sites.Peer(3), true), (change.PublicKey, change.Remove));
    }

    [Fact]
    public void A_changed_address_goes_before_the_new_one_comes()
    {
        WantedState wanted = Sites.Wanted(Sites.File());
        HostState running = Sites.After(wanted, s_fresh) with
        {
            Addresses = [new LinkAddress(5, IPAddress.Parse("192.168.192.9"), 24) { Protocol = 87 }],
        };

        Assert.Equal(
            ["ip address del 192.168.192.9/24 dev wg0", "ip address add 192.168.192.1/24 dev wg0"],
            Steps(wanted, running)
        );
    }

    [Fact]
    public void An_address_is_ours_by_the_last_starts_word_where_the_kernel_does_not_say()
    {
        WantedState wanted = Sites.Wanted(Sites.File());
        HostState running = Sites.After(wanted, s_fresh);
        LinkAddress old = new(5, IPAddress.Parse("10.1.1.1"), 24);
        running = running with { Addresses = running.Addresses.Add(old), OwnAddresses = ["10.1.1.1/24"] };

        Assert.Equal(["ip address del 10.1.1.1/24 dev wg0"], Steps(wanted, running));
    }

    [Fact]
    public void Addresses_and_routes_that_somebody_else_made_stay()
    {
        WantedState wanted = Sites.Wanted(Sites.File());
        HostState running = Sites.After(wanted, s_fresh);
        running = running with
        {
            Addresses = running.Addresses.Add(new LinkAddress(5, IPAddress.Parse("10.9.9.9"), 32)),
            Routes = running
                .Routes.Add(Route("10.7.0.0/16", link: 5, protocol: 4))
                .Add(Route("10.8.0.0/16", link: 9, protocol: 87)),
        };

        Assert.Empty(HostPlan.Interface(wanted, running));
    }

    [Fact]
    public void A_route_of_somebody_elses_in_the_way_is_refused_before_anything_is_done()
    {
        HostState host = s_fresh with { Routes = [Route("10.0.2.0/24", link: 9, protocol: 3)] };

        OperationFailedException e = Assert.Throws<OperationFailedException>(() =>
            HostPlan.Interface(Sites.Wanted(Sites.File()), host)
        );

        Assert.Contains("10.0.2.0/24", e.Message, StringComparison.Ordinal);
        Assert.Contains("ip route del 10.0.2.0/24", e.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backup_route_with_another_metric_is_not_in_the_way()
    {
        HostState host = s_fresh with { Routes = [Route("10.0.2.0/24", link: 9, protocol: 3) with { Priority = 100 }] };

        Assert.Contains("ip route add 10.0.2.0/24 dev wg0 proto 87", Steps(Sites.Wanted(Sites.File()), host));
    }

    [Fact]
    public void Every_step_is_taken_back_by_its_inverse()
    {
        ImmutableArray<HostStep> steps = HostPlan.Interface(Sites.Wanted(Sites.File()), s_fresh);

        Assert.Equal(
            [
                "ip link set wg0 alias ''",
                "wg set wg0 private-key (hidden) listen-port 0 (2 peers removed)",
                "ip address del 192.168.192.1/24 dev wg0",
                "ip link set wg0 down",
                "ip route del 10.0.2.0/24 dev wg0 proto 87",
                "ip route del 10.0.3.0/24 dev wg0 proto 87",
            ],
            steps.Select(s => s.Inverse.ToString())
        );
    }

    [Fact]
    public void A_changed_peer_is_taken_back_to_what_it_was()
    {
        SiteFile before = Sites.File();
        HostState running = Sites.After(Sites.Wanted(before), s_fresh);
        SiteFile after = Sites.File(
            peers: Sites.TwoPeers.Replace(
                "10.0.3.0/24",
                "10.0.4.0/24\nPersistentKeepalive = 25",
                StringComparison.Ordinal
            )
        );

        ImmutableArray<HostStep> steps = HostPlan.Interface(Sites.Wanted(after), running);

        ChangeDevice back = Assert.IsType<ChangeDevice>(steps[0].Inverse);
        PeerConfig peer = Assert.Single(back.Change.Peers);
        Assert.Equal(Sites.Peer(3), peer.PublicKey);
        Assert.Equal((ushort)0, peer.PersistentKeepalive);
        Assert.True(peer.ReplaceAllowedIps);
        Assert.Equal(["192.168.192.3/32", "10.0.3.0/24"], peer.AllowedIps.Select(a => a.Prefix.ToString()));
        Assert.Null(back.Change.PrivateKey);
    }

    [Fact]
    public void A_default_route_goes_to_a_table_of_its_own_with_rules_that_spare_the_devices_packets()
    {
        string peers = Sites.TwoPeers.Replace("10.0.3.0/24", "0.0.0.0/0, ::/0", StringComparison.Ordinal);

        string[] steps = Steps(Sites.Wanted(Sites.File(peers: peers)), s_fresh);

        Assert.Contains("wg set wg0 private-key (hidden) listen-port 51820 fwmark 0xca6c (2 peers set)", steps);
        Assert.Contains("ip route add 0.0.0.0/0 table 51820 dev wg0 proto 87", steps);
        Assert.Contains("ip route add ::/0 table 51820 dev wg0 proto 87", steps);
        Assert.Equal(
            [
                "ip rule add not fwmark 0xca6c table 51820",
                "ip rule add table main suppress_prefixlength 0",
                "ip -6 rule add not fwmark 0xca6c table 51820",
                "ip -6 rule add table main suppress_prefixlength 0",
            ],
            steps[^4..]
        );
    }

    [Fact]
    public void Rules_of_a_full_tunnel_go_with_it_also_when_nothing_else_is_left()
    {
        RoutingRule rule = new()
        {
            IsIPv6 = false,
            Table = 51820,
            FirewallMark = 51820,
            IsInverted = true,
            Priority = 32765,
            Protocol = 87,
        };
        RoutingRule companion = new()
        {
            IsIPv6 = false,
            Table = 254,
            SuppressedPrefixLength = 0,
            Priority = 32764,
            Protocol = 87,
        };
        RoutingRule foreign = companion with { Protocol = 3, Priority = 100 };
        HostState host = new() { Rules = [foreign, companion, rule] };

        Assert.Equal([new RemoveRule(rule), new RemoveRule(companion)], HostPlan.Stop("wg0", host, []));

        // Another interface of ours still fills the table.
        HostState shared = host with
        {
            Routes = [Route("0.0.0.0/0", link: 9, protocol: 87) with { Table = 51820 }],
        };
        Assert.Empty(HostPlan.Stop("wg0", shared, []));
    }

    [Fact]
    public void Settings_are_put_back_only_where_they_are_not_so_already()
    {
        HostState host = new()
        {
            Sysctls = ImmutableDictionary<string, string>
                .Empty.Add("net/ipv4/ip_forward", "1")
                .Add("net/ipv6/conf/all/forwarding", "0"),
        };

        HostStep step = Assert.Single(
            HostPlan.Stop(
                "wg0",
                host,
                [new("net/ipv4/ip_forward", "0"), new("net/ipv6/conf/all/forwarding", "0"), new("net/gone", "1")]
            )
        );

        Assert.Equal("sysctl -w net.ipv4.ip_forward=0", step.ToString());
    }

    static string[] Steps(WantedState wanted, HostState actual) =>
        [.. HostPlan.Interface(wanted, actual).Select(s => s.ToString())];

    static Route Route(string destination, int link, byte protocol) =>
        new()
        {
            Destination = IPNetwork.Parse(destination),
            LinkIndex = link,
            Protocol = protocol,
        };
}

using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Control;

public sealed class WayJudgeTests
{
    static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly Link s_tinc = new()
    {
        Index = 7,
        Name = "tinc",
        Kind = "tun",
        Mtu = 1500,
        IsUp = true,
    };
    static readonly DeviceStatus s_device = new()
    {
        Name = "wg0",
        Peers =
        [
            new()
            {
                PublicKey = Sites.Peer(2),
                AllowedIps = [IPNetwork.Parse("192.168.192.2/32"), IPNetwork.Parse("10.0.2.0/24")],
            },
            new()
            {
                PublicKey = Sites.Peer(3),
                AllowedIps = [IPNetwork.Parse("192.168.192.3/32"), IPNetwork.Parse("10.0.3.0/24")],
                Endpoint = IPEndPoint.Parse("192.0.2.3:51820"),
                LastHandshake = new HandshakeTime(s_now.ToUnixTimeSeconds() - 12, 1),
            },
        ],
    };
    static readonly WaySite s_site = new("wg0", Sites.File("# Weft.Lan = 10.0.1.0/24").Config, Sites.Link, s_device);

    [Fact]
    public void The_configured_peer_is_named_with_the_mtu_of_its_interface()
    {
        Way way = new WayJudge(OverWg0("10.0.3.10")).Judge();

        Assert.Equal(WayVerdict.AsConfigured, way.Verdict);
        Assert.Equal("10.0.3.10 goes to c.example.org by wg0, as configured", way.Summary);
        Assert.Empty(way.Reasons);
        Assert.Equal(("wg0", "c.example.org", 1420), (way.Interface, way.Peer?.Site, way.Mtu));
        Assert.Equal(TimeSpan.FromSeconds(12), way.Peer?.HandshakeAge);
    }

    [Fact]
    public void A_way_to_the_endpoint_that_is_narrower_than_the_tunnel_is_said_with_the_mtu_to_set()
    {
        Way way = new WayJudge(OverWg0("10.0.3.10") with { OuterMtu = 1400 }).Judge();

        Assert.Equal(WayVerdict.AsConfigured, way.Verdict);
        Assert.Contains("MTU = 1340", Assert.Single(way.Reasons));
    }

    [Fact]
    public void A_peer_that_nobody_can_dial_and_that_never_dialled_in_is_no_way()
    {
        Way way = new WayJudge(OverWg0("10.0.2.10")).Judge();

        Assert.Equal(WayVerdict.Lost, way.Verdict);
        Assert.Contains("b.example.org has no endpoint", Assert.Single(way.Reasons));
    }

    [Fact]
    public void A_way_into_a_link_that_the_watchdog_found_dead_is_no_way()
    {
        WayFacts facts = OverWg0("192.168.192.3") with { Outage = Down };

        Way way = new WayJudge(facts).Judge();

        Assert.Equal(WayVerdict.Lost, way.Verdict);
        Assert.Contains("for 90 s: 3 probes without an answer", Assert.Single(way.Reasons));
    }

    [Fact]
    public void Another_vpn_with_a_covering_route_is_a_fallback_and_the_dead_link_the_reason()
    {
        WayFacts facts = OverTinc("10.0.3.10", "10.0.0.0/16") with { Outage = Down };

        Way way = new WayJudge(facts).Judge();

        Assert.Equal(WayVerdict.Fallback, way.Verdict);
        Assert.Equal("10.0.3.10 goes out by tinc, instead of to c.example.org by wg0", way.Summary);
        Assert.Contains("3 probes without an answer", Assert.Single(way.Reasons));
        Assert.Equal(("tinc", "c.example.org", 1500), (way.Nature?.Text, way.Configured?.Site, way.Mtu));
    }

    public static TheoryData<string, string, string> Reasons =>
        new()
        {
            { "not running", "10.0.0.0/16", "wg0 is not running: weft start wg0" },
            { "interface down", "10.0.0.0/16", "wg0 is down: weft start wg0" },
            { "route missing", "10.0.0.0/16", "The route to 10.0.3.0/24 by wg0 is not there" },
            { "narrower", "10.0.3.0/25", "A narrower route, 10.0.3.0/25 (made by hand or a program)" },
            {
                "rival",
                "10.0.3.0/24",
                "Another route to 10.0.3.0/24 (made by hand or a program) has the smaller metric"
            },
            { "rule", "10.0.0.0/16", "A policy rule sends it to another routing table" },
        };

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Why_a_packet_does_not_take_the_configured_way_is_found_out(string cause, string entry, string reason)
    {
        WayFacts facts = OverTinc("10.0.3.10", entry);
        facts = cause switch
        {
            "not running" => facts with { Sites = [s_site with { Link = null, Device = null }] },
            "interface down" => facts with { Sites = [s_site with { Link = Sites.Link with { IsUp = false } }] },
            "route missing" => facts,
            _ => facts with { Routes = [.. facts.Routes, Entry("10.0.3.0/24", Sites.Link, 87)] },
        };

        Way way = new WayJudge(facts).Judge();

        Assert.Equal(WayVerdict.Fallback, way.Verdict);
        Assert.Contains(reason, Assert.Single(way.Reasons));
    }

    [Fact]
    public void A_site_behind_a_relay_is_named_with_it_and_so_is_the_relay_that_stands_in()
    {
        string peers = Sites
            .TwoPeers.Replace("[Peer]", $"[Peer]\n# Weft.Relay = d.example.org {Sites.Peer(4)} 10.0.4.0/24")
            .Replace("10.0.2.0/24", "10.0.2.0/24, 10.0.4.0/24");
        WaySite site = s_site with { Config = Sites.File(peers: peers).Config };
        DeviceStatus Moved(int carrier) =>
            s_device with
            {
                Peers = s_device.Peers.SetItem(
                    carrier,
                    s_device.Peers[carrier] with
                    {
                        AllowedIps = [IPNetwork.Parse("10.0.4.0/24")],
                        Endpoint = IPEndPoint.Parse("192.0.2.9:1"),
                    }
                ),
            };
        WayFacts facts = OverWg0("10.0.4.10") with { Sites = [site], Outage = (_, _, name) => OfLink(name) };
        LinkOutage? OfLink(string name) => name == "d.example.org" ? new LinkOutage(s_now, "3 checks") : null;

        Way well = new WayJudge(facts with { Device = Moved(0), Outage = (_, _, _) => null }).Judge();
        Way moved = new WayJudge(facts with { Device = Moved(1) }).Judge();

        Assert.Equal("10.0.4.10 goes to d.example.org through b.example.org by wg0, as configured", well.Summary);
        Assert.Equal(WayVerdict.Fallback, moved.Verdict);
        Assert.Equal(
            "10.0.4.10 goes to d.example.org through c.example.org by wg0, instead of to d.example.org through b.example.org",
            moved.Summary
        );
        Assert.Contains("3 checks", Assert.Single(moved.Reasons));
    }

    [Fact]
    public void A_private_address_that_leaves_by_the_default_route_is_lost()
    {
        Way way = new WayJudge(OverTinc("10.0.3.10", "0.0.0.0/0")).Judge();

        Assert.Equal(WayVerdict.Lost, way.Verdict);
        Assert.Contains("where nobody can know it", way.Summary);
    }

    [Fact]
    public void An_address_that_no_file_speaks_of_is_left_to_the_host()
    {
        Way way = new WayJudge(OverTinc("198.51.100.7", "0.0.0.0/0")).Judge();

        Assert.Equal(WayVerdict.NotOurs, way.Verdict);
        Assert.Null(way.Configured);
    }

    [Fact]
    public void An_address_of_the_tunnel_that_is_no_peers_goes_nowhere()
    {
        Way way = new WayJudge(OverWg0("192.168.192.77")).Judge();

        Assert.Equal(WayVerdict.Lost, way.Verdict);
        Assert.Contains("wg0 has no peer for it", way.Summary);
    }

    [Theory]
    [InlineData(RouteKind.Blackhole, "a blackhole route swallows it")]
    [InlineData(RouteKind.Unreachable, "a route refuses it (unreachable)")]
    [InlineData(RouteKind.Prohibit, "a route forbids it (prohibit)")]
    [InlineData(null, "no route leads there")]
    public void What_goes_nowhere_is_told_apart(RouteKind? kind, string why)
    {
        WayFacts facts = OverTinc("10.0.3.10", "10.0.0.0/16") with
        {
            Answer = new RouteAnswer(kind, null),
            Link = null,
        };

        Way way = new WayJudge(facts).Judge();

        Assert.Equal(WayVerdict.Lost, way.Verdict);
        Assert.EndsWith(why, way.Summary);
        Assert.Null(way.Interface);
        Assert.NotEmpty(way.Reasons);
    }

    [Fact]
    public void A_host_that_does_not_forward_is_no_way_for_a_source_behind_it()
    {
        WayFacts facts = OverWg0("10.0.3.10") with
        {
            From = IPAddress.Parse("10.0.1.10"),
            ComesIn = s_tinc with { Name = "lan" },
            Forwards = false,
        };

        Way way = new WayJudge(facts).Judge();

        Assert.Equal(WayVerdict.Lost, way.Verdict);
        Assert.Equal("What comes in by lan is not passed on: forwarding is off.", Assert.Single(way.Reasons));
    }

    [Fact]
    public void The_sites_own_network_is_as_configured_on_a_wire_and_not_inside_a_vpn()
    {
        WayFacts facts = OverTinc("10.0.1.10", "10.0.0.0/16");
        InterfaceNature wire = new("Ethernet", false);

        Assert.Equal(WayVerdict.Fallback, new WayJudge(facts).Judge().Verdict);
        Assert.Equal(WayVerdict.AsConfigured, new WayJudge(facts with { Nature = wire }).Judge().Verdict);
    }

    [Theory]
    [InlineData(true, WayVerdict.Lost)]
    [InlineData(false, WayVerdict.Fallback)]
    public void Tunnels_that_go_through_each_other_are_named_and_lost_if_no_other_way_is_known(
        bool isCertain,
        WayVerdict verdict
    )
    {
        WayHop there = new("tinc", "tincd dials", IPAddress.Parse("192.168.192.3"), null, "wg0");
        WayHop back = new("wg0", "wg0 dials c at", IPAddress.Parse("10.0.3.1"), IPNetwork.Parse("10.0.0.0/16"), "tinc");
        WayFacts facts = OverTinc("10.0.3.10", "10.0.0.0/16") with
        {
            Outage = Down,
            Loop = new WayLoop([there, back], isCertain),
        };

        Way way = new WayJudge(facts).Judge();

        Assert.Equal(verdict, way.Verdict);
        string words = $"{way.Summary}. {string.Join(' ', way.Reasons)}";
        Assert.Contains("tinc and wg0 send their own packets through each other.", words);
        Assert.Contains("tincd dials 192.168.192.3, and a route takes that out by wg0.", words);
        Assert.Contains("wg0 dials c at 10.0.3.1, and the route to 10.0.0.0/16 takes that out by tinc.", words);
        Assert.Contains("3 probes without an answer", words);
    }

    static LinkOutage? Down(string name, PublicKey key, string peer) =>
        key == Sites.Peer(3) ? new LinkOutage(s_now.AddSeconds(-90), "3 probes without an answer") : null;

    static WayFacts OverWg0(string destination) =>
        Over(destination, Sites.Link, destination[..destination.LastIndexOf('.')] + ".0/24", 87) with
        {
            Device = s_device,
            Nature = new InterfaceNature("WireGuard", true),
        };

    static WayFacts OverTinc(string destination, string entry) =>
        Over(destination, s_tinc, entry, 3) with
        {
            Nature = InterfaceNature.Of(s_tinc, isWireGuard: false, "tincd"),
        };

    static WayFacts Over(string destination, Link link, string entry, byte protocol)
    {
        Route route = Entry(entry, link, protocol);
        return new WayFacts
        {
            Destination = IPAddress.Parse(destination),
            Answer = new RouteAnswer(RouteKind.Unicast, Entry(destination + "/32", link, 0)),
            Entry = route,
            Link = link,
            Sites = [s_site],
            Routes = [route],
            Now = s_now,
        };
    }

    static Route Entry(string destination, Link link, byte protocol) =>
        new()
        {
            Destination = IPNetwork.Parse(destination),
            LinkIndex = link.Index,
            Protocol = protocol,
        };
}

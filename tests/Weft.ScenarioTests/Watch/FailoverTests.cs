using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>
/// The wiki's chapter on several VPNs: tinc on a /16 between all sites, Weft on the /24s, and what becomes of traffic that is
/// counted ten times a second while WireGuard fails in one way or another.
/// </summary>
public sealed class FailoverTests
{
    const string AddressOfB = "198.51.100.2";

    /// <summary>Ten a second: three checks of a second each, a check's wait for answers, its phase, and both ends' difference.</summary>
    const int LostByFailing = 70;

    /// <summary>The ends come back within a check of each other, and while one has, packets go one way and answers the other.</summary>
    const int LostByReturning = 15;

    static string MeshConf =>
        ThreeSites.MeshConf.Replace("[Mesh]\n", "[Mesh]\nCheck = 1\nHoldDown = 1\n", StringComparison.Ordinal);

    [Fact]
    public async Task Traffic_flows_over_tinc_while_the_wireguard_port_of_a_site_is_cut_and_comes_back_after()
    {
        await using Lab lab = new();
        (ThreeSites three, Host a) = Start(lab);
        PingCount toB = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(2, 10));
        PingCount toC = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(3, 10));
        AssertWay(a, 0, "10.0.2.10 goes to b.example.org by wg0, as configured");
        int begun = toB.Last;

        PortCut.Whole(three.Internet, AddressOfB);
        TimeSpan noticed = WaitForWay(a, 3, "10.0.2.10 goes out by tinc, instead of to b.example.org by wg0");
        int over = toB.Settle();
        int lostByFailing = toB.LostBetween(begun, over);
        AssertWay(a, 3, "checks without an answer");

        PortCut.Lift(three.Internet);
        int lifted = toB.Last;
        WaitForWay(a, 0, "10.0.2.10 goes to b.example.org by wg0, as configured");
        WaitForWay(three.Sites[1], 0, "10.0.1.10 goes to a.example.org by wg0, as configured", "10.0.1.10");
        int back = toB.Settle();
        int lostByReturning = toB.LostBetween(lifted, back);
        int lostToC = toC.LostBetween(1, toC.Settle());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"noticed after {noticed.TotalSeconds:0.0} s; pings lost: {lostByFailing} by the cut, "
                + $"{lostByReturning} by coming back, {lostToC} to the site that was not cut"
        );
        Assert.InRange(lostByFailing, 1, LostByFailing);
        Assert.InRange(lostByReturning, 0, LostByReturning);
        Assert.Equal(0, lostToC);
    }

    [Fact]
    public async Task One_direction_cut_is_a_dead_link_at_both_ends_and_heavy_loss_is_none()
    {
        await using Lab lab = new();
        (ThreeSites three, Host a) = Start(lab);
        (Host b, Host internet) = (three.Sites[1], three.Internet);
        PingCount pings = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(2, 10));
        int downs = Downs(a, "b.example.org") + Downs(b, "a.example.org");

        PortCut.Loss(internet, AddressOfB, 40);
        int lossy = pings.Last;
        Wait.Until(() => pings.Last >= lossy + 80);
        Assert.Equal(downs, Downs(a, "b.example.org") + Downs(b, "a.example.org"));
        PortCut.Lift(internet);

        int cut = pings.Settle();
        PortCut.OneWay(internet, AddressOfB);
        WaitForWay(a, 3, "10.0.2.10 goes out by tinc");
        WaitForWay(b, 3, "10.0.1.10 goes out by tinc", "10.0.1.10");
        int over = pings.Settle();
        int lost = pings.LostBetween(cut, over);
        TestContext.Current.TestOutputHelper?.WriteLine($"pings lost: {lost} by the cut of one direction");
        Assert.InRange(lost, 1, LostByFailing);

        PortCut.Lift(internet);
        WaitForWay(a, 0, "10.0.2.10 goes to b.example.org by wg0, as configured");
    }

    [Fact]
    public async Task A_site_that_dies_whole_disturbs_nobody_else_and_comes_back_by_itself()
    {
        await using Lab lab = new();
        (ThreeSites three, Host a) = Start(lab);
        PingCount toC = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(3, 10));

        three.Sites[1].Run("ip", "link", "set", "wan", "down");
        WaitForWay(a, 3, "10.0.2.10 goes out by tinc");
        three.Sites[1].Sh("ip link set wan up; ip route add default via 198.51.100.1");
        WaitForWay(a, 0, "10.0.2.10 goes to b.example.org by wg0, as configured");
        Wait.Until(
            () => three.LanHosts[0].Try("ping", "-n", "-c", "1", "-W", "1", ThreeSites.Lan4(2, 10)).Succeeded,
            seconds: 30
        );

        Assert.Equal(0, toC.LostBetween(1, toC.Settle()));
    }

    [Fact]
    public async Task A_tunnel_whose_own_packets_would_take_the_other_vpn_and_then_itself_is_left_alone()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf(MeshConf);
        (Host a, Host b) = (three.Sites[0], three.Sites[1]);
        // Site b is dialled at its LAN address, which tinc's covering route reaches: until the tunnel takes the way to itself.
        foreach (Host site in (Host[])[a, three.Sites[2]])
        {
            string conf = File.ReadAllText(three.ConfOf(site));
            File.WriteAllText(three.ConfOf(site), conf.Replace("b.example.org:51820", "10.0.2.1:51820"));
        }

        File.WriteAllText(
            three.ConfOf(b),
            File.ReadAllText(three.ConfOf(b)).Replace("Endpoint = a.example.org:51820", "")
        );
        Tinc.Join(lab, "203.0.113.2", three.Sites);
        Array.ForEach(three.Sites, three.Start);
        PingCount toC = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(3, 10));

        WaitForWay(a, 3, "10.0.2.10 goes out by tinc");
        PingCount toB = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(2, 10));
        long before = SentPackets(a, "wg0") + SentPackets(a, "tinc");
        int begun = toB.Last;
        Wait.Until(() => toB.Last >= begun + 50);
        long sent = SentPackets(a, "wg0") + SentPackets(a, "tinc") - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{sent} packets in 5 s, for 100 pings and their answers");
        // A loop would make thousands.
        Assert.InRange(sent, 50, 1000);
        Assert.Equal(0, toC.LostBetween(1, toC.Settle()));
    }

    static (ThreeSites Three, Host A) Start(Lab lab)
    {
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf(MeshConf);
        Tinc.Join(lab, "203.0.113.2", three.Sites);
        Array.ForEach(three.Sites, three.Start);
        foreach (Host site in three.Sites)
        {
            foreach (Host other in three.Sites.Where(s => s != site))
            {
                string address = ThreeSites.Lan4(Array.IndexOf(three.Sites, other) + 1, 10);
                WaitForWay(site, 0, "as configured", address);
            }
        }

        Assert.Empty(three.UnansweredPings());
        return (three, three.Sites[0]);
    }

    static TimeSpan WaitForWay(Host site, int status, string text, string address = "10.0.2.10") =>
        Wait.Until(
            () =>
                site.Try(Programs.Weft, "route", address) is var way
                && way.Status == status
                && Flat(way).Contains(text),
            $"{site.Name}: {text}",
            seconds: 40
        );

    static void AssertWay(Host site, int status, string text, string address = "10.0.2.10")
    {
        CommandResult way = site.Try(Programs.Weft, "route", address);
        Assert.Equal(status, way.Status);
        Assert.Contains(text, Flat(way));
    }

    /// <summary>Lines are broken to fit a terminal.</summary>
    static string Flat(CommandResult way) => way.Output.Replace('\n', ' ');

    /// <summary>How often the watcher found the link dead.</summary>
    static int Downs(Host site, string peer) =>
        site.Try("cat", "/run/weft/watch/wg0/notes")
            .Output.Split("\"kind\"")
            .Count(e => e.Contains("\"down\"") && e.Contains(peer));

    static long SentPackets(Host site, string device) =>
        long.Parse(
            site.Run("cat", $"/sys/class/net/{device}/statistics/tx_packets"),
            System.Globalization.CultureInfo.InvariantCulture
        );
}

using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>Tunnels whose own packets take another tunnel, or themselves, beside real tinc.</summary>
public sealed class LoopTests
{
    [Theory]
    [InlineData("192.168.192.1")]
    [InlineData("inside.example.org")]
    public async Task Two_vpns_that_send_their_packets_through_each_other_are_named_with_what_they_dial(string dialled)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        Tinc.Join(lab, hub: "203.0.113.1", two.A, two.B);
        two.Start();
        lab.SetName("inside.example.org", "192.168.192.1");
        Tinc.Redial(lab, two.B, two.A, dialled);
        Assert.Equal(0, two.B.Try(Programs.Weft, "route", "10.0.1.10").Status);

        two.A.Run(Programs.Weft, "stop");
        string conf = two.ConfOf(two.B);
        string good = File.ReadAllText(conf);
        File.WriteAllText(conf, good.Replace("Endpoint = a.example.org:51820", "Endpoint = 10.0.1.1:51820"));
        two.B.Run(Programs.Weft, "start", conf);

        // Until the watcher takes the route to a's LAN away, the tunnel dials a through itself.
        WaitForWay(two.B, "10.0.1.10 goes nowhere: tinc and wg0 send their own packets through each other.");
        string way = Way(two.B).Output;
        Assert.Contains(
            "tincd, which has tinc open, dials 192.168.192.1, and the route to 192.168.192.0/24 takes that out by wg0.",
            way
        );
        Assert.Contains(
            "wg0 dials a.example.org at 10.0.1.1, and the route to 10.0.0.0/16 takes that out by tinc.",
            way
        );

        File.WriteAllText(conf, good);
        two.A.Run(Programs.Weft, "start", two.ConfOf(two.A));
        two.B.Run(Programs.Weft, "start", conf);
        WaitForWay(two.B, "10.0.1.10 goes to a.example.org by wg0, as configured.", status: 0);
    }

    [Fact]
    public async Task A_tunnel_whose_own_packets_would_take_the_other_vpn_and_then_itself_is_left_alone()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf(SitesWithTinc.MeshConf);
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

        SitesWithTinc.WaitForWay(a, 3, "10.0.2.10 goes out by tinc");
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

    static void WaitForWay(Host site, string text, int status = 1) =>
        Wait.Until(
            () => Way(site) is var way && way.Status == status && way.Output.Contains(text),
            text,
            seconds: TwoSites.Soon
        );

    /// <summary>In one line, which is broken to fit a terminal.</summary>
    static CommandResult Way(Host site)
    {
        CommandResult way = site.Try(Programs.Weft, "route", "10.0.1.10");
        return way with { Output = way.Output.Replace('\n', ' ') };
    }

    static long SentPackets(Host site, string device) =>
        long.Parse(
            site.Run("cat", $"/sys/class/net/{device}/statistics/tx_packets"),
            System.Globalization.CultureInfo.InvariantCulture
        );
}

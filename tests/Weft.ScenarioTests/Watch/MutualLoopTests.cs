using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>tinc that is dialled through the tunnel, and the tunnel that is dialled through tinc: neither arrives.</summary>
public sealed class MutualLoopTests
{
    [Fact]
    public async Task Two_vpns_that_send_their_packets_through_each_other_are_named_with_what_they_dial()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        Tinc.Join(lab, hub: "192.168.192.1", two.A, two.B);
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
            "tincd, which has tinc open, dials 192.168.192.1, and the route to 192.168.192.1/32 takes that out by wg0.",
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
}

using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>What becomes of traffic that is counted ten times a second while WireGuard's port is cut: tinc has it.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task Traffic_flows_over_tinc_while_the_wireguard_port_of_a_site_is_cut_and_comes_back_after()
    {
        await using Lab lab = new();
        (ThreeSites three, Host a) = SitesWithTinc.Start(lab);
        PingCount toB = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(2, 10));
        PingCount toC = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(3, 10));
        SitesWithTinc.AssertWay(a, 0, "10.0.2.10 goes to b.example.org by wg0, as configured");
        int begun = toB.Last;

        PortCut.Whole(three.Internet, SitesWithTinc.AddressOfB);
        TimeSpan noticed = SitesWithTinc.WaitForWay(
            a,
            3,
            "10.0.2.10 goes out by tinc, instead of to b.example.org by wg0"
        );
        int over = toB.Settle();
        int lostByFailing = toB.LostBetween(begun, over);
        SitesWithTinc.AssertWay(a, 3, "checks without an answer");

        PortCut.Lift(three.Internet);
        int lifted = toB.Last;
        SitesWithTinc.WaitForWay(a, 0, "10.0.2.10 goes to b.example.org by wg0, as configured");
        SitesWithTinc.WaitForWay(
            three.Sites[1],
            0,
            "10.0.1.10 goes to a.example.org by wg0, as configured",
            "10.0.1.10"
        );
        int back = toB.Settle();
        int lostByReturning = toB.LostBetween(lifted, back);
        int lostToC = toC.LostBetween(1, toC.Settle());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"noticed after {noticed.TotalSeconds:0.0} s; pings lost: {lostByFailing} by the cut, "
                + $"{lostByReturning} by coming back, {lostToC} to the site that was not cut"
        );
        Assert.InRange(lostByFailing, 1, SitesWithTinc.LostByFailing);
        Assert.InRange(lostByReturning, 0, SitesWithTinc.LostByReturning);
        Assert.Equal(0, lostToC);
    }
}

using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>A whole site dies while tinc runs beside the tunnels.</summary>
public sealed class DeadSiteTests
{
    [Fact]
    public async Task A_site_that_dies_whole_disturbs_nobody_else_and_comes_back_by_itself()
    {
        await using Lab lab = new();
        (ThreeSites three, Host a) = SitesWithTinc.Start(lab);
        PingCount toC = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(3, 10));

        three.Sites[1].Run("ip", "link", "set", "wan", "down");
        SitesWithTinc.WaitForWay(a, 3, "10.0.2.10 goes out by tinc");
        three.Sites[1].Sh("ip link set wan up; ip route add default via 198.51.100.1");
        SitesWithTinc.WaitForWay(a, 0, "10.0.2.10 goes to b.example.org by wg0, as configured");
        Wait.Until(
            () => three.LanHosts[0].Try("ping", "-n", "-c", "1", "-W", "1", ThreeSites.Lan4(2, 10)).Succeeded,
            seconds: 30
        );

        Assert.Equal(0, toC.LostBetween(1, toC.Settle()));
    }
}

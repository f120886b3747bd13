using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>What is a dead link and what is none.</summary>
public sealed class LossTests
{
    [Fact]
    public async Task One_direction_cut_is_a_dead_link_at_both_ends_and_heavy_loss_is_none()
    {
        await using Lab lab = new();
        (ThreeSites three, Host a) = SitesWithTinc.Start(lab);
        (Host b, Host internet) = (three.Sites[1], three.Internet);
        PingCount pings = PingCount.Start(three.LanHosts[0], ThreeSites.Lan4(2, 10));
        int downs = Downs(a, "b.example.org") + Downs(b, "a.example.org");

        PortCut.Loss(internet, SitesWithTinc.AddressOfB, 40);
        int lossy = pings.Last;
        Wait.Until(() => pings.Last >= lossy + 80);
        Assert.Equal(downs, Downs(a, "b.example.org") + Downs(b, "a.example.org"));
        PortCut.Lift(internet);

        int cut = pings.Settle();
        PortCut.OneWay(internet, SitesWithTinc.AddressOfB);
        SitesWithTinc.WaitForWay(a, 3, "10.0.2.10 goes out by tinc");
        SitesWithTinc.WaitForWay(b, 3, "10.0.1.10 goes out by tinc", "10.0.1.10");
        int over = pings.Settle();
        int lost = pings.LostBetween(cut, over);
        TestContext.Current.TestOutputHelper?.WriteLine($"pings lost: {lost} by the cut of one direction");
        Assert.InRange(lost, 1, SitesWithTinc.LostByFailing);

        PortCut.Lift(internet);
        SitesWithTinc.WaitForWay(a, 0, "10.0.2.10 goes to b.example.org by wg0, as configured");
    }

    /// <summary>How often the watcher found the link dead.</summary>
    static int Downs(Host site, string peer) =>
        site.Try("cat", "/run/weft/watch/wg0/notes")
            .Output.Split("\"kind\"")
            .Count(e => e.Contains("\"down\"") && e.Contains(peer));
}

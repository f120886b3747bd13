using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>The watchdog on real hosts: what it does about a link that dies, and who else notices.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task A_dead_peer_loses_its_routes_but_not_its_address_and_gets_them_back()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        Assert.True(two.HasRoute());

        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        // The way to the peer itself stays, or nobody would see it come back.
        Assert.Contains("dev wg0", two.A.Run("ip", "route", "get", "192.168.192.2"));
        Assert.Contains("192.168.192.2/32", two.A.Run(Programs.DebianWg, "show", "wg0", "allowed-ips"));

        two.Mend();
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
        Assert.True(two.Pings());
    }
}

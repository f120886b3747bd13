using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>Small works and big hangs: what every tunnel's users meet on a way that carries less than they think.</summary>
public sealed class NarrowPathTests
{
    [Fact]
    public async Task Large_transfers_pass_a_narrow_way_that_drops_fragments_and_tells_nobody()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        (Host a, Host b) = (three.Sites[0], three.Sites[1]);
        (Host lanA, Host lanB) = (three.LanHosts[0], three.LanHosts[1]);
        // As behind LTE: b's own line is narrow, what is cut in pieces on it is lost, and no host hears "packet too big".
        b.Run("ip", "link", "set", "wan", "mtu", "1400");
        three.Internet.Run("ip", "link", "set", "to-b", "mtu", "1400");
        b.Run(
            "nft",
            "table ip line { chain before { type filter hook prerouting priority -450; ip frag-off & 0x3fff != 0 drop; }; }"
        );
        foreach (Host site in (Host[])[a, b])
        {
            site.Run(
                "nft",
                "table ip silent { chain out { type filter hook output priority 0; icmp type destination-unreachable drop; }; }"
            );
        }

        Array.ForEach(three.Sites, three.Start);
        Wait.Until(() => lanA.Try("ping", "-n", "-c", "1", "-W", "1", ThreeSites.Lan4(2, 10)).Succeeded);
        // The way is as narrow as it is meant to be: a full packet of a's tunnel is lost.
        Assert.False(
            lanA.Try("ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", "-s", "1380", ThreeSites.Lan4(2, 10)).Succeeded
        );

        Assert.Equal("1320", b.Run("cat", "/sys/class/net/wg0/mtu").Trim());
        await Transfer.OverTcp(lanA, lanB, ThreeSites.Lan4(2, 10), 5_000_000);
        await Transfer.OverTcp(lanB, lanA, ThreeSites.Lan4(1, 10), 5_000_000);
    }
}

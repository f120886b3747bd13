using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>A site's file is a wg-quick file: the stock tool and ours both run it.</summary>
public sealed class WgQuickMeshTests
{
    [Fact]
    public async Task The_stock_wg_quick_runs_a_site_file_beside_sites_that_weft_runs()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        Host stock = three.Sites[0];
        // What wg-quick leaves to its user.
        stock.Forward();
        stock.Run(
            "/usr/bin/env",
            "WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go",
            "wg-quick",
            "up",
            three.ConfOf(stock)
        );
        Array.ForEach(three.Sites[1..], three.Start);
        Assert.Empty(three.UnansweredPings());
    }

    [Fact]
    public async Task Our_wg_quick_takes_the_stock_ones_place_and_leaves_nothing_when_down()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        Array.ForEach(three.Sites, site => site.Forward());
        string[] before = [.. three.Sites.Select(HostState.Capture)];

        Array.ForEach(three.Sites, site => site.Run(Programs.WgQuick, "up", three.ConfOf(site)));
        Assert.Empty(three.UnansweredPings());
        Assert.False(three.Sites[0].Try(Programs.WgQuick, "up", three.ConfOf(three.Sites[0])).Succeeded);

        Array.ForEach(three.Sites, site => site.Run(Programs.WgQuick, "down", three.ConfOf(site)));
        Assert.Equal(before, three.Sites.Select(HostState.Capture));
    }

    [Fact]
    public async Task Both_wg_quicks_leave_the_same_addresses_and_routes()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        Host site = three.Sites[0];
        string conf = three.ConfOf(site);

        site.Run("/usr/bin/env", "WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go", "wg-quick", "up", conf);
        string stock = AddressesAndRoutes(site);
        site.Run("wg-quick", "down", conf);
        site.Run(Programs.WgQuick, "up", conf);
        Assert.Equal(stock, AddressesAndRoutes(site));
    }

    // Without what says only who made a route, and without link-local addresses, which wireguard-go's interface draws.
    static string AddressesAndRoutes(Host site) =>
        site.Sh(
            """
            {
              ip -o address show dev wg0 | cut -d' ' -f2-9
              ip -4 route show dev wg0
              ip -6 route show dev wg0
            } | grep -v fe80 | sed -E 's/ proto [a-z0-9]+//; s/ +/ /g; s/ $//' | sort
            """
        );
}

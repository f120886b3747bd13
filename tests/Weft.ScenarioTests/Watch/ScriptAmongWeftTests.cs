using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>A router that is run by <c>wg.sh</c> in a mesh whose other sites are run by weft, with tinc beside both.</summary>
public sealed class ScriptAmongWeftTests
{
    [Fact]
    public async Task It_joins_the_mesh_and_leaves_to_tinc_what_wireguard_does_not_bring_there()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf(SitesWithTinc.MeshConf);
        Tinc.Join(lab, "203.0.113.2", three.Sites);
        SiteProgram script = new(lab, RunBy.Script);
        (Host a, Host b, Host c) = (three.Sites[0], script.Prepared(three.Sites[1]), three.Sites[2]);
        three.Start(a);
        script.Start(b, three.ConfOf(b));
        three.Start(c);
        // A link may fall once while the others start.
        Wait.Until(() => Goes(b, 1, "wg0") && Goes(b, 3, "wg0"), seconds: 40);
        SitesWithTinc.WaitForWay(a, 0, "as configured");
        SitesWithTinc.WaitForWay(c, 0, "as configured");
        Assert.Empty(three.UnansweredPings());

        PortCut.Whole(three.Internet, SitesWithTinc.AddressOfB);
        Wait.Until(() => Goes(b, 1, "tinc") && Goes(b, 3, "tinc"), seconds: 40);
        SitesWithTinc.WaitForWay(a, 3, "10.0.2.10 goes out by tinc");
        Assert.Equal(0, three.LanHosts[1].Try("ping", "-n", "-c", "3", "-W", "5", ThreeSites.Lan4(1, 10)).Status);
        string status = script.Run(b, "status", three.ConfOf(b));
        Assert.Contains("a.example.org DOWN", status);
        Assert.Contains("a.example.org down: 3 checks without an answer", status);

        PortCut.Lift(three.Internet);
        Wait.Until(() => Goes(b, 1, "wg0") && Goes(b, 3, "wg0"), seconds: 40);
        SitesWithTinc.WaitForWay(a, 0, "as configured");
        Assert.Equal(0, three.LanHosts[1].Try("ping", "-n", "-c", "3", "-W", "5", ThreeSites.Lan4(3, 10)).Status);
        script.Stop(b, three.ConfOf(b));
        Assert.True(Goes(b, 1, "tinc"));
    }

    /// <summary>Whether the site sends what is for a LAN by this interface.</summary>
    static bool Goes(Host site, int lan, string device) =>
        site.Run("ip", "route", "get", ThreeSites.Lan4(lan, 10)).Contains($"dev {device} ");
}

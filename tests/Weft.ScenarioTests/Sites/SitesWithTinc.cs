using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Sites;

/// <summary>
/// The wiki's chapter on several VPNs: tinc on a /16 between all sites, Weft on the /24s, and links that are checked every
/// second. Its tests are several classes, since those run beside each other.
/// </summary>
static class SitesWithTinc
{
    internal const string AddressOfB = "198.51.100.2";

    /// <summary>Ten a second: three checks of a second each, a check's wait for answers, its phase, and both ends' difference.</summary>
    internal const int LostByFailing = 70;

    /// <summary>The ends come back within a check of each other, and while one has, packets go one way and answers the other.</summary>
    internal const int LostByReturning = 15;

    internal static string MeshConf =>
        ThreeSites.MeshConf.Replace("[Mesh]\n", "[Mesh]\nCheck = 1\nHoldDown = 1\n", StringComparison.Ordinal);

    internal static (ThreeSites Three, Host A) Start(Lab lab)
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

    internal static TimeSpan WaitForWay(Host site, int status, string text, string address = "10.0.2.10") =>
        Wait.Until(
            () =>
                site.Try(Programs.Weft, "route", address) is var way
                && way.Status == status
                && Flat(way).Contains(text),
            $"{site.Name}: {text}",
            seconds: 40
        );

    internal static void AssertWay(Host site, int status, string text, string address = "10.0.2.10")
    {
        CommandResult way = site.Try(Programs.Weft, "route", address);
        Assert.Equal(status, way.Status);
        Assert.Contains(text, Flat(way));
    }

    /// <summary>Lines are broken to fit a terminal.</summary>
    static string Flat(CommandResult way) => way.Output.Replace('\n', ' ');
}

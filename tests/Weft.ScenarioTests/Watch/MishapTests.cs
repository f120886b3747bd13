using Weft.ScenarioTests.Control;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>What goes wrong around a running site: it stays, the message says what to do, and the next start converges.</summary>
public sealed class MishapTests
{
    [Fact]
    public async Task A_state_folder_that_cannot_be_written_to_stops_neither_the_tunnel_nor_the_watching()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        two.A.Sh("mount --bind /run/weft /run/weft; mount -o remount,ro,bind /run/weft");
        string conf = two.ConfOf(two.A);
        string good = File.ReadAllText(conf);
        File.WriteAllText(conf, good.Replace("[Interface]\n", "[Interface]\nMTU = 1280\n"));

        CommandResult refused = two.A.Try(Programs.Weft, "start", conf);
        Assert.Equal(1, refused.Status);
        Assert.Contains("Read-only file system", refused.Errors);
        Assert.Contains("Make /run/weft a place to write to, and run it again; what runs goes on.", refused.Errors);
        Assert.Equal("1420", two.A.Run("cat", "/sys/class/net/wg0/mtu").Trim());
        Wait.Until(two.Pings, seconds: TwoSites.Soon);

        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        two.Mend();
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);

        two.A.Run("umount", "/run/weft");
        two.A.Run(Programs.Weft, "start", conf);
        Assert.Equal("1280", two.A.Run("cat", "/sys/class/net/wg0/mtu").Trim());
    }

    [Fact]
    public async Task A_start_that_is_killed_at_any_step_is_completed_by_the_next()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string conf = new SiteConf(lab).Write();
        string before = HostState.Capture(host);
        host.Run(Programs.Weft, "start", conf);
        string good = HostState.Capture(host);
        host.Run(Programs.Weft, "stop", "wg0");

        foreach (string after in (string[])["0.15", "0.25", "0.35", "0.5", "0.7"])
        {
            _ = host.Try("timeout", "-s", "KILL", after, Programs.Weft, "start", conf);
            host.Run(Programs.Weft, "start", conf);
            Wait.Until(() => HostState.Capture(host) == good);
            Assert.Contains("nothing to change", host.Run(Programs.Weft, "start", conf));
            host.Run(Programs.Weft, "stop", "wg0");
            Wait.Until(() => HostState.Capture(host) == before);
        }
    }
}

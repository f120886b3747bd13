using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Deploy;

/// <summary><c>weft deploy</c> to a site whose own notes somebody cut, or wrote over.</summary>
public sealed class FarStateTests
{
    [Fact]
    public async Task A_site_whose_state_is_torn_runs_on_and_converges()
    {
        await using Lab lab = new();
        SshSites one = SshSites.Lay(lab, 1);
        Host site = one.Sites[0];
        Assert.Equal("deployed", one.Outcomes());
        string made = File.ReadAllText(one.MadeFileOf(site));
        string device = site.Sh("pgrep -f '[w]eft device'");

        // Its file is cut in the middle.
        site.Sh($"truncate -s 60 {one.FileOf(site)}");
        Assert.Equal("deployed", one.Outcomes());
        Assert.Equal("unchanged", one.Outcomes());

        // A note says that something is on trial, and cannot be read.
        site.Sh("mkdir -p /run/weft/trial; echo '{\"until\":' >/run/weft/trial/wg0");
        Assert.Matches("refused .*something is on trial there already|unchanged", one.Deploy().Output);
        Wait.Until(() => one.Outcomes() == "unchanged", seconds: 60);

        // With these nobody knows what runs there: the watcher, or else somebody at the site.
        foreach (string file in (string[])["/run/weft/wg0", "/run/weft/applied/wg0.conf"])
        {
            site.Sh($"pkill -f '[w]eft watch'; printf 'torn' >{file}");
            CommandResult lost = one.Deploy();
            Assert.Equal(1, lost.Status);
            Assert.Matches("refused .*what it was started from is not known any more", lost.Output);
            Assert.Contains($"Start {one.FileOf(site)} without --confirm once", lost.Output);
            site.Run(Programs.Weft, "start", one.FileOf(site));
            Assert.Equal("unchanged", one.Outcomes());
        }

        Assert.Equal(made, File.ReadAllText(one.FileOf(site)));
        Assert.Equal(device, site.Sh("pgrep -f '[w]eft device'"));
    }
}

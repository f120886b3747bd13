using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Deploy;

/// <summary>Deploying what cuts links unless it is done in the right order.</summary>
public sealed class DeployOrderTests
{
    /// <summary>Ten a second: a handshake and a look of each watcher, on a machine that has much else to do.</summary>
    const int MostLostByTakingTheKey = 10;

    [Fact]
    public async Task A_rekey_is_deployed_from_end_to_end()
    {
        await using Lab lab = new();
        SshSites three = SshSites.Lay(lab, 3, "Check = 1");
        Assert.Equal("deployed deployed deployed", three.Outcomes());
        Host site = three.Sites[2];
        string old = site.Run(Programs.DebianWg, "show", "wg0", "public-key").Trim();
        PingCount[] pings =
        [
            PingCount.Start(three.Sites[0], "10.0.3.1", "10.0.1.1"),
            PingCount.Start(three.Sites[1], "10.0.3.1", "10.0.2.1"),
            PingCount.Start(site, "10.0.1.1", "10.0.3.1"),
        ];

        Rekey(three, "");
        Assert.Equal("deployed deployed unchanged", three.Outcomes());
        Rekey(three, "--finish");
        // Without the site itself, the others would forget a key that is in use.
        CommandResult early = three.Deploy("s1.example.org", "s2.example.org");
        Assert.Equal(1, early.Status);
        Assert.Matches("s1.example.org +held back .*s3.example.org still uses the key", early.Output);
        Assert.Contains("2 held back", early.Output);
        Assert.Contains("after s3.example.org", three.Deploy("--check").Output);
        Assert.Equal("deployed deployed deployed", three.Outcomes());

        int[] lost = [.. pings.Select(ping => ping.LostBetween(ping.Answered.Min(), ping.Settle()))];
        TestContext.Current.TestOutputHelper?.WriteLine($"pings lost: {string.Join(", ", lost)}");
        Assert.All(lost, n => Assert.InRange(n, 0, MostLostByTakingTheKey));
        Assert.NotEqual(old, site.Run(Programs.DebianWg, "show", "wg0", "public-key").Trim());
        Assert.DoesNotContain(old, three.Sites[0].Run(Programs.DebianWg, "show", "wg0", "peers"));
        Assert.Equal("unchanged unchanged unchanged", three.Outcomes());
    }

    [Fact]
    public async Task A_site_that_is_reached_through_the_tunnel_is_not_cut_off()
    {
        await using Lab lab = new();
        SshSites two = SshSites.Lay(lab, 2, "Check = 1");
        (Host near, Host far) = (two.Sites[0], two.Sites[1]);
        // The office is behind s1, and knows s2 by its tunnel address alone.
        two.Office.Run("ip", "route", "add", "192.168.192.0/24", "via", "203.0.113.1");
        two.Change(near, "Lan = 203.0.113.250/32");
        two.Change(far, "Ssh = 192.168.192.2");
        foreach (Host site in two.Sites)
        {
            site.Sh($"mkdir -p {two.FolderOf(site)}; cp {two.MadeFileOf(site)} {two.FileOf(site)}");
            site.Run(Programs.Weft, "start", two.FileOf(site));
        }
        Assert.Equal("unchanged unchanged", two.Outcomes());
        Assert.Contains("dev wg0", far.Run("ip", "route", "get", "203.0.113.250"));

        // All keys are others: while one site has the old file and the other the new one, they cannot talk.
        foreach (Host site in two.Sites)
            File.Delete($"{lab.Folder}/keys/{site.Name}.example.org.key");
        two.MakeConf();
        Assert.Equal("deployed deployed", two.Outcomes());
        Assert.Equal("unchanged unchanged", two.Outcomes());

        // The far site gets another address, where nobody looks for it: neither keeps its new file.
        string before = File.ReadAllText(two.FileOf(near));
        two.Change(far, "Address = 192.168.192.9");
        CommandResult ended = two.Deploy("--confirm", "12");
        Assert.Equal(1, ended.Status);
        Assert.Contains("2 rolled back", ended.Output);
        Assert.Matches(
            "s1.example.org .*s2.example.org, which is reached through it, did not answer any more",
            ended.Output
        );
        Assert.Equal(before, File.ReadAllText(two.FileOf(near)));
        two.Change(far, "Address = 192.168.192.9\n", "");
        Assert.Equal("unchanged unchanged", two.Outcomes());
    }

    static void Rekey(SshSites sites, string step) =>
        sites.Office.Sh(
            $"{Programs.Weft} site rekey s3.example.org {step} --mesh {sites.MeshFile} --out {sites.Lab.Folder}/sites"
        );
}

using System.Globalization;
using System.Text.Json;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Deploy;

/// <summary><c>weft deploy</c> against Debian's sshd: what comes of sites that are well, and of those that are not.</summary>
public sealed class DeployTests
{
    [Fact]
    public async Task Twenty_sites_get_their_files_and_those_in_trouble_stop_nobody()
    {
        await using Lab lab = new();
        SshSites twenty = SshSites.Lay(lab, 20);

        Dictionary<string, JsonElement> deployed = twenty.DeployJson();
        Assert.All(deployed.Values, site => Assert.Equal("deployed", site.GetProperty("outcome").GetString()));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"the last of twenty was there after {deployed.Values.Max(s => s.GetProperty("seconds").GetDouble())} s"
        );
        Assert.All(
            twenty.Sites,
            site => Assert.Equal(File.ReadAllText(twenty.MadeFileOf(site)), File.ReadAllText(twenty.FileOf(site)))
        );
        Assert.All(
            twenty.Sites,
            site => Assert.Equal("600 0", site.Run("stat", "-c", "%a %u", twenty.FileOf(site)).Trim())
        );

        // One of each kind, and one whose file changes; the others stay as they are: their processes, and the session of
        // two of them, over which they talk all the time.
        PingCount talk = PingCount.Start(twenty.Sites[9], "10.0.11.1", "10.0.10.1");
        string calm = Calm(twenty.Sites[9]);
        int before = talk.Settle();
        // Handshakes that crossed when both started are tried again 5 s and a jitter later, and give a new session then.
        Wait.Until(
            () => DateTimeOffset.UtcNow.ToUnixTimeSeconds() - SessionWith(twenty.Sites[9], twenty.Sites[10]) >= 7,
            "the session stands"
        );
        long session = SessionWith(twenty.Sites[9], twenty.Sites[10]);
        SshSites.StopServer(twenty.Sites[0]);
        File.WriteAllText($"{lab.Folder}/root.s2.keys", "");
        File.WriteAllText(
            $"{lab.Folder}/known_hosts",
            File.ReadAllText($"{lab.Folder}/known_hosts").Replace("*.example.org", "*.example.org,!s4.example.org,")
        );
        twenty.Change(twenty.Sites[4], "Mtu = 1400");
        File.AppendAllText(twenty.MadeFileOf(twenty.Sites[2]), "# damaged\n");
        CommandResult second = twenty.Deploy();

        Assert.Equal(1, second.Status);
        Assert.Contains("1 deployed", second.Output);
        Assert.Contains("15 unchanged", second.Output);
        Assert.Matches("s1.example.org +unreachable .*Connection refused", second.Output);
        Assert.Matches("s2.example.org +unreachable .*no key of yours is accepted there", second.Output);
        Assert.Contains("ssh-copy-id", second.Output);
        Assert.Matches("s3.example.org +refused .*old, damaged or edited", second.Output);
        Assert.Matches("s4.example.org +unreachable .*host key is not known here", second.Output);
        Assert.Matches("s5.example.org +deployed", second.Output);
        Assert.Equal("1400", twenty.Sites[4].Run("cat", "/sys/class/net/wg0/mtu").Trim());
        Assert.Equal(0, talk.LostBetween(before, talk.Settle()));
        // Sessions are renewed after 120 s, deployment or not.
        long age = SessionWith(twenty.Sites[9], twenty.Sites[10]) - session;
        Assert.True(age is 0 or >= 115, $"A new session after {age} s");
        Assert.Equal(calm, Calm(twenty.Sites[9]));
    }

    [Fact]
    public async Task A_site_that_nobody_can_log_in_to_any_more_comes_back_by_itself()
    {
        await using Lab lab = new();
        SshSites two = SshSites.Lay(lab, 2);
        Assert.Equal("deployed deployed", two.Outcomes());
        string before = File.ReadAllText(two.FileOf(two.Sites[0]));
        // Answers to the office now leave s1 through the tunnel, and go nowhere.
        two.Change(two.Sites[1], "Lan = 203.0.113.248/29");

        CommandResult ended = two.Deploy("--confirm", "5");

        Assert.Equal(1, ended.Status);
        Assert.Matches("s1.example.org +rolled back .*; the old state is back", ended.Output);
        Assert.Matches("s2.example.org +deployed", ended.Output);
        Assert.Equal(before, File.ReadAllText(two.FileOf(two.Sites[0])));
        Assert.DoesNotContain("on trial", two.Sites[0].Run(Programs.Weft, "status"));
        // The way out: take the mistake back. Both converge.
        two.Change(two.Sites[1], "Lan = 203.0.113.248/29\n", "");
        Assert.Equal("unchanged deployed", two.Outcomes());
    }

    [Fact]
    public async Task A_deploy_that_is_killed_or_cut_leaves_the_old_state_and_the_next_one_converges()
    {
        await using Lab lab = new();
        SshSites one = SshSites.Lay(lab, 1);
        Host site = one.Sites[0];
        one.Deploy();
        string before = File.ReadAllText(one.FileOf(site));

        // Cut while the file is sent: what came is not taken for a file.
        string[] receive = [Programs.Weft, "receive", one.FileOf(site)];
        string part = before[..before.IndexOf("PrivateKey", StringComparison.Ordinal)];
        CommandResult cut = site.Try(new Command(receive) { Input = $"apply {before.Length + 20} 60\n{part}" });
        Assert.Equal(1, cut.Status);
        Assert.DoesNotContain("received", cut.Output);

        // Killed while it waits to log in again. Meanwhile another one is told.
        one.Change(site, "Mtu = 1400");
        one.Hold(site, "confirm");
        Running killed = one.StartDeploy("--confirm", "6");
        Wait.Until(() => site.Run(Programs.Weft, "status").Contains("on trial"), seconds: 30);
        Assert.Contains("another weft", one.Deploy().Errors);
        killed.Kill();
        Assert.Matches("refused .*something is on trial there already, for [0-9]+ s more", one.Deploy().Output);
        Wait.Until(() => !site.Run(Programs.Weft, "status").Contains("on trial"), seconds: 30);
        Assert.Equal("1420", site.Run("cat", "/sys/class/net/wg0/mtu").Trim());
        Assert.Equal(before, File.ReadAllText(one.FileOf(site)));
        one.Hold(site, "");

        // The connections break once the file is there, and the way comes back in time.
        one.Hold(site, "confirm");
        Running patient = one.StartDeploy("--confirm", "30");
        Wait.Until(() => site.Run(Programs.Weft, "status").Contains("on trial"), seconds: 30);
        site.Sh("pkill -f '[s]shd: root'");
        one.Hold(site, "");
        CommandResult ended = patient.WaitForExit(TimeSpan.FromSeconds(40));
        Assert.Equal(0, ended.Status);
        Assert.Contains("1 deployed", ended.Output);
        Assert.Equal("1400", site.Run("cat", "/sys/class/net/wg0/mtu").Trim());
        Assert.Equal("unchanged", one.Outcomes());
    }

    [Fact]
    public async Task What_a_site_cannot_take_is_told_and_changes_nothing()
    {
        await using Lab lab = new();
        SshSites one = SshSites.Lay(lab, 1);
        Host site = one.Sites[0];
        one.Deploy();
        string before = File.ReadAllText(one.FileOf(site));
        string folder = one.FolderOf(site);

        // What would change is told without secrets.
        one.Change(site, "Mtu = 1400");
        CommandResult check = one.Deploy("--check");
        Assert.Equal(0, check.Status);
        Assert.Contains("+ MTU = 1400", check.Output);
        Assert.DoesNotContain("Key", check.Output);
        Assert.Equal(before, File.ReadAllText(one.FileOf(site)));

        // No room, then no writing at all.
        site.Sh($"cp {folder}/wg0.conf /run/; mount -t tmpfs -o size=64k tmpfs {folder}; mv /run/wg0.conf {folder}");
        site.Try("dd", "if=/dev/zero", $"of={folder}/full", "bs=1k", "count=100");
        CommandResult full = one.Deploy();
        Assert.Equal(1, full.Status);
        Assert.Matches("refused .*No space left", full.Output);
        Assert.Contains("see that there is room", full.Output);
        Assert.Equal("1420", site.Run("cat", "/sys/class/net/wg0/mtu").Trim());
        site.Sh($"rm {folder}/full; mount -o remount,ro {folder}");
        Assert.Matches("refused .*Read-only", one.Deploy().Output);
        Assert.Equal(before, site.Run("cat", one.FileOf(site)));
        site.Sh($"mount -o remount,rw {folder}");

        // Somebody edits the file there and never starts it: it gives way, and is kept.
        site.Sh($"echo '# mine' >>{folder}/wg0.conf");
        Assert.Equal("deployed", one.Outcomes());
        Assert.Equal(File.ReadAllText(one.MadeFileOf(site)), site.Run("cat", one.FileOf(site)));
        Assert.EndsWith("# mine\n", site.Run("cat", $"{one.FileOf(site)}.edited"));
        Assert.Equal("unchanged", one.Outcomes());
    }

    [Fact]
    public async Task A_site_that_no_boot_starts_is_told_of()
    {
        await using Lab lab = new();
        SshSites one = SshSites.Lay(lab, 1);
        Host site = one.Sites[0];
        site.Sh("mkdir -p /run/systemd/system; mount -t tmpfs tmpfs /etc/systemd/system");

        CommandResult first = one.Deploy();

        Assert.Equal(0, first.Status);
        Assert.Matches("s1.example.org +deployed .*no boot starts it", first.Output);
        Assert.Contains($"ssh s1.example.org weft install {one.FileOf(site)}", first.Output);
        site.Sh(
            """
            mkdir /etc/systemd/system/multi-user.target.wants
            ln -s ../weft@.service /etc/systemd/system/multi-user.target.wants/weft@wg0.service
            """
        );
        CommandResult second = one.Deploy();
        Assert.Matches("s1.example.org +unchanged", second.Output);
        Assert.DoesNotContain("boot", second.Output);
    }

    /// <summary>A site's device and its sessions: the same text as long as nobody touches it.</summary>
    static string Calm(Host site) =>
        // The oldest: what a watcher splits off bears its name for a moment.
        site.Run("sh", "-c", "pgrep -o -f '[w]eft device'; pgrep -o -f '[w]eft watch'");

    /// <summary>When the session with a peer began, in seconds.</summary>
    static long SessionWith(Host site, Host peer) =>
        long.Parse(
            site.Sh(
                $"{Programs.Wg} show wg0 latest-handshakes | grep -F '{peer.Run(Programs.Wg, "show", "wg0", "public-key").Trim()}' | cut -f 2"
            ),
            CultureInfo.InvariantCulture
        );
}

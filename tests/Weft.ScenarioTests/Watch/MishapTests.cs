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

        AssertGoesOn(two, "Read-only file system");

        two.A.Run("umount", "/run/weft");
        two.A.Run(Programs.Weft, "start", two.ConfOf(two.A));
        Assert.Equal("1280", two.Mtu());
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

    [Fact]
    public async Task A_full_disk_stops_neither_what_runs_nor_the_watching_nor_a_stop()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, "HoldDown = 1");
        string before = HostState.Capture(two.A);
        two.Start();
        FillDisk(two.A, "/run");
        string conf = two.ConfOf(two.A);

        AssertGoesOn(two, "No space left on device");

        // A new one does not come up by halves.
        two.A.Run(Programs.Weft, "stop", "wg0");
        FillDisk(two.A, "/run");
        Assert.Equal(1, two.A.Try(Programs.Weft, "start", conf).Status);
        two.A.Run("rm", "/run/fill");
        Wait.Until(() => HostState.Capture(two.A) == before);

        two.A.Run(Programs.Weft, "start", conf);
        Assert.Equal("1280", two.Mtu());
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task A_full_disk_under_the_files_leaves_them_as_they_were()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        Host a = two.A;
        a.Sh(
            $"mkdir /run/disk; mount -t tmpfs -o mode=700 tmpfs /run/disk; cp -r {lab.Folder}/mesh.conf {lab.Folder}/keys /run/disk"
        );
        string[] makeconf = [Programs.Weft, "makeconf", "--from", "/run/disk/mesh.conf", "--out", "/run/disk/sites"];
        const string conf = "/run/disk/sites/a.example.org/wg0.conf";
        a.Run(makeconf);
        a.Run(Programs.Weft, "start", conf);
        string files = a.Sh("find /run/disk -type f ! -name fill -exec sha256sum {} + | sort");
        FillDisk(a, "/run/disk");

        CommandResult added = a.Try([
            Programs.Weft,
            "site",
            "add",
            "c.example.org",
            "--lan",
            "10.0.3.0/24",
            "--mesh",
            makeconf[3],
            .. makeconf[4..],
        ]);
        Assert.Equal(1, added.Status);
        Assert.Contains("No space left on device", added.Errors);
        Assert.Equal(files, a.Sh("find /run/disk -type f ! -name fill -exec sha256sum {} + | sort"));

        // A trial puts both states on the disk, or is none.
        a.Sh($"sed 's/^ListenPort.*/&\\nMTU = 1280/' {conf} >/run/wg0.conf");
        a.Sh($"rm /run/disk/fill; cat /run/wg0.conf >{conf}");
        FillDisk(a, "/run/disk");
        CommandResult trial = a.Try(Programs.Weft, "start", conf, "--confirm", "60");
        Assert.Equal(1, trial.Status);
        Assert.Contains("No space left on device", trial.Errors);
        Assert.Contains("see that there is room", trial.Errors);
        Assert.Equal("1420", a.Run("cat", "/sys/class/net/wg0/mtu").Trim());
        Assert.Equal(a.Run("cat", "/run/wg0.conf"), a.Run("cat", conf));

        a.Run("rm", "/run/disk/fill");
        a.Run(Programs.Weft, "start", conf);
        Assert.Equal("1280", a.Run("cat", "/sys/class/net/wg0/mtu").Trim());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"version\": 1, \"name\": \"wg0\"")]
    [InlineData("null")]
    public async Task State_that_is_cut_short_is_passed_over_and_written_anew(string text)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        string before = HostState.Capture(two.A);
        two.Start();
        two.KillWatcher();
        File.WriteAllText($"{two.A.Root}/run/state", text);
        two.A.Sh(
            "for file in wg0 applied/wg0.conf watch/wg0/notes; do cp /run/state /run/weft/$file; done; rm /run/state"
        );

        CommandResult started = two.A.Try(Programs.Weft, "start", two.ConfOf(two.A));
        Assert.Equal(0, started.Status);
        Assert.Contains("not a state of wg0 that this version wrote", started.Errors);
        Wait.Until(() => IsProbed(two.A), seconds: 2 * TwoSites.Soon);
        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);

        two.Mend();
        two.A.Run(Programs.Weft, "stop", "wg0");
        Wait.Until(() => HostState.Capture(two.A) == before);
    }

    [Fact]
    public async Task A_trial_whose_note_is_damaged_goes_back_at_once()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        string conf = two.ConfOf(two.A);
        (string old, _) = two.Narrow();
        two.A.Start(Programs.Weft, "start", conf, "--confirm", "3600");
        Wait.Until(() => two.Mtu() == "1280");
        Wait.Until(() => File.Exists($"{two.A.Root}/run/weft/trial/wg0"));

        two.A.Sh("printf '{\"file\": \"/' >/run/weft/trial/wg0");

        Wait.Until(() => two.Mtu() == "1420", seconds: TwoSites.Soon);
        Assert.Equal(old, File.ReadAllText(conf));
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task A_watcher_is_revived_although_all_that_was_known_of_the_site_is_lost()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.A.Sh($"mkdir /run/etc; cp {two.ConfOf(two.A)} /run/etc; mount --bind /run/etc /etc/wireguard");
        two.A.Run(Programs.Weft, "start", "wg0");
        two.B.Run(Programs.Weft, "start", two.ConfOf(two.B));
        Wait.Until(() => two.HasRoute() && two.Pings(), seconds: TwoSites.Soon);
        two.KillWatcher();
        two.A.Sh("rm -r /run/weft");

        // By another file than it runs from it is not judged.
        two.A.Sh("echo '# edited' >>/run/etc/wg0.conf");
        CommandResult revived = two.A.Try(Programs.Weft, "watch", "wg0", "--background");
        Assert.Contains("but not by /etc/wireguard/wg0.conf as it is now", revived.Errors);
        Assert.False(two.A.Try("pgrep", "-f", "[w]eft watch").Succeeded);

        two.A.Sh("sed -i '$d' /run/etc/wg0.conf");
        two.A.Run(Programs.Weft, "watch", "wg0", "--background");
        Wait.Until(() => IsProbed(two.A), seconds: 2 * TwoSites.Soon);
        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task A_watcher_goes_on_although_only_the_text_that_runs_is_lost()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();

        two.A.Sh("rm -r /run/weft/applied");

        Wait.Until(() => File.Exists($"{two.A.Root}/run/weft/applied/wg0.conf"), seconds: TwoSites.Soon);
        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        // A check that is under way writes it without a word.
        string[] lines = two.A.Run(Programs.Weft, "status").Split('\n');
        Assert.InRange(lines.Count(line => line.Contains("have been written anew")), 0, 1);
    }

    [Fact]
    public async Task A_device_that_is_made_anew_has_its_hooks_undone_before_they_are_done_again()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        string conf = two.ConfOf(two.A);
        // Twice it would be refused.
        const string hooks =
            "PostUp = ip rule add from 10.0.1.0/24 table 200\nPostDown = ip rule del from 10.0.1.0/24 table 200\n";
        File.WriteAllText(conf, File.ReadAllText(conf).Replace("[Interface]\n", $"[Interface]\n{hooks}"));
        two.Start();

        string device = two.A.Run("pgrep", "-f", "[w]eft device").Trim();
        two.A.Run("kill", "-9", device);
        Wait.Until(() =>
            two.A.Try("pgrep", "-f", "[w]eft device").Output.Trim() is { Length: > 0 } now && now != device
        );
        Wait.Until(() => two.HasRoute() && two.Pings(), seconds: TwoSites.Soon);
        Assert.Single(Rules(two.A));

        // A stop that finds neither device nor interface knows of them too.
        two.KillWatcher();
        two.A.Run("pkill", "-9", "-f", "[w]eft device");
        Wait.Until(() => !two.A.Try("ip", "link", "show", "wg0").Succeeded);
        two.A.Run(Programs.Weft, "stop", "wg0");
        Assert.Empty(Rules(two.A));

        static string[] Rules(Host host) =>
            [.. host.Run("ip", "rule").Split('\n').Where(line => line.Contains("from 10.0.1.0/24"))];
    }

    [Fact]
    public async Task A_device_that_hangs_is_ended_by_a_restart_and_by_a_stop()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string before = HostState.Capture(host);
        string conf = new SiteConf(lab).Write();
        host.Run(Programs.Weft, "start", "--engine", "userspace", conf);
        string good = HostState.Capture(host);
        string device = host.Run("pgrep", "-f", "[w]eft device").Trim();

        host.Run("kill", "-STOP", device);
        CommandResult restarted = host.Try(Programs.Weft, "restart", "--engine", "userspace", conf);
        Assert.Equal(0, restarted.Status);
        Assert.Contains("did not answer within 30 s, so it is ended by force", restarted.Errors);
        Assert.NotEqual(device, host.Run("pgrep", "-f", "[w]eft device").Trim());
        Wait.Until(() => HostState.Capture(host) == good);

        host.Run("pkill", "-STOP", "-f", "[w]eft device");
        host.Run(Programs.Weft, "stop", "wg0");
        Assert.False(host.Try("pgrep", "-f", "[w]eft device").Succeeded);
        Wait.Until(() => HostState.Capture(host) == before);
    }

    [Fact]
    public async Task A_route_of_others_in_the_way_keeps_nothing_else_from_being_repaired()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.A.Run("iptables", "-P", "INPUT", "DROP");
        two.Start();

        two.A.Sh("ip route del 10.0.2.0/24; ip route add 10.0.2.0/24 dev lan; iptables -F INPUT");
        Wait.Until(() => two.A.Run("iptables", "-S").Contains("-A INPUT -j WEFT-wg0-IN"), seconds: TwoSites.Soon);
        Wait.Until(() => two.A.Run(Programs.Weft, "status").Contains("there is a route to 10.0.2.0/24 already"));
        Assert.Contains("dev lan", two.A.Run("ip", "route", "show", "10.0.2.0/24"));
        CommandResult repaired = two.A.Try(Programs.Weft, "repair", "wg0");
        Assert.Equal(1, repaired.Status);
        Assert.Contains("ip route del 10.0.2.0/24", repaired.Errors);

        two.A.Run("ip", "route", "del", "10.0.2.0/24");
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
        Wait.Until(() => two.A.Run(Programs.Weft, "status").Contains("what was in the way is gone"));
    }

    [Fact]
    public async Task A_mark_of_ours_that_somebody_deleted_disturbs_neither_the_site_nor_its_stop()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        two.A.Sh("iptables -X WEFT; ip6tables -X WEFT 2>/dev/null || :");

        two.A.Run(Programs.Weft, "start", two.ConfOf(two.A));
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
        two.A.Run(Programs.Weft, "stop", "wg0");

        // Whose the table was is not known any more, so an empty one may stay; nothing in it.
        Assert.DoesNotContain("WEFT", two.A.Sh("iptables-save; ip6tables-save; nft list ruleset"));
        Assert.DoesNotContain("-A ", two.A.Sh("iptables-save; ip6tables-save"));
    }

    /// <summary>Where <c>/run/weft</c> cannot be written to: a change is refused, what runs stays, and so does the watching.</summary>
    static void AssertGoesOn(TwoSites two, string why)
    {
        two.Narrow();
        CommandResult refused = two.A.Try(Programs.Weft, "start", two.ConfOf(two.A));
        Assert.Equal(1, refused.Status);
        Assert.Contains(why, refused.Errors);
        Assert.Contains("Make /run/weft a place to write to, and run it again; what runs goes on.", refused.Errors);
        Assert.Equal("1420", two.Mtu());
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        two.Mend();
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
    }

    /// <summary>The watcher of a site that it knows nothing about has seen its peer answer; before, handshakes are all it goes by.</summary>
    static bool IsProbed(Host host) =>
        host.Try("grep", "-q", "\"answersProbes\": true", "/run/weft/watch/wg0/notes").Succeeded;

    /// <summary>Leaves no room on a memory disk, in the file <c>fill</c>.</summary>
    static void FillDisk(Host host, string folder) =>
        host.Sh($"mount -o remount,size=1m {folder}; dd if=/dev/zero of={folder}/fill bs=4k 2>/dev/null || :");
}

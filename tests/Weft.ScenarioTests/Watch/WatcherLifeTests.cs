using Weft.ScenarioTests.Control;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>The watcher as a process: there is one while the site runs, whatever happens to it, and none after.</summary>
public sealed class WatcherLifeTests
{
    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task A_site_has_one_watcher_from_start_to_stop_and_stop_leaves_nothing(RunBy by)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, by: by);
        string before = HostState.Capture(two.A);
        two.Start();
        Assert.Single(two.Program.Watchers(two.A));
        two.Program.Start(two.A, two.ConfOf(two.A));
        two.Program.Revive(two.A, two.ConfOf(two.A));
        two.Program.Run(two.A, "restart", two.ConfOf(two.A));
        Assert.Single(two.Program.Watchers(two.A));
        if (!two.Program.IsScript)
        {
            CommandResult second = two.A.Try(Programs.Weft, "watch", "wg0");
            Assert.Equal(1, second.Status);
            Assert.Contains("has a watcher already", second.Errors);
        }

        two.Program.Stop(two.A, two.ConfOf(two.A));

        Assert.Equal(before, HostState.Capture(two.A));
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task A_watcher_that_was_killed_is_revived_and_knows_what_it_knew(RunBy by)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, by: by);
        two.Start();
        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);

        two.KillWatcher();
        Assert.Contains("nobody watches", two.Program.Run(two.A, "status", two.ConfOf(two.A)));
        two.Program.Revive(two.A, two.ConfOf(two.A));

        Assert.Single(two.Program.Watchers(two.A));
        Assert.False(two.HasRoute());
        two.Mend();
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task Cron_revives_it_and_the_entry_goes_with_the_site()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        // What crontab(1) does, for a table of this host's own; waiting for a real cron would take a minute.
        two.A.Sh(
            """
            mkdir -p /run/bin
            cat >/run/bin/crontab <<'END'
            #!/bin/sh
            case $1 in
            -l) exec cat /run/table ;;
            -r) exec rm /run/table ;;
            -) exec cat >/run/table ;;
            esac
            END
            chmod 755 /run/bin/crontab
            printf '\n5 4 * * * echo mine\n\n# stra\337e\n' >/run/mine
            /run/bin/crontab - </run/mine
            """
        );
        string Weft(string line) => two.A.Sh($"PATH=/run/bin:$PATH {Programs.Weft} {line}");
        Weft($"start {two.ConfOf(two.A)}");
        string entry = two.A.Sh("/run/bin/crontab -l");
        Assert.Contains("5 4 * * * echo mine\n", entry);
        Assert.Matches(@"(?m)^\* \* \* \* \* '.*/weft' 'watch' wg0 --background >/dev/null 2>&1 #weft-wg0#$", entry);
        Weft($"start {two.ConfOf(two.A)}");
        Assert.Equal(entry, two.A.Sh("/run/bin/crontab -l"));

        two.KillWatcher();
        string line = entry.Split('\n').Single(l => l.EndsWith("#weft-wg0#")).Replace("* * * * * ", "");
        two.A.Sh($"PATH=/run/bin:$PATH; {line}\n");
        Assert.Single(two.Program.Watchers(two.A));

        Weft("stop wg0");
        two.A.Run("cmp", "/run/mine", "/run/table");
        Assert.Empty(two.Program.Watchers(two.A));
    }

    [Fact]
    public async Task A_second_start_writes_nothing_at_all()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();

        CommandResult again = two.A.Try(Programs.Weft, "start", two.ConfOf(two.A), "--trace");

        Assert.Contains("nothing to change", again.Output);
        string[] traced = again.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(traced);
        // Netlink messages that ask are RTM_GET...; commands that ask list. All else would be a write.
        Assert.All(
            traced,
            line =>
                Assert.Matches(
                    @"^  (netlink RTM_GET\w+.*|netlink .*GET_\w+.*|run \S*ip6?tables -w 5 -S|run \S*nft -j -t list ruleset|run \S*crontab -l)$",
                    line
                )
        );
    }

    [Theory]
    [InlineData(RunBy.Weft, "")]
    [InlineData(RunBy.Script, "")]
    [InlineData(RunBy.Weft, "rm -r /run/weft;")]
    [InlineData(RunBy.Script, "rm -r /run/weft;")]
    public async Task Stop_puts_settings_back_that_start_changed_even_if_its_notes_are_lost(RunBy by, string accident)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        string before = HostState.Capture(host);
        program.Start(host, new SiteConf(lab).Write());
        Assert.Equal("1", host.Run("cat", "/proc/sys/net/ipv4/ip_forward").Trim());

        host.Sh($"{accident} :");
        program.Stop(host, $"{lab.Folder}/wg0.conf");

        Assert.Equal(before, HostState.Capture(host));
    }
}

using System.Text.Json;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>A start that holds only if it is confirmed: the old state comes back whatever happens to whom.</summary>
public sealed class TrialTests
{
    [Fact]
    public async Task An_unconfirmed_start_goes_back_by_itself()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        (string old, string broken) = two.Narrow();

        Running trial = two.A.Start(Programs.Weft, "start", two.ConfOf(two.A), "--confirm", "3");
        Wait.Until(() => two.Mtu() == "1280");
        // A reboot at this moment would find the old file.
        Assert.Equal(old, File.ReadAllText(two.ConfOf(two.A)));
        CommandResult ended = trial.WaitForExit(TimeSpan.FromSeconds(30));

        Assert.Equal(1, ended.Status);
        Assert.Contains("not confirmed in time, so the old state is back", ended.Output);
        Assert.Equal("1420", two.Mtu());
        Assert.Equal(old, File.ReadAllText(two.ConfOf(two.A)));
        Assert.Equal(broken, File.ReadAllText(two.ConfOf(two.A) + ".unconfirmed"));
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task It_goes_back_also_if_the_one_who_waits_and_the_watcher_were_killed()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        two.Narrow();

        two.A.Start(Programs.Weft, "start", two.ConfOf(two.A), "--confirm", "2");
        Wait.Until(() => two.Mtu() == "1280");
        two.A.Sh("kill -9 $(pgrep -f '[w]eft watch') $(pgrep -f '[w]eft start')");
        // What cron does every minute.
        two.A.Run(Programs.Weft, "watch", "wg0", "--background");

        // Killed before the new state was whole, the watcher puts back the old one at once; the trial runs its time all the same.
        Wait.Until(
            () => two.A.Run(Programs.Weft, "status").Contains("nobody confirmed the new state"),
            seconds: TwoSites.Soon
        );
        Assert.Equal("1420", two.Mtu());
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task The_word_of_the_administrator_keeps_it()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        (_, string changed) = two.Narrow();

        Running trial = two.A.Start(Programs.Weft, "start", two.ConfOf(two.A), "--confirm", "60", "--json");
        Wait.Until(() => two.A.Run(Programs.Weft, "status").Contains("on trial"));
        Assert.Contains(
            "on trial already",
            two.A.Try(Programs.Weft, "start", two.ConfOf(two.A), "--confirm", "9").Errors
        );
        two.A.Run(Programs.Weft, "confirm");
        CommandResult ended = trial.WaitForExit(TimeSpan.FromSeconds(10));

        Assert.Equal(0, ended.Status);
        Assert.Equal("confirmed", JsonDocument.Parse(ended.Output).RootElement.GetProperty("outcome").GetString());
        Assert.Equal(changed, File.ReadAllText(two.ConfOf(two.A)));
        Assert.Equal("1280", two.Mtu());
        Assert.Contains("nothing is on trial", two.A.Try(Programs.Weft, "confirm").Errors);
    }

    [Fact]
    public async Task Peers_that_answer_as_before_keep_it_and_those_that_do_not_bring_the_old_state_back()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        two.Narrow();
        string conf = two.ConfOf(two.A);
        Assert.Contains(
            "confirmed, the peers answer as before",
            two.A.Run(Programs.Weft, "start", conf, "--confirm", "30", "--by-peers")
        );

        // A preshared key that only one side has: no handshake, no peer.
        string good = File.ReadAllText(conf);
        string bad = string.Join('\n', good.Split('\n').Where(l => !l.StartsWith("PresharedKey")));
        File.WriteAllText(conf, bad);
        two.A.Sh("sleep 0.1");
        CommandResult ended = two.A.Try(Programs.Weft, "restart", conf);
        Assert.Equal(0, ended.Status);
        File.WriteAllText(conf, good);
        Assert.Contains(
            "no peer answers now",
            two.A.Try(Programs.Weft, "start", conf, "--confirm", "5", "--by-peers").Errors
        );
        two.A.Run(Programs.Weft, "start", conf);
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task A_first_start_that_nobody_confirms_ends_in_nothing_running()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        string before = HostState.Capture(two.A);

        CommandResult ended = two.A.Try(Programs.Weft, "start", two.ConfOf(two.A), "--confirm", "2");

        Assert.Equal(1, ended.Status);
        Wait.Until(() => HostState.Capture(two.A) == before);
        // A boot would not run what nobody confirmed.
        Assert.False(File.Exists(two.ConfOf(two.A)));
        Assert.True(File.Exists(two.ConfOf(two.A) + ".unconfirmed"));
    }
}

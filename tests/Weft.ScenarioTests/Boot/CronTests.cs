using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Boot;

/// <summary>Debian's cron on a host without systemd, with a table of the host's own.</summary>
public sealed class CronTests
{
    [Fact]
    public async Task Cron_revives_a_watcher_that_was_killed()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        // Not the machine's own jobs. And cron tells a new table by the second that its folder was changed in: here its start
        // and ours would be in the same one.
        two.A.Sh(
            "mount --bind /dev/null /etc/crontab; mount -t tmpfs tmpfs /etc/cron.d; touch -d '1 minute ago' /var/spool/cron/crontabs"
        );
        two.A.Start("/usr/sbin/cron", "-f");
        two.Start();
        Assert.Contains("watch' wg0 --background", two.A.Run("crontab", "-l"));

        // From then on silence is a failure, also to the watcher that follows.
        Wait.Until(
            () => two.A.Try("grep", "-q", "\"answersProbes\": true", "/run/weft/watch/wg0/notes").Succeeded,
            seconds: 2 * TwoSites.Soon
        );
        two.KillWatcher();
        // It looks once a minute.
        Wait.Until(() => two.A.Try("pgrep", "-f", "[w]eft watch").Succeeded, seconds: 60 + TwoSites.Soon);
        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);

        two.A.Run(Programs.Weft, "stop", "wg0");
        Assert.False(two.A.Try("crontab", "-l").Succeeded);
    }
}

using System.Diagnostics;

namespace Weft.Control;

/// <summary>
/// Sees to it that a site that runs has a watcher: a unit of systemd's where its file is installed, an instance of procd's where
/// the site is a service of OpenWrt's, else a process in the background that cron revives. The watcher itself sees when its site is stopped, and ends.
/// </summary>
sealed class WatcherService(Tools tools, DaemonCommand watcher, Reporting reporting)
{
    const string UnitName = "weft-watch@";
    static readonly string[] s_unitFolders =
    [
        "/etc/systemd/system",
        "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ];
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Gives a site that is to be watched its watcher, and takes the reviver of one that is not.</summary>
    /// <param name="isOnTrial">Then a site has a watcher in any case, that sees to the way back.</param>
    internal void Ensure(SiteFile file, WatchFolder folder, bool isOnTrial)
    {
        string name = file.Interface;
        if (file.Config.Interface.Check is null && !isOnTrial)
        {
            Retire(name);
            return;
        }
        try
        {
            if (SiteHost.IsInMainNamespace && HasUnit)
            {
                if (!folder.IsTaken)
                    StartUnit(name);
                return;
            }
            if (
                SiteHost.IsInMainNamespace
                && ProcdWatcher.Has(name)
                && (folder.IsTaken || Procd.TryStart(name, watcher))
            )
                return;
            bool revived = SiteHost.IsInMainNamespace && TryPutReviver(name);
            if (folder.IsTaken)
                return;
            Start(name);
            if (!revived)
                reporting.Notice(
                    $"{name} is watched, but neither systemd's {UnitName} nor procd nor cron is there to revive its watcher"
                );
        }
        catch (OperationFailedException e)
        {
            // The site runs; that is worth more than its watcher.
            reporting.Warning($"{e.Message}. {e.Remedy}");
        }
    }

    /// <summary>False when there is no cron. One that refuses does not keep the watcher from its work.</summary>
    bool TryPutReviver(string name)
    {
        try
        {
            return Cron.Put(name, CronCommand(name));
        }
        catch (OperationFailedException e)
        {
            reporting.Warning($"{e.Message}. {e.Remedy}");
            return true;
        }
    }

    /// <summary>Whether cron, systemd or procd would revive the site's watcher; null where none could, or nobody can tell.</summary>
    internal bool? IsRevived(string name)
    {
        if (!SiteHost.IsInMainNamespace)
            return null;
        if (HasUnit || Procd.Runs(name))
            return true;
        try
        {
            return Cron.Has(name);
        }
        catch (OperationFailedException e)
        {
            reporting.Warning($"whether cron would revive the watcher cannot be seen: {e.Message}");
            return null;
        }
    }

    /// <summary>Nobody revives the watcher any more.</summary>
    internal void Retire(string name)
    {
        if (!SiteHost.IsInMainNamespace)
            return;
        try
        {
            Procd.Remove(name);
            Cron.Remove(name);
        }
        catch (OperationFailedException e)
        {
            reporting.Warning(e.Message);
        }
    }

    ProcdWatcher Procd => new(tools, reporting);

    CronEntry Cron => new(Tools.Find("cru"), Tools.Find("crontab"), tools, reporting);

    static bool HasUnit =>
        Directory.Exists("/run/systemd/system")
        && s_unitFolders.Any(folder => File.Exists(Path.Combine(folder, $"{UnitName}.service")));

    string CronCommand(string name) =>
        string.Join(' ', [CronEntry.Word(watcher.Program), .. watcher.Arguments.Select(CronEntry.Word), name])
        + " --background >/dev/null 2>&1";

    void StartUnit(string name)
    {
        string systemctl =
            Tools.Find("systemctl") ?? throw new OperationFailedException("systemctl is not there", "Run: weft watch.");
        string unit = $"{UnitName}{name}.service";
        reporting.Step($"systemctl start {unit}");
        ToolResult result = tools.Run(systemctl, ["start", "--no-block", unit]);
        if (!result.Succeeded)
            throw new OperationFailedException(
                $"{unit} does not start: {result.Complaint}",
                $"See: systemctl status {unit}."
            );
    }

    /// <summary>Returns once the watcher is at work.</summary>
    void Start(string name)
    {
        ProcessStartInfo start = watcher.For(name);
        FrugalRuntime.Ask(start);
        reporting.Step(string.Join(' ', [Path.GetFileName(watcher.Program), .. start.ArgumentList]));
        if (DaemonStart.OfOurs(start, s_patience) is { } complaint)
            throw new OperationFailedException(
                $"the watcher of {name} {complaint}",
                $"Run it in front to see more: weft watch {name}."
            );
    }
}

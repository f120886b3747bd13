using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Weft.Control;
using Weft.Linux;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary><c>weft watch</c>: probe the peers, withdraw the routes of those that are down, restore them when they are back.</summary>
static class WatchCommand
{
    internal static Command Create()
    {
        Argument<string> site = SiteArguments.Site();
        Option<bool> once = new("--once") { Description = "Check all links once, for those who want cron alone." };
        Option<bool> background = new("--background")
        {
            Description = "Watch from the background, unless somebody watches already: what cron revives.",
        };
        Option<bool> detached = new("--detached") { Hidden = true };
        Option<bool> trace = SiteArguments.Trace();
        Command command = new(
            "watch",
            "Watch this site's links: a peer that is down loses its routes, and gets them back."
        )
        {
            site,
            once,
            background,
            detached,
            trace,
        };
        command.SetAction(parsed =>
        {
            string name = SiteFile.InterfaceOf(parsed.GetRequiredValue(site));
            Reporting reporting = SiteArguments.Reporting(parsed.GetValue(trace));
            if (parsed.GetValue(once))
                return Once(name, reporting);
            if (parsed.GetValue(background))
                return Revive(name, reporting);
            return parsed.GetValue(detached) ? RunDetached(name) : Run(name, LogTo(reporting), reporting, () => { });
        });
        return command;
    }

    static int Once(string name, Reporting reporting)
    {
        using SiteWatch watch = new(name, LogTo(reporting), reporting);
        using FolderLock? held = watch.TryTake();
        if (held is null)
            throw new OperationFailedException(
                $"{name} has a watcher already",
                $"See what it sees: weft status {name}."
            );
        if (watch.Check(() => false) is null)
            throw NotWatched(name);
        watch.Finish();
        int down = watch.Notes.Links.Values.Count(l => !l.IsUp);
        int all = watch.Notes.Links.Count;
        Console.Out.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{name}: {all - down} of {all} links are up")
        );
        return 0;
    }

    /// <summary>Quiet whenever there is nothing to do, since cron mails what is printed.</summary>
    static int Revive(string name, Reporting reporting)
    {
        using SiteRunner runner = new(reporting);
        runner.ReviveWatcher(name);
        return 0;
    }

    static int RunDetached(string name)
    {
        Daemon.LeaveSession();
        Environment.CurrentDirectory = "/";
        return Run(
            name,
            new WatchLog(SystemLog.Notice, SystemLog.Warning),
            Reporting.Silent,
            started: () =>
            {
                Console.Out.WriteLine(DaemonCommand.Ready);
                Console.Out.Flush();
                Daemon.DropStandardStreams();
            }
        );
    }

    static int Run(string name, WatchLog log, Reporting reporting, Action started)
    {
        FrugalRuntime.KeepToItself();
        using SiteWatch watch = new(name, log, reporting);
        using EventCounter end = new();
        using PosixSignalRegistration terminate = On(PosixSignal.SIGTERM);
        using PosixSignalRegistration interrupt = On(PosixSignal.SIGINT);
        using PosixSignalRegistration hangup = On(PosixSignal.SIGHUP);
        if (!WatchLoop.Run(watch, end, Begun, log))
            throw new OperationFailedException(
                $"{name} has a watcher already",
                $"See what it sees: weft status {name}."
            );
        return 0;

        void Begun()
        {
            started();
            OwnAssemblies.LoadInBackground();
        }

        PosixSignalRegistration On(PosixSignal signal) =>
            PosixSignalRegistration.Create(
                signal,
                context =>
                {
                    context.Cancel = true;
                    end.Signal();
                }
            );
    }

    static WatchLog LogTo(Reporting reporting) => new(reporting.Notice, reporting.Warning);

    static OperationFailedException NotWatched(string name) =>
        new(
            $"{name} is not there to be watched: it does not run, or its file has no '# Weft.Check'",
            $"Start it: weft start {name}. In [Interface], '# Weft.Check = 10' has its links checked every 10 s."
        );
}

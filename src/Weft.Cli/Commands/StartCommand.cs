using System.CommandLine;
using Weft.Control;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary><c>weft start</c>: bring this site to the state that its file wants.</summary>
static class StartCommand
{
    internal static Command Create()
    {
        Argument<string> site = SiteArguments.Site();
        Option<Engine> engine = SiteArguments.Engine();
        Option<int?> confirm = new("--confirm")
        {
            Description = "Go back by itself after so many seconds, unless 'weft confirm' is said before.",
            HelpName = "seconds",
        };
        confirm.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 86400)
                result.AddError("--confirm takes seconds from 1 to 86400");
        });
        Option<bool> byPeers = new("--by-peers")
        {
            Description = "With --confirm: the peers that answer now confirm it by answering again.",
        };
        Option<int> wait = new("--wait")
        {
            Description = "At boot: wait up to so many seconds for the file's storage and a clock that is set.",
            HelpName = "seconds",
        };
        wait.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 86400)
                result.AddError("--wait takes seconds from 0 to 86400");
        });
        Option<bool> json = new("--json") { Description = "Print what came of it as JSON." };
        Option<bool> trace = SiteArguments.Trace();
        Command command = new("start", "Run this site, or bring what runs to what its file says now.")
        {
            site,
            engine,
            confirm,
            byPeers,
            wait,
            json,
            trace,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(byPeers) && result.GetValue(confirm) is null)
                result.AddError("--by-peers goes with --confirm SECONDS");
        });
        command.SetAction(parsed =>
        {
            Terminal.Outlive();
            Reporting reporting = SiteArguments.Reporting(parsed.GetValue(trace));
            LateFile late = new(TimeSpan.FromSeconds(parsed.GetValue(wait)), reporting);
            SiteFile file = late.Read(parsed.GetRequiredValue(site));
            using SiteRunner runner = new(reporting);
            StartOptions options = new() { Engine = parsed.GetValue(engine), ClockPatience = late.Left };
            bool asJson = parsed.GetValue(json);
            if (parsed.GetValue(confirm) is { } seconds)
                return Try(runner, file, options, TimeSpan.FromSeconds(seconds), parsed.GetValue(byPeers), asJson);
            StartResult result = runner.Start(file, options);
            Console.Out.WriteLine(asJson ? StartJson.Write(result, "started", "") : Describe(result, file));
            return 0;
        });
        return command;
    }

    static int Try(SiteRunner runner, SiteFile file, StartOptions options, TimeSpan limit, bool byPeers, bool json)
    {
        OwnAssemblies.LoadInBackground();
        using TrialRun trial = new(runner, file);
        TrialResult result = trial.Run(options, limit, byPeers, Begun);
        string outcome = result.Outcome.ToString().ToLowerInvariant();
        Console.Out.WriteLine(
            (json, result.Outcome) switch
            {
                (true, _) => StartJson.Write(result.Start, outcome, result.Text),
                (_, TrialOutcome.Unchanged) => "there is nothing to confirm",
                (_, TrialOutcome.Confirmed) => $"{file.Interface}: confirmed, {result.Text}",
                _ => $"{file.Interface}: not confirmed in time, so the old state is back; {result.Text}",
            }
        );
        return result.Outcome == TrialOutcome.Reverted ? 1 : 0;

        void Begun(StartResult start)
        {
            if (json)
                return;
            Console.Out.WriteLine(Describe(start, file));
            if (start.Steps > 0)
                Console.Out.WriteLine(
                    $"It goes back in {limit.TotalSeconds:0} s unless confirmed: weft confirm {file.Interface}"
                );
            Console.Out.Flush();
        }
    }

    internal static string Describe(StartResult result, SiteFile file)
    {
        string site = file.Config.Interface.Site is { } name ? $"{name}: " : "";
        int peers = file.Config.Peers.Length;
        return result switch
        {
            { IsNew: true } => $"{site}{result.Name} is up, {peers} {(peers == 1 ? "peer" : "peers")}",
            { Steps: 0 } => $"{site}{result.Name} is up, nothing to change",
            { Steps: 1 } => $"{site}{result.Name} is up, 1 change made",
            _ => $"{site}{result.Name} is up, {result.Steps} changes made",
        };
    }
}

using System.CommandLine;
using Weft.Control;

namespace Weft.Cli;

/// <summary><c>weft start</c>: bring this site to the state that its file wants.</summary>
static class StartCommand
{
    internal static Command Create()
    {
        Argument<string> site = SiteArguments.Site();
        Option<Engine> engine = SiteArguments.Engine();
        Option<bool> trace = SiteArguments.Trace();
        Command command = new("start", "Run this site, or bring what runs to what its file says now.")
        {
            site,
            engine,
            trace,
        };
        command.SetAction(parsed =>
        {
            SiteFile file = SiteArguments.Read(parsed.GetRequiredValue(site));
            using SiteRunner runner = new(SiteArguments.Reporting(parsed.GetValue(trace)));
            StartResult result = runner.Start(file, new StartOptions { Engine = parsed.GetValue(engine) });
            Console.Out.WriteLine(Describe(result, file));
            return 0;
        });
        return command;
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

using System.CommandLine;
using Weft.Control;

namespace Weft.Cli;

/// <summary><c>weft restart</c>: stop and start in one. A changed file needs none of it: start applies that in place.</summary>
static class RestartCommand
{
    internal static Command Create()
    {
        Argument<string> site = SiteArguments.Site();
        Option<Engine> engine = SiteArguments.Engine();
        Option<bool> trace = SiteArguments.Trace();
        Command command = new("restart", "Stop this site and start it anew; its sessions end.") { site, engine, trace };
        command.SetAction(parsed =>
        {
            Terminal.Outlive();
            SiteFile file = SiteArguments.Read(parsed.GetRequiredValue(site));
            using SiteRunner runner = new(SiteArguments.Reporting(parsed.GetValue(trace)));
            StartResult result = runner.Restart(file, new StartOptions { Engine = parsed.GetValue(engine) });
            Console.Out.WriteLine(StartCommand.Describe(result, file));
            return 0;
        });
        return command;
    }
}

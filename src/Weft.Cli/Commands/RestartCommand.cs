using System.CommandLine;
using System.Runtime.InteropServices;
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
            // Whoever restarts over the tunnel itself loses the terminal in the middle; that must not end the work there.
            using PosixSignalRegistration hangup = PosixSignalRegistration.Create(
                PosixSignal.SIGHUP,
                context => context.Cancel = true
            );
            SiteFile file = SiteArguments.Read(parsed.GetRequiredValue(site));
            using SiteRunner runner = new(SiteArguments.Reporting(parsed.GetValue(trace)));
            StartResult result = runner.Restart(file, new StartOptions { Engine = parsed.GetValue(engine) });
            Console.Out.WriteLine(StartCommand.Describe(result, file));
            return 0;
        });
        return command;
    }
}

using System.CommandLine;
using Weft.Control;

namespace Weft.Cli;

/// <summary><c>weft stop</c>: take away all that start made, and nothing else.</summary>
static class StopCommand
{
    internal static Command Create()
    {
        Argument<string> site = SiteArguments.Site();
        Option<bool> trace = SiteArguments.Trace();
        Command command = new("stop", "Stop this site and remove all that Weft made for it.") { site, trace };
        command.SetAction(parsed =>
        {
            Terminal.Outlive();
            string argument = parsed.GetRequiredValue(site);
            string name = SiteFile.InterfaceOf(argument);
            using SiteRunner runner = new(SiteArguments.Reporting(parsed.GetValue(trace)));
            bool any = runner.Stop(name, SiteArguments.TryRead(argument));
            Console.Out.WriteLine(any ? $"{name} is stopped" : $"{name} was not running");
            return 0;
        });
        return command;
    }
}

using System.CommandLine;
using Weft.Control;

namespace Weft.Cli;

/// <summary><c>weft repair</c>: for what changes a host behind our back, such as a firewall that is made anew, to say so at once.</summary>
static class RepairCommand
{
    internal static Command Create()
    {
        Argument<string> site = SiteArguments.Site();
        Option<bool> trace = SiteArguments.Trace();
        Command command = new("repair", "Put back what others removed or changed of a site that runs.") { site, trace };
        command.SetAction(parsed =>
        {
            string name = SiteFile.InterfaceOf(parsed.GetRequiredValue(site));
            using SiteRunner runner = new(SiteArguments.Reporting(parsed.GetValue(trace)));
            Console.Out.WriteLine(
                runner.Repair(name) switch
                {
                    null => $"{name} does not run",
                    0 => $"{name} is as it should be",
                    1 => $"{name}: 1 change made",
                    int changes => $"{name}: {changes} changes made",
                }
            );
            return 0;
        });
        return command;
    }
}

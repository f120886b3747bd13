using System.CommandLine;
using Weft.Control;

namespace Weft.Cli;

/// <summary><c>weft confirm</c>: keep what <c>weft start --confirm</c> put on trial.</summary>
static class ConfirmCommand
{
    internal static Command Create()
    {
        Argument<string> site = SiteArguments.Site();
        Option<bool> trace = SiteArguments.Trace();
        Command command = new("confirm", "Keep what 'weft start --confirm' put on trial.") { site, trace };
        command.SetAction(parsed =>
        {
            string name = SiteFile.InterfaceOf(parsed.GetRequiredValue(site));
            using SiteRunner runner = new(SiteArguments.Reporting(parsed.GetValue(trace)));
            if (!runner.Confirm(name))
            {
                throw new OperationFailedException(
                    $"{name}: nothing is on trial",
                    "Either it was confirmed already, or its time was over and the old state is back: weft status."
                );
            }
            Console.Out.WriteLine($"{name}: confirmed");
            return 0;
        });
        return command;
    }
}

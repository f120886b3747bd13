using System.CommandLine;
using Weft.Control;

namespace Weft.Cli;

/// <summary><c>weft status</c>: this site and its peers, by name.</summary>
static class StatusCommand
{
    internal static Command Create()
    {
        Argument<string> site = SiteArguments.Site();
        Option<bool> json = new("--json") { Description = "Print it as JSON." };
        Command command = new("status", "Show this site, and each peer's handshake, traffic and routes.")
        {
            site,
            json,
        };
        command.SetAction(parsed =>
        {
            string name = SiteFile.InterfaceOf(parsed.GetRequiredValue(site));
            using SiteRunner runner = new(SiteArguments.Reporting(trace: false));
            SiteStatus? status = runner.Status(name);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(StatusJson.Write(name, status));
            else if (status is not null)
                Console.Out.Write(StatusText.Write(status));
            else
                Console.Error.WriteLine($"{name} is not running; start it with 'weft start {name}'");
            // So that scripts can ask: 0 is running.
            return status is { IsUp: true } ? 0 : 1;
        });
        return command;
    }
}

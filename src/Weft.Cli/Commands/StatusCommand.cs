using System.CommandLine;
using Weft.Control;
using Weft.Mesh;

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
            WatchFolder folder = runner.WatchFolderOf(name);
            WatchNotes? notes = WatchNotes.Read(
                folder,
                warning => Console.Error.WriteLine($"weft: warning: {warning}")
            );
            WatchStatus watch = new(folder.IsTaken, notes ?? new WatchNotes(), runner.TrialLeft(name));
            if (parsed.GetValue(json))
                Console.Out.WriteLine(StatusJson.Write(name, status, watch));
            else if (status is not null)
                Console.Out.Write(StatusText.Write(status, watch));
            else
                Console.Error.WriteLine($"{name} is not running; start it with 'weft start {name}'");
            // So that scripts can ask: 0 is running.
            return status is { IsUp: true } ? 0 : 1;
        });
        return command;
    }
}

/// <summary>What the watcher knows of a site.</summary>
/// <param name="IsWatched">There is a watcher now.</param>
/// <param name="Trial">How long a trial is still on; null when there is none.</param>
sealed record WatchStatus(bool IsWatched, WatchNotes Notes, TimeSpan? Trial);

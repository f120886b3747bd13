using System.CommandLine;
using Weft.Control;

namespace Weft.Cli;

/// <summary>What start, stop, restart and status have in common on the command line.</summary>
static class SiteArguments
{
    /// <summary>The site that is meant where none is named.</summary>
    internal const string UsualSite = "wg0";

    internal static Argument<string> Site() =>
        new("site")
        {
            Description =
                "The site's file, or its name: wg0 is wg0.conf beside this program, else /etc/wireguard/wg0.conf.",
            DefaultValueFactory = _ => UsualSite,
        };

    internal static Option<Engine> Engine() =>
        new("--engine") { Description = "Whose WireGuard to run on: auto, kernel or userspace." };

    internal static Option<bool> Trace() =>
        new("--trace") { Description = "Print every command, system change and netlink message as it is made." };

    internal static SiteFile Read(string argument) => SiteFile.Read(SiteFile.Locate(argument), Warn);

    /// <summary>Null when the file is gone or faulty: what runs can be stopped without it.</summary>
    internal static SiteFile? TryRead(string argument)
    {
        try
        {
            return SiteFile.Read(SiteFile.Locate(argument), _ => { });
        }
        catch (Exception e) when (e is OperationFailedException or FaultyFileException)
        {
            return null;
        }
    }

    internal static Reporting Reporting(bool trace) =>
        new()
        {
            Step = trace ? line => Console.Error.WriteLine($"+ {line}") : _ => { },
            Trace = trace ? line => Console.Error.WriteLine($"  {line}") : _ => { },
            Notice = line => Console.Error.WriteLine($"weft: {line}"),
            Warning = Warn,
        };

    internal static void Warn(string line) => Console.Error.WriteLine($"weft: warning: {line}");
}

using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weft.Control;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary><c>weft receive</c>: the far end of <c>weft deploy</c>, which starts it over ssh. Not for people.</summary>
static class ReceiveCommand
{
    internal static Command Create()
    {
        Argument<string> site = SiteArguments.Site();
        Option<string?> client = new("--client")
        {
            Description = "The address that the connection comes from.",
            HelpName = "address",
        };
        Command command = new("receive", "What 'weft deploy' talks to at a site.") { site, client };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            // sudo may run it on a terminal of its own, which goes with the connection.
            using PosixSignalRegistration hangup = PosixSignalRegistration.Create(
                PosixSignal.SIGHUP,
                context => context.Cancel = true
            );
            FrugalRuntime.KeepToItself();
            // It may wait for its turn, and then for a word, for as long as it takes others to replace the program.
            OwnAssemblies.LoadInBackground();
            using FileStream input = new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            using SiteReceiver receiver = new(input, Console.Out);
            _ = IPAddress.TryParse(parsed.GetValue(client), out IPAddress? address);
            return receiver.Run(parsed.GetRequiredValue(site), ProgramVersion.Read(), address);
        });
        return command;
    }
}

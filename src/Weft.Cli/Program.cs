using System.CommandLine;

namespace Weft.Cli;

/// <summary>The program. Under the name <c>wg</c> or <c>wg-quick</c> (argv[0]) it is that tool, else <c>weft</c>.</summary>
static class Program
{
    static int Main(string[] args)
    {
        // Applets take their arguments raw: the grammar of wg is older than any library's.
        // RootCommand: one line per file of Commands/.
        RootCommand root = new("Joins the networks of several sites with WireGuard.");
        root.Subcommands.Add(DeviceCommand.Create());
        return root.Parse(args).Invoke();
    }
}

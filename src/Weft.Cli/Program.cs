using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Weft.Cli.Wg;
using Weft.Cli.WgQuick;
using Weft.Config;
using Weft.Control;
using Weft.Linux;

namespace Weft.Cli;

/// <summary>
/// The program. Under the name <c>wg</c> or <c>wg-quick</c> (argv[0]), or with that as its first argument, it is that
/// tool, else <c>weft</c>. Exit status: 0 done, 1 failed, 2 wrong usage.
/// </summary>
static class Program
{
    const int Failed = 1;
    const int WrongUsage = 2;

    /// <summary>Every command of weft by its name, and how one uses it.</summary>
    static (string Name, Func<Command> Create, string Example)[] Commands() =>
        [
            ("makeconf", MakeconfCommand.Create, "weft makeconf --from mesh.conf"),
            ("check", CheckCommand.Create, "weft check mesh.conf"),
            ("site", SiteCommand.Create, "weft site add d.example.org --lan 10.0.4.0/24"),
            ("deploy", DeployCommand.Create, "weft deploy a.example.org b.example.org"),
            ("start", StartCommand.Create, "weft start /etc/wireguard/wg0.conf"),
            ("confirm", ConfirmCommand.Create, "weft confirm wg0"),
            ("stop", StopCommand.Create, "weft stop wg0"),
            ("restart", RestartCommand.Create, "weft restart wg0"),
            ("repair", RepairCommand.Create, "weft repair wg0"),
            ("status", StatusCommand.Create, "weft status"),
            ("doctor", DoctorCommand.Create, "weft doctor b.example.org"),
            ("route", RouteCommand.Create, "weft route 10.0.3.10 --from 10.0.1.10"),
            ("watch", WatchCommand.Create, "weft watch wg0 --once"),
            ("install", InstallCommand.CreateInstall, "weft install wg0.conf"),
            ("uninstall", InstallCommand.CreateUninstall, "weft uninstall wg0"),
            ("device", DeviceCommand.Create, "weft device wg0 --foreground"),
            ("receive", ReceiveCommand.Create, "ssh root@a.example.org weft receive"),
        ];

    static int Main(string[] args)
    {
        try
        {
            Daemon.KeepOpenFilesToItself();
            // Applets take their arguments raw: the grammar of wg is older than any library's.
            string invoked = InvokedName.Read();
            return (Path.GetFileName(invoked), args) switch
            {
                ("wg", _) => WgApplet.Run(invoked, args),
                (_, ["wg", .. string[] rest]) => WgApplet.Run("wg", rest),
                ("wg-quick", _) => WgQuickApplet.Run(args),
                (_, ["wg-quick", .. string[] rest]) => WgQuickApplet.Run(rest),
                _ => Weft(args),
            };
        }
        catch (OperationFailedException e)
        {
            return Fail(e.Message, e.Remedy);
        }
        catch (FaultyFileException e)
        {
            foreach (Diagnostic fault in e.Faults)
                Console.Error.WriteLine(fault);
            return Failed;
        }
        catch (DeviceNotFoundException e)
        {
            return Fail(e.Message, "See which there are: weft wg show interfaces");
        }
        catch (KernelRefusedException e)
        {
            bool denied = e.Error is Errno.EPERM or Errno.EACCES;
            return Fail(e.Message, denied ? "Run it as root." : null);
        }
        catch (UnauthorizedAccessException e)
        {
            return Fail(e.Message, "Run it as root, or change who may use it.");
        }
        catch (IOException e)
        {
            return Fail(e.Message, null);
        }
    }

    static int Weft(string[] args)
    {
        (string Name, Func<Command> Create, string Example)[] known = Commands();
        int place = args.Length == 0 ? -1 : Array.FindIndex(known, command => command.Name == args[0]);
        // To make all of them takes as long as many a command does, so the others are made for the list of them only.
        (Command Command, string Example)[] commands =
        [
            .. (place < 0 ? known : known[place..(place + 1)]).Select(c => (c.Create(), c.Example)),
        ];
        RootCommand root = new("Joins the networks of several sites with WireGuard.");
        foreach ((Command command, _) in commands)
            root.Subcommands.Add(command);
        foreach (Option option in root.Options)
        {
            if (option is VersionOption)
                option.Action = new VersionAction();
            else if (option is HelpOption { Action: HelpAction help })
                option.Action = new ExampleAction(help, commands.ToDictionary(c => c.Command, c => c.Example));
        }

        ParseResult parsed = root.Parse(args);
        string[] faults =
        [
            .. parsed.Errors.Count > 0
                ? parsed.Errors.Select(error => error.Message).Distinct()
                : EmptyValues(parsed.CommandResult),
        ];
        if (faults.Length == 0 || parsed.Action is ExampleAction or VersionAction)
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        foreach (string message in faults)
            Console.Error.WriteLine($"weft: {message}");
        Console.Error.WriteLine($"Try: {PathOf(parsed.CommandResult)} --help");
        return WrongUsage;
    }

    /// <summary>The command as it is typed, for example <c>weft site add</c>.</summary>
    static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "weft";

    /// <summary>
    /// No command takes an empty path, name or number. What gives one is a script's variable that is not set, and the usual
    /// place instead could be the wrong one.
    /// </summary>
    static IEnumerable<string> EmptyValues(CommandResult command) =>
        command
            .Children.Where(given => given.Tokens.Any(token => token.Value.Length == 0))
            .Select(given =>
                given is OptionResult option ? option.Option.Name : $"<{((ArgumentResult)given).Argument.Name}>"
            )
            .Select(name => $"{name} is empty: give it a value; is a variable not set?");

    static int Fail(string message, string? remedy)
    {
        Console.Error.WriteLine($"weft: {message}");
        if (remedy is not null)
            Console.Error.WriteLine($"      {remedy}");
        return Failed;
    }

    /// <summary>The usual help, then the command's example.</summary>
    sealed class ExampleAction(HelpAction help, Dictionary<Command, string> examples) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int status = help.Invoke(parseResult);
            if (examples.TryGetValue(parseResult.CommandResult.Command, out string? example))
                parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {example}\n");
            return status;
        }
    }

    sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"weft {ProgramVersion.Read()}");
            return 0;
        }
    }
}

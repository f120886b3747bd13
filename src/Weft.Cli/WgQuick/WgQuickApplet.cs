using Weft.Config;
using Weft.Control;

namespace Weft.Cli.WgQuick;

/// <summary>
/// The <c>wg-quick</c> tool: interfaces from wg-quick files, without what <c>weft start</c> adds to them. It says on
/// standard error each step that it takes, as the command that would do the same. Exit status: 0 done, 1 failed or wrong
/// usage, or that of the hook that failed.
/// </summary>
static class WgQuickApplet
{
    const string Userspace = "WG_QUICK_USERSPACE_IMPLEMENTATION";

    const string Usage = """
        Usage: wg-quick up|down|save|strip FILE|NAME

          up      make the interface, with its addresses, routes and name servers
          down    take it away again
          save    write the file anew from what the interface is now
          strip   print the file without what only wg-quick knows

        FILE is a path like /somewhere/wg0.conf and makes the interface wg0.
        NAME stands for /etc/wireguard/NAME.conf.

        Beyond what 'wg setconf' reads, [Interface] may hold:

          Address     addresses of the interface, with the length of their prefix
          DNS         name servers and search domains while the interface is up
          MTU         of the interface; unless given, that of the way to the peers less 80
          Table       auto, off (no routes), or the routing table to put routes into
          PreUp, PostUp, PreDown, PostDown
                      commands for bash, with %i for the interface
          SaveConfig  true to write the file anew before each 'down'

        Where the kernel has no WireGuard, Weft's own runs in user space, or the program
        that WG_QUICK_USERSPACE_IMPLEMENTATION names.

        Example:
          wg-quick up wg0
        """;

    internal static int Run(string[] args)
    {
        try
        {
            return args switch
            {
                ["help" or "--help" or "-h"] => Help(),
                ["up" or "down" or "save" or "strip", ""] => throw new OperationFailedException(
                    "FILE|NAME is empty",
                    "Give it a value, as in wg-quick up wg0; is a variable not set?"
                ),
                ["up", string conf] => Up(conf),
                ["down", string conf] => Down(conf),
                ["save", string conf] => Save(conf),
                ["strip", string conf] => Strip(conf),
                _ => WrongUsage(),
            };
        }
        catch (OperationFailedException e)
        {
            Console.Error.WriteLine($"wg-quick: {e.Message}");
            if (e.Remedy is { } remedy)
                Console.Error.WriteLine($"          {remedy}");
            return e.Status;
        }
    }

    static int Up(string conf)
    {
        SiteFile file = Read(conf);
        PatientNames names = new(file);
        // At boot it may take long until names resolve, and other sites are to start meanwhile. But PreUp may be what
        // names need.
        if (file.Config.Interface.PreUp.IsEmpty)
            names.FindAll();
        using SiteRunner runner = NewRunner();
        runner.Start(
            file,
            new StartOptions
            {
                JoinNetworks = false,
                MustBeNew = true,
                DiscoverMtu = true,
                Lookup = names.Find,
            }
        );
        return 0;
    }

    static int Down(string conf)
    {
        string path = SiteFile.LocateAsWgQuick(conf);
        string name = SiteFile.InterfaceOf(path);
        SiteFile? file = TryRead(path);
        using SiteRunner runner = NewRunner();
        return runner.Stop(name, file, anyOwner: true)
            ? 0
            : throw new OperationFailedException($"'{name}' is not a WireGuard interface", null);
    }

    /// <summary>Null when it is faulty, which is said: whoever broke the file of an interface can still take that down.</summary>
    static SiteFile? TryRead(string path)
    {
        try
        {
            return SiteFile.Read(path, Warn);
        }
        catch (FaultyFileException e)
        {
            foreach (Diagnostic fault in e.Faults)
                Warn(fault.ToString());
            return null;
        }
    }

    static int Save(string conf)
    {
        SiteFile file = Read(conf);
        using SiteRunner runner = NewRunner();
        SiteConfig current = runner.ReadBack(file);
        file.Save(current);
        return 0;
    }

    static int Strip(string conf)
    {
        SiteFile file = Read(conf);
        Console.Out.Write(StrippedFile.Of(File.ReadAllText(file.Path)));
        return 0;
    }

    static int Help()
    {
        Console.Out.WriteLine(Usage);
        return 0;
    }

    static int WrongUsage()
    {
        Console.Error.WriteLine(Usage);
        return 1;
    }

    static SiteFile Read(string conf) => SiteFile.Read(SiteFile.LocateAsWgQuick(conf), Warn);

    static SiteRunner NewRunner()
    {
        Reporting reporting = new()
        {
            Step = step => Console.Error.WriteLine($"[#] {step}"),
            Notice = line => Console.Error.WriteLine($"[!] {line}"),
            Warning = Warn,
        };
        return Environment.GetEnvironmentVariable(Userspace) is { Length: > 0 } program
            ? new(reporting, DaemonCommand.Of(program))
            : new(reporting);
    }

    static void Warn(string line) => Console.Error.WriteLine($"wg-quick: warning: {line}");
}

using Weft.Config;
using Weft.Control;

namespace Weft.Cli.WgQuick;

/// <summary>
/// The <c>wg-quick</c> tool: interfaces from wg-quick files, without what <c>weft start</c> adds to them. It says on
/// standard error each step that it takes, as the command that would do the same.
/// </summary>
static class WgQuickApplet
{
    const string Usage = """
        Usage: wg-quick up|down|save|strip FILE|NAME

        FILE is a path like /somewhere/wg0.conf and makes the interface wg0.
        NAME stands for /etc/wireguard/NAME.conf.

          up      make the interface, with its addresses and routes
          down    take it away again
          save    write the file anew from what the interface is now
          strip   print the file without what only wg-quick knows

        Beyond what 'wg setconf' reads, [Interface] may hold: Address, MTU, Table (off, auto
        or a number), PreUp, PostUp, PreDown, PostDown (commands, with %i for the
        interface) and SaveConfig. DNS is refused: this version cannot set it yet.
        """;

    internal static int Run(string[] args)
    {
        try
        {
            return args switch
            {
                ["help" or "--help" or "-h"] => Help(),
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
            return 1;
        }
    }

    static int Up(string conf)
    {
        SiteFile file = Read(conf);
        using SiteRunner runner = NewRunner();
        runner.Start(
            file,
            new StartOptions
            {
                JoinNetworks = false,
                MustBeNew = true,
                DiscoverMtu = true,
            }
        );
        return 0;
    }

    static int Down(string conf)
    {
        SiteFile file = Read(conf);
        using SiteRunner runner = NewRunner();
        if (file.Config.Interface.SaveConfig)
            file.Save(runner.ReadBack(file));
        return runner.Stop(file.Interface, file, anyOwner: true)
            ? 0
            : throw new OperationFailedException($"'{file.Interface}' is not a WireGuard interface", null);
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

    static SiteRunner NewRunner() =>
        new(
            new Reporting
            {
                Step = step => Console.Error.WriteLine($"[#] {step}"),
                Notice = line => Console.Error.WriteLine($"[!] {line}"),
                Warning = Warn,
            }
        );

    static void Warn(string line) => Console.Error.WriteLine($"wg-quick: warning: {line}");
}

using Weft.Control;

namespace Weft.Cli.Wg;

/// <summary>
/// The <c>wg</c> tool. What it prints on standard output, its exit status and what it sends to a device are those of
/// WireGuard's own (wireguard-tools 1.0.20210914, which the tests run beside it), so that scripts need not care; its
/// messages on standard error say the same in other words.
/// </summary>
static class WgApplet
{
    /// <summary>Scripts ask for this line to learn which subcommands there are: it names the tool that is matched.</summary>
    const string Version = "wireguard-tools v1.0.20210914 - https://git.zx2c4.com/wireguard-tools/";

    /// <summary>What a shell reports for a program that SIGPIPE ended, as it ends the C tool.</summary>
    const int EndedByPipe = 128 + 13;

    /// <summary>The subcommands, in the order of the help.</summary>
    static readonly (string Name, string Help, Func<WgSurroundings, string[], int> Run)[] Subcommands =
    [
        ("show", "Shows the current configuration and device information", WgShow.Run),
        (
            "showconf",
            "Shows the current configuration of a given WireGuard interface, for use with `setconf'",
            WgShowConf.Run
        ),
        ("set", "Change the current configuration, add peers, remove peers, or change peers", WgSet.Run),
        (
            "setconf",
            "Applies a configuration file to a WireGuard interface",
            (wg, args) => WgSetConf.Run(wg, "setconf", args)
        ),
        (
            "addconf",
            "Appends a configuration file to a WireGuard interface",
            (wg, args) => WgSetConf.Run(wg, "addconf", args)
        ),
        (
            "syncconf",
            "Synchronizes a configuration file to a WireGuard interface",
            (wg, args) => WgSetConf.Run(wg, "syncconf", args)
        ),
        ("genkey", "Generates a new private key and writes it to stdout", WgKeys.GeneratePrivateKey),
        ("genpsk", "Generates a new preshared key and writes it to stdout", WgKeys.GeneratePresharedKey),
        ("pubkey", "Reads a private key from stdin and writes a public key to stdout", WgKeys.DerivePublicKey),
    ];

    /// <param name="program">argv[0], for the usage lines.</param>
    internal static int Run(string program, string[] args)
    {
        using WgSurroundings wg = WgSurroundings.OfProcess(program);
        try
        {
            int status = Run(wg, args);
            wg.Output.Flush();
            return status;
        }
        catch (IOException e) when (e.HResult == (int)Linux.Errno.EPIPE)
        {
            return EndedByPipe;
        }
    }

    internal static int Run(WgSurroundings wg, string[] args)
    {
        try
        {
            return Dispatch(wg, args);
        }
        catch (OperationFailedException e)
        {
            return wg.Fail(e.Message, e.Remedy);
        }
        catch (DeviceNotFoundException e)
        {
            return wg.Fail(e.Message);
        }
    }

    static int Dispatch(WgSurroundings wg, string[] args)
    {
        switch (args)
        {
            case []:
                return WgShow.Run(wg, []);
            case ["-v" or "--version" or "version"]:
                wg.Output.Write($"{Version}\n");
                return 0;
            case ["-h" or "--help" or "help"]:
                Help(wg, wg.Output);
                return 0;
        }
        foreach ((string name, _, Func<WgSurroundings, string[], int> run) in Subcommands)
            if (name == args[0])
                return run(wg, args[1..]);
        wg.Error.Write($"wg: there is no subcommand '{args[0]}'\n");
        Help(wg, wg.Error);
        return 1;
    }

    static void Help(WgSurroundings wg, TextWriter to)
    {
        to.Write($"Usage: {wg.Program} <cmd> [<args>]\n\nAvailable subcommands:\n");
        foreach ((string name, string help, _) in Subcommands)
            to.Write($"  {name}: {help}\n");
        to.Write("You may pass `--help' to any of these subcommands to view usage.\n");
    }
}

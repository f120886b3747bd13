using System.Diagnostics;

namespace Weft.ScenarioTests.Network;

/// <summary>Where the programs under test and their counterparts are.</summary>
static class Programs
{
    /// <summary>Our program as <c>build.sh</c> left it; <c>WEFT_BIN</c> names another folder.</summary>
    internal static string Weft { get; } = Built("weft");

    /// <summary>Our <c>wg</c>.</summary>
    internal static string Wg { get; } = Built("wg");

    /// <summary>Our <c>wg-quick</c>.</summary>
    internal static string WgQuick { get; } = Built("wg-quick");

    /// <summary>Debian's <c>wg</c> (package wireguard-tools).</summary>
    internal static string DebianWg => "/usr/bin/wg";

    /// <summary>Debian's other implementation (package wireguard-go).</summary>
    internal static string WireGuardGo => "/usr/bin/wireguard-go";

    /// <summary>What devices are attacked with, as it was built beside the tests.</summary>
    internal static string Attack { get; } =
        Path.Combine(FindRepository(), "tests/Weft.Attack/bin", BuildFolder(), "Weft.Attack");

    /// <summary>A script of the repository, below <c>scripts/</c>.</summary>
    internal static string Script(string name) => Path.Combine(Repository, "scripts", name);

    /// <summary>The demo, with which a newcomer begins.</summary>
    internal static string Demo => Path.Combine(Repository, "demo.sh");

    /// <summary>A folder of what is installed beside the program, below <c>packaging/</c>.</summary>
    internal static string Packaging(string name) => Path.Combine(Repository, "packaging", name);

    /// <summary>A page of the documentation, below <c>docs/</c>.</summary>
    internal static string Page(string name) => Path.Combine(Repository, "docs", name);

    /// <summary>A folder for what tests make and keep for the next time.</summary>
    internal static string Artifact(string name) => Path.Combine(Repository, "artifacts", name);

    /// <summary>Runs a program on this machine itself, for what a lab needs from outside.</summary>
    internal static void RunHere(params string[] line)
    {
        ProcessStartInfo start = new(line[0], line[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new CommandFailedException("here", line, new CommandResult(process.ExitCode, output, errors.Result));
        }
    }

    static string Repository { get; } = FindRepository();

    /// <summary>The last two folders of where this program is, such as <c>Debug/net10.0</c>.</summary>
    static string BuildFolder()
    {
        DirectoryInfo here = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(here.Parent!.Name, here.Name);
    }

    static string Built(string name) =>
        Path.Combine(
            Environment.GetEnvironmentVariable("WEFT_BIN") ?? Path.Combine(FindRepository(), "artifacts", "bin"),
            name
        );

    static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Weft.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException("The scenario tests run inside their repository.");
    }
}

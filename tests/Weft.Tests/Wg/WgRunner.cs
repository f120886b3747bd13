using System.Diagnostics;
using System.Reflection;
using System.Text;
using Weft.Cli.Wg;
using Weft.Control;
using Weft.Linux;
using Xunit;

namespace Weft.Tests.Wg;

/// <summary>
/// Runs one case through Debian's wg and through ours against the same recording devices. Debian's looks for devices in
/// /var/run/wireguard only, so it runs in a mount namespace of its own with our folder in that place; nothing outside is
/// touched.
/// </summary>
static class WgRunner
{
    internal const string Debian = "/usr/bin/wg";
    const string DeviceFolder = "/var/run/wireguard";

    internal static string Program { get; } =
        typeof(WgRunner)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "WeftProgram")
            .Value!;

    /// <summary>Both outcomes, met in the same second of the clock.</summary>
    internal static (WgOutcome Debian, WgOutcome Ours) Run(Func<long, WgCase> make)
    {
        while (true)
        {
            long now = Now();
            WgCase wg = make(now);
            (WgOutcome debian, WgOutcome ours) = Run(wg, now);
            if (Now() == now)
                return (debian, ours);
        }
    }

    static (WgOutcome Debian, WgOutcome Ours) Run(WgCase wg, long now)
    {
        Require();
        using CaseFiles files = new(wg);
        string sockets = files.Sockets;
        using RecordingDevice? first = wg.Get is null ? null : new(sockets, "wdev0", wg.Get, wg.Set);
        using RecordingDevice? second = wg.SecondGet is null ? null : new(sockets, "wdev1", wg.SecondGet, wg.Set);
        string[] Sent() => [.. first?.TakeReceived() ?? [], .. second?.TakeReceived() ?? []];

        WgOutcome debian = RunProcess(Debian, "wg", files.Args, wg, sockets) with { Sent = Sent() };
        WgOutcome ours = RunHere(files.Args, wg, sockets, now) with { Sent = Sent() };
        return (debian, ours);
    }

    /// <summary>Both outcomes with real devices, which the caller put into the state to start from.</summary>
    /// <param name="between">Puts them into that state again, before ours runs.</param>
    internal static (WgOutcome Debian, WgOutcome Ours) Run(RealDevices devices, Func<long, WgCase> make, Action between)
    {
        while (true)
        {
            long now = Now();
            WgCase wg = make(now);
            using CaseFiles files = new(wg);
            between();
            WgOutcome debian = RunProcess(Debian, "wg", files.Args, wg, devices.Enter);
            debian = debian with { Sent = devices.States() };
            between();
            WgOutcome ours = RunHere(files.Args, wg, devices.Sockets, now);
            ours = ours with { Sent = devices.States() };
            if (Now() == now)
                return (debian, ours);
        }
    }

    /// <summary>A process that finds the devices of <paramref name="sockets"/>, under a name of our choice.</summary>
    internal static WgOutcome RunProcess(string program, string name, string[] args, WgCase wg, string? sockets)
    {
        // In a network namespace of its own it sees no kernel device of this host either.
        const string script = """
            [ -z "$1" ] || mount --bind "$1" /var/run/wireguard; shift; exec "$@"
            """;
        return RunProcess(
            program,
            name,
            args,
            wg,
            ["unshare", "-m", "-n", "bash", "-c", script, "bash", sockets ?? ""]
        );
    }

    /// <param name="enter">The words before the program's that lead to where it shall run.</param>
    internal static WgOutcome RunProcess(string program, string name, string[] args, WgCase wg, string[] enter)
    {
        const string script = """
            p=$1 n=$2; shift 2; exec -a "$n" "$p" "$@"
            """;
        ProcessStartInfo start = new(enter[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = Encoding.Latin1,
            StandardOutputEncoding = Encoding.Latin1,
            StandardErrorEncoding = Encoding.Latin1,
        };
        foreach (string arg in (string[])[.. enter[1..], "bash", "-c", script, "bash", program, name, .. args])
            start.ArgumentList.Add(arg);
        foreach ((string key, string value) in Environment(wg))
            start.Environment[key] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(wg.Input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new WgOutcome(process.ExitCode, output, error.Result, []);
    }

    static WgOutcome RunHere(string[] args, WgCase wg, string sockets, long now)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        Dictionary<string, string> environment = Environment(wg);
        using WgSurroundings surroundings = new()
        {
            Program = "wg",
            Input = new MemoryStream(Encoding.Latin1.GetBytes(wg.Input)),
            Output = output,
            Error = error,
            Variable = environment.GetValueOrDefault,
            OutputIsTerminal = false,
            OutputIsOpenToOthers = () => false,
            Devices = new UapiDevices(sockets),
            Names = new EndpointNames(environment.GetValueOrDefault, error, _ => { }),
            InterfaceName = InterfaceNames.Find,
            Now = () => now,
        };
        int status = WgApplet.Run(surroundings, args);
        return new WgOutcome(status, output.ToString(), error.ToString(), []);
    }

    /// <summary>A lookup that fails is not tried again: the tests have no time to wait.</summary>
    static Dictionary<string, string> Environment(WgCase wg)
    {
        Dictionary<string, string> all = new(wg.Environment);
        all.TryAdd("WG_ENDPOINT_RESOLUTION_RETRIES", "0");
        return all;
    }

    internal static void Require()
    {
        Assert.True(
            File.Exists(Debian),
            "Debian's wg is missing: apt-get install wireguard-tools (test.sh does that)."
        );
        Assert.True(PathStatus.Self == 0, "Run these tests as root: they make a mount namespace.");
        Directory.CreateDirectory(DeviceFolder);
    }

    static long Now() => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>The folder of one run: the files that the case brings, and room for the sockets of recording devices.</summary>
    sealed class CaseFiles : IDisposable
    {
        readonly string _folder = Directory.CreateTempSubdirectory("weft-wg-").FullName;

        internal CaseFiles(WgCase wg)
        {
            string files = Directory.CreateDirectory(Path.Combine(_folder, "files")).FullName;
            Sockets = Directory.CreateDirectory(Path.Combine(_folder, "run")).FullName;
            foreach ((string name, string text) in wg.Files)
                File.WriteAllBytes(Path.Combine(files, name), Encoding.Latin1.GetBytes(text));
            Args = [.. wg.Args.Select(a => a.Replace("{dir}", files, StringComparison.Ordinal))];
        }

        internal string Sockets { get; }

        internal string[] Args { get; }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}

using System.Text;
using Weft.Config;
using Weft.Control;
using Weft.Linux;

namespace Weft.Cli.Wg;

/// <summary>Everything that the wg tool touches besides its arguments and files, so that a test can put its own there.</summary>
sealed record WgSurroundings : IDisposable
{
    /// <summary>The name in the usage lines: argv[0], as WireGuard's own tool has it.</summary>
    internal required string Program { get; init; }

    internal required Stream Input { get; init; }

    internal required TextWriter Output { get; init; }

    internal required TextWriter Error { get; init; }

    /// <summary>Of the environment.</summary>
    internal required Func<string, string?> Variable { get; init; }

    internal required bool OutputIsTerminal { get; init; }

    /// <summary>Whether others on this host can read what is written to standard output.</summary>
    internal required Func<bool> OutputIsOpenToOthers { get; init; }

    internal required IDeviceControl Devices { get; init; }

    internal required IEndpointNames Names { get; init; }

    /// <summary>Names the interface of an index, for scopes of addresses.</summary>
    internal required Func<uint, string?> InterfaceName { get; init; }

    /// <summary>Seconds since 1970.</summary>
    internal required Func<long> Now { get; init; }

    /// <summary>Those of the process.</summary>
    internal static WgSurroundings OfProcess(string program)
    {
        UTF8Encoding text = new(encoderShouldEmitUTF8Identifier: false);
        StreamWriter error = new(Console.OpenStandardError(), text) { AutoFlush = true };
        return new WgSurroundings
        {
            Program = program,
            Input = Console.OpenStandardInput(),
            Output = new StreamWriter(Console.OpenStandardOutput(), text, bufferSize: 64 << 10),
            Error = error,
            Variable = Environment.GetEnvironmentVariable,
            OutputIsTerminal = !Console.IsOutputRedirected,
            OutputIsOpenToOthers = OutputFileIsOpenToOthers,
            Devices = new HostDevices(),
            Names = new EndpointNames(Environment.GetEnvironmentVariable, error, Thread.Sleep),
            InterfaceName = InterfaceNames.Find,
            Now = () => DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        };
    }

    /// <summary>Prints a fault and answers with the exit status for it.</summary>
    internal int Fail(string message, string? remedy = null)
    {
        Output.Flush();
        Error.WriteLine(remedy is null ? $"wg: {message}" : $"wg: {message} ({remedy})");
        return 1;
    }

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }

    static bool OutputFileIsOpenToOthers() =>
        PathStatus.OfTarget("/proc/self/fd/1") is { Kind: PathKind.File } file
        && (file.Mode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute)) != 0;
}

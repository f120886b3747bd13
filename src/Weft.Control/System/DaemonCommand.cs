using System.Collections.Immutable;
using System.Diagnostics;

namespace Weft.Control;

/// <summary>How a part of this program that runs on its own is started; the interface's name follows its arguments.</summary>
public sealed record DaemonCommand(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>The option of <c>weft device</c> that sets a floor under the times of its handshakes.</summary>
    public const string NotBefore = "--not-before";

    /// <summary>What our own say on their standard output, in the background, once they are at work.</summary>
    public const string Ready = "ready";

    const string Detached = "--detached";

    /// <summary>It is this very program.</summary>
    internal bool IsOwn { get; private init; }

    /// <summary>A program of that name or path, such as <c>wireguard-go</c>.</summary>
    public static DaemonCommand Of(string program) => new(Tools.Find(program) ?? program, []);

    /// <summary>This very program, as <c>weft device</c>: it returns once it serves the interface.</summary>
    public static DaemonCommand OwnDevice => Own("device");

    /// <summary>This very program, as <c>weft watch</c>.</summary>
    public static DaemonCommand OwnWatcher => Own("watch");

    /// <summary>What starts it for an interface.</summary>
    public ProcessStartInfo For(string name) => new(Program, [.. Arguments, name]);

    /// <summary>
    /// Has one of ours serve from the process that is started, in a session of its own. Left alone a device starts itself
    /// once more for that, which costs the runtime's start twice.
    /// </summary>
    public static void Detach(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.ArgumentList.Add(Detached);
        // A process that holds keys keeps no door for debuggers open, nor sockets in /tmp that outlive it when it is killed.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
    }

    static DaemonCommand Own(string command)
    {
        string self = Environment.ProcessPath ?? "/proc/self/exe";
        // Run by the shared host, the program is that host's first argument.
        return Path.GetFileName(self) == "dotnet"
            ? new(self, [Path.Combine(AppContext.BaseDirectory, "weft.dll"), command]) { IsOwn = true }
            : new(self, [command]) { IsOwn = true };
    }
}

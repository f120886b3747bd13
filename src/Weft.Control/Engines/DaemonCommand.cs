using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>How the userspace device is started: a program that takes an interface's name last and returns once it serves it.</summary>
public sealed record DaemonCommand(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>This very program, as <c>weft device</c>.</summary>
    public static DaemonCommand Own
    {
        get
        {
            string self = Environment.ProcessPath ?? "/proc/self/exe";
            // Run by the shared host, the program is that host's first argument.
            return Path.GetFileName(self) == "dotnet"
                ? new(self, [Path.Combine(AppContext.BaseDirectory, "weft.dll"), "device"])
                : new(self, ["device"]);
        }
    }
}

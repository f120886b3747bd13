using System.Collections.Immutable;
using System.Diagnostics;

namespace Weft.Control;

/// <summary>
/// Settings of the .NET runtime for a process that works for an instant every ten seconds and stays for months. Compiling
/// its code anew, by what it learns while it runs, takes more processor time than the watching itself, and a heap that is
/// swept late holds more memory. The runtime reads them once, when it begins.
/// </summary>
public static class FrugalRuntime
{
    const string AnewAfter = "DOTNET_TC_CallCountingDelayMs";
    const string Never = "7fffffff";

    /// <summary>What keeps code from being compiled anew, as a shell sets it for a program.</summary>
    public const string CompileOnce = $"{AnewAfter}={Never}";

    static readonly ImmutableArray<(string Name, string Value)> s_settings =
    [
        (AnewAfter, Never),
        ("DOTNET_GCgen0size", "0x100000"),
        ("DOTNET_EnableDiagnostics", "0"),
    ];

    /// <summary>The variables, for somebody else who starts the process.</summary>
    internal static ImmutableArray<(string Name, string Value)> Settings => s_settings;

    /// <summary>For a process that is to be started.</summary>
    internal static void Ask(ProcessStartInfo start)
    {
        foreach ((string name, string value) in s_settings)
            start.Environment[name] = value;
    }

    /// <summary>They are this process's alone: neither the hooks that it runs nor a device that it starts anew inherit them.</summary>
    public static void KeepToItself()
    {
        foreach ((string name, _) in s_settings)
            Environment.SetEnvironmentVariable(name, null);
    }
}

using System.Reflection;

namespace Weft.Cli;

/// <summary>What this program calls its version: the number, and the commit that it was built from.</summary>
static class ProgramVersion
{
    internal static string Read()
    {
        string version = typeof(ProgramVersion)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;
        // The commit follows a plus sign; a few digits of it name it well enough.
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? version : version[..Math.Min(version.Length, plus + 8)];
    }
}

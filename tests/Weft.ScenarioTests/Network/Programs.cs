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

    static string Built(string name)
    {
        string? folder = Environment.GetEnvironmentVariable("WEFT_BIN");
        for (
            DirectoryInfo? above = new(AppContext.BaseDirectory);
            folder is null && above is not null;
            above = above.Parent
        )
        {
            if (File.Exists(Path.Combine(above.FullName, "Weft.slnx")))
            {
                folder = Path.Combine(above.FullName, "artifacts", "bin");
            }
        }

        return Path.Combine(folder ?? ".", name);
    }
}

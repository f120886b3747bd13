namespace Weft.Control;

/// <summary>
/// The folder for what outlives a reboot: <c>/var/lib/weft</c>, or where <c>/var</c> is in memory, as on routers, one on their
/// flash. Written seldom.
/// </summary>
static class LastingFolder
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    internal static string Place { get; } = Choose(new DirectoryInfo("/var").LinkTarget, Directory.Exists("/jffs"));

    /// <param name="varTarget">What <c>/var</c> is a link to: on OpenWrt and Tomato something in <c>/tmp</c>.</param>
    /// <param name="hasJffs">There is <c>/jffs</c>, which Tomato keeps; its <c>/etc</c> is in memory too.</param>
    internal static string Choose(string? varTarget, bool hasJffs) =>
        varTarget?.TrimStart('/') is { } target
        && (target == "tmp" || target.StartsWith("tmp/", StringComparison.Ordinal))
            ? hasJffs
                ? "/jffs/weft"
                : "/etc/weft"
            : "/var/lib/weft";

    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    internal static string Make()
    {
        Directory.CreateDirectory(Place, OwnerOnly);
        return Place;
    }
}

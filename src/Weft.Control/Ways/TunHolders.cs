using System.Globalization;

namespace Weft.Control;

/// <summary>
/// Which program has a TUN or TAP interface open. The interface itself does not say, but each process's descriptors do
/// (proc(5), fdinfo: <c>iff:</c>). Reads <c>/proc</c> alone.
/// </summary>
static class TunHolders
{
    const string Device = "/dev/net/tun";
    const string Mark = "iff:";

    /// <summary>Null when no process that we may see holds it.</summary>
    internal static TunHolder? Find(string name)
    {
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(process)[0]))
                continue;
            try
            {
                if (Holds(process, name))
                    return new TunHolder(process, File.ReadAllText($"{process}/comm").TrimEnd('\n'));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is not ours to look into.
            }
        }
        return null;
    }

    static bool Holds(string process, string name)
    {
        foreach (string descriptor in Directory.EnumerateFiles($"{process}/fd"))
        {
            if (new FileInfo(descriptor).LinkTarget != Device)
                continue;
            foreach (string line in File.ReadLines($"{process}/fdinfo/{Path.GetFileName(descriptor)}"))
            {
                if (
                    line.StartsWith(Mark, StringComparison.Ordinal)
                    && line.AsSpan(Mark.Length).Trim().SequenceEqual(name)
                )
                    return true;
            }
        }
        return false;
    }
}

/// <summary>A process that has a TUN or TAP open.</summary>
/// <param name="Folder">Its own below <c>/proc</c>.</param>
/// <param name="Program">Its name as <c>comm</c> has it (15 letters).</param>
sealed record TunHolder(string Folder, string Program)
{
    internal int Id => int.Parse(Path.GetFileName(Folder), CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace Weft.Control;

/// <summary>
/// Which program has a UDP port: <c>/proc/net/udp</c> tells the sockets' numbers, each process's descriptors whose they are.
/// Reads <c>/proc</c> alone.
/// </summary>
static class PortHolders
{
    static readonly string[] s_tables = ["/proc/net/udp", "/proc/net/udp6"];

    /// <summary>Such as <c>socat (process 812)</c>; null when nobody has the port.</summary>
    internal static string? Find(ushort port)
    {
        HashSet<string> sockets = [.. s_tables.Where(File.Exists).SelectMany(File.ReadLines).SelectMany(Socket)];
        if (sockets.Count == 0)
            return null;
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(process)[0]))
                continue;
            try
            {
                bool holds = Directory
                    .EnumerateFiles($"{process}/fd")
                    .Any(f => sockets.Contains(new FileInfo(f).LinkTarget ?? ""));
                if (holds)
                    return $"{File.ReadAllText($"{process}/comm").TrimEnd('\n')} (process {Path.GetFileName(process)})";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is not ours to look into.
            }
        }
        // The kernel's own, as that of its WireGuard.
        return "the kernel itself";

        // The second field is the local address and port in hexadecimal, the tenth the socket's number.
        IEnumerable<string> Socket(string line)
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal))
                yield return string.Create(CultureInfo.InvariantCulture, $"socket:[{fields[9]}]");
        }
    }
}

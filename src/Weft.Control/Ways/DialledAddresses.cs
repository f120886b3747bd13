using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Weft.Control;

/// <summary>
/// Where a program of another VPN sends its packets, as far as can be told from outside: the far ends of its connected
/// sockets (proc(5), <c>net/tcp</c> and the like), and for tinc, which tries again but seldom once it has lost a
/// connection, the hosts that its own files have it dial, by address or name.
/// </summary>
static class DialledAddresses
{
    const string SocketLink = "socket:[";

    /// <summary>For all names of a program; with a dead name server there is no more to be known than without.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    internal static HashSet<IPAddress> Of(TunHolder holder)
    {
        HashSet<IPAddress> found = [];
        try
        {
            HashSet<string> sockets = SocketsOf(holder);
            foreach (string table in (string[])["tcp", "tcp6", "udp", "udp6"])
            {
                string path = $"{holder.Folder}/net/{table}";
                if (!File.Exists(path))
                    continue;
                foreach (string line in File.ReadLines(path).Skip(1))
                {
                    if (FarEnd(line, sockets) is { } address)
                        found.Add(address);
                }
            }
            if (holder.Program == "tincd")
                found.UnionWith(Resolved(OfTinc(holder)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile: what is known of it has to do.
        }
        found.RemoveWhere(IPAddress.IsLoopback);
        return found;
    }

    /// <summary>Inodes, as text.</summary>
    static HashSet<string> SocketsOf(TunHolder holder) =>
        [
            .. Directory
                .EnumerateFiles($"{holder.Folder}/fd")
                .Select(path => new FileInfo(path).LinkTarget)
                .OfType<string>()
                .Where(target => target.StartsWith(SocketLink, StringComparison.Ordinal))
                .Select(target => target[SocketLink.Length..^1]),
        ];

    /// <summary>Of a line of the kernel's tables: <c>sl local_address rem_address st … inode</c>; null when it is not connected or not one of these.</summary>
    internal static IPAddress? FarEnd(string line, IReadOnlySet<string> sockets)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 10 || !sockets.Contains(words[9]))
            return null;
        string hex = words[2].Split(':')[0];
        if (hex.Length is not (8 or 32))
            return null;
        // Words of 32 bits as the machine's memory has them.
        uint[] memory = new uint[hex.Length / 8];
        for (int i = 0; i < memory.Length; i++)
        {
            if (!uint.TryParse(hex.AsSpan(i * 8, 8), NumberStyles.HexNumber, null, out memory[i]))
                return null;
        }
        IPAddress address = new(MemoryMarshal.AsBytes(memory.AsSpan()));
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? null : address;
    }

    /// <summary>What they mean on this host; a name that is not known in time means nothing.</summary>
    static IEnumerable<IPAddress> Resolved(IEnumerable<string> hosts)
    {
        using CancellationTokenSource late = new(s_patience);
        Task<IPAddress[]>[] lookups = [.. hosts.Distinct().Select(host => ResolveAsync(host, late.Token))];
        return Task.WhenAll(lookups).GetAwaiter().GetResult().SelectMany(addresses => addresses);
    }

    static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken late)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
            return [address];
        try
        {
            // The system's own lookup ends in its own time, whatever it is told.
            return await Dns.GetHostAddressesAsync(host, late).WaitAsync(late).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            return [];
        }
    }

    /// <summary>The <c>Address</c> of each host that tinc.conf has it connect to: addresses and names.</summary>
    static IEnumerable<string> OfTinc(TunHolder holder)
    {
        string root = $"{holder.Folder}/root{TincFolder(File.ReadAllText($"{holder.Folder}/cmdline").Split('\0'))}";
        if (!File.Exists($"{root}/tinc.conf"))
            yield break;
        foreach (string host in Values($"{root}/tinc.conf", "ConnectTo"))
        {
            string path = $"{root}/hosts/{host}";
            if (host.Contains('/', StringComparison.Ordinal) || !File.Exists(path))
                continue;
            foreach (string value in Values(path, "Address"))
            {
                // A port may follow.
                yield return value.Split(' ')[0];
            }
        }
    }

    /// <summary>By tincd's <c>-c</c> and <c>-n</c>, either with its value in the same word or the next.</summary>
    internal static string TincFolder(ReadOnlySpan<string> words)
    {
        string? net = null;
        for (int i = 1; i < words.Length; i++)
        {
            string next = i + 1 < words.Length ? words[i + 1] : "";
            if (Option(words[i], next, "-c", "--config=") is { } folder)
                return folder;
            net ??= Option(words[i], next, "-n", "--net=");
        }
        return net is null ? "/etc/tinc" : $"/etc/tinc/{net}";
    }

    static string? Option(string word, string next, string brief, string full) =>
        word == brief ? next
        : word.StartsWith(full, StringComparison.Ordinal) ? word[full.Length..]
        : word.StartsWith(brief, StringComparison.Ordinal) && word.Length > 2 ? word[2..]
        : null;

    /// <summary>tinc's <c>KEY = VALUE</c>; the key in any case, the equals sign as one likes.</summary>
    static IEnumerable<string> Values(string path, string key)
    {
        foreach (string line in File.ReadLines(path))
        {
            string text = line.Trim();
            if (
                text.StartsWith(key, StringComparison.OrdinalIgnoreCase)
                && text.Length > key.Length
                && text[key.Length] is ' ' or '\t' or '='
            )
                yield return text[key.Length..].TrimStart(' ', '\t', '=').Trim();
        }
    }
}

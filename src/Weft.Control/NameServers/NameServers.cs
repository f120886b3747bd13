using System.Collections.Immutable;
using System.Net;

namespace Weft.Control;

/// <summary>The name servers and search domains that a file's <c>DNS</c> asks for while its interface is up.</summary>
sealed record NameServers
{
    /// <param name="entries">Addresses and domains, mixed, as the file has them.</param>
    /// <returns>Null when there are none.</returns>
    internal static NameServers? Of(ImmutableArray<string> entries)
    {
        return entries.IsEmpty
            ? null
            : new NameServers
            {
                Servers = [.. entries.Where(IsAddress)],
                Domains = [.. entries.Where(e => !IsAddress(e))],
            };
    }

    public required ImmutableArray<string> Servers { get; init; }

    public required ImmutableArray<string> Domains { get; init; }

    /// <summary>As <c>DNS</c> has them.</summary>
    internal ImmutableArray<string> Entries => [.. Servers, .. Domains];

    /// <summary>In the words of resolv.conf(5).</summary>
    internal string ResolvConf()
    {
        string servers = string.Concat(Servers.Select(s => $"nameserver {s}\n"));
        return Domains.IsEmpty ? servers : $"{servers}search {string.Join(' ', Domains)}\n";
    }

    internal bool SameAs(NameServers? other) => other is not null && ResolvConf() == other.ResolvConf();

    static bool IsAddress(string entry) => IPAddress.TryParse(entry, out _);
}

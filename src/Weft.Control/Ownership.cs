using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Weft.Control;

/// <summary>How an object of the host is known as Weft's, wherever Weft runs and whatever it forgot.</summary>
static class Ownership
{
    /// <summary>
    /// Who made a route, an address or a policy rule. None of the numbers that iproute2 reserves; a 'W', and what
    /// <c>ip route show proto 87</c> lists is ours.
    /// </summary>
    internal const byte Protocol = 87;

    /// <summary>An interface of ours opens its alias with this word.</summary>
    internal const string AliasWord = "weft";

    /// <summary>IFALIASZ less the closing zero.</summary>
    const int LongestAlias = 255;

    const string FileKey = "file=";

    /// <summary>
    /// The alias of an interface of ours: the word, a mark of the text that it was made from, then the kernel's settings that a
    /// stop has to put back. So all that is known even where <c>/run</c> was cleared; settings that do not fit stand in the
    /// state alone.
    /// </summary>
    /// <param name="text">The site's file; null for an interface that nobody watches.</param>
    internal static string Alias(string? text, IEnumerable<Sysctl> restore)
    {
        string alias = text is null ? AliasWord : $"{AliasWord} {FileMark(text)}";
        foreach (Sysctl setting in restore.Where(IsRemembered))
        {
            string longer = $"{alias} {setting.Key}={setting.Value}";
            if (Encoding.UTF8.GetByteCount(longer) <= LongestAlias)
                alias = longer;
        }
        return alias;
    }

    /// <summary>The interface was made from this very text.</summary>
    internal static bool IsMadeFrom(string alias, string text) =>
        IsOurAlias(alias) && alias.Split(' ').Contains(FileMark(text));

    /// <summary>A few digits of a hash. The text holds a private key, which no hash of it gives away.</summary>
    static string FileMark(string text) =>
        FileKey + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    /// <summary>The settings that an alias of ours names; what is not a setting that start changes is passed over.</summary>
    internal static ImmutableArray<Sysctl> Remembered(string alias)
    {
        if (!IsOurAlias(alias))
            return [];
        return
        [
            .. alias
                .Split(' ')
                .Skip(1)
                .Select(word => word.Split('='))
                .Where(parts => parts.Length == 2)
                .Select(parts => new Sysctl(parts[0], parts[1]))
                .Where(IsRemembered),
        ];
    }

    static bool IsRemembered(Sysctl setting)
    {
        string[] parts = setting.Key.Split('/');
        bool known = parts switch
        {
            ["net", "ipv4", "ip_forward"] => true,
            ["net", "ipv4", "conf", "all", "src_valid_mark"] => true,
            ["net", "ipv6", "conf", "all", "forwarding"] => true,
            ["net", "ipv6", "conf", not (".." or "." or ""), "accept_ra"] => true,
            _ => false,
        };
        return known
            && setting.Value.Length == 1
            && char.IsAsciiDigit(setting.Value[0])
            && !setting.Key.Any(c => char.IsWhiteSpace(c) || c == '=');
    }

    internal static bool IsOurAlias(string alias) =>
        alias == AliasWord || alias.StartsWith(AliasWord + " ", StringComparison.Ordinal);

    /// <summary>Firewall chains of one interface; at most 24 letters of the 28 that iptables takes.</summary>
    internal static string InputChain(string name) => $"{ChainPrefix}{name}-IN";

    /// <inheritdoc cref="InputChain"/>
    internal static string ForwardChain(string name) => $"{ChainPrefix}{name}-FWD";

    internal const string ChainPrefix = "WEFT-";

    /// <summary>An empty chain that says: this table was not there before Weft needed it.</summary>
    internal const string TableMark = "WEFT";

    /// <summary>An empty chain that says the same of one built-in chain, in a table that was there.</summary>
    internal static string ChainMark(string builtIn) => $"{TableMark}.{builtIn}";
}

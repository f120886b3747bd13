using System.Collections.Immutable;
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

    /// <summary>
    /// The alias of an interface of ours: the word, then the kernel's settings that a stop has to put back. So they are
    /// known even where <c>/run</c> was cleared; those that do not fit stand in the state alone.
    /// </summary>
    internal static string Alias(IEnumerable<Sysctl> restore)
    {
        string alias = AliasWord;
        foreach (Sysctl setting in restore.Where(IsRemembered))
        {
            string longer = $"{alias} {setting.Key}={setting.Value}";
            if (Encoding.UTF8.GetByteCount(longer) <= LongestAlias)
                alias = longer;
        }
        return alias;
    }

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

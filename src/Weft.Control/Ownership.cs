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

namespace Weft.Control;

/// <summary>One line of a dnsmasq configuration (dnsmasq(8)): an option by its long name, and its value.</summary>
/// <param name="Option">Such as <c>server</c>.</param>
/// <param name="Value">Empty for an option that has none.</param>
readonly record struct DnsSetting(string Option, string Value)
{
    /// <summary>Null for an empty line or a comment.</summary>
    internal static DnsSetting? Read(string line)
    {
        string text = line.Trim();
        int comment = text.IndexOf(" #", StringComparison.Ordinal);
        if (text.StartsWith('#') || text.Length == 0)
            return null;
        string[] parts = (comment < 0 ? text : text[..comment]).Split('=', 2);
        return new DnsSetting(parts[0].Trim(), parts.Length > 1 ? parts[1].Trim() : "");
    }

    /// <summary>Whether it says who answers for a domain: <c>server=/domain/…</c> or <c>local=/domain/</c>.</summary>
    internal bool Serves(string domain) =>
        Option is "server" or "local" or "address"
        && Value.Split('/') is { Length: > 2 } parts
        && parts.Skip(1).SkipLast(1).Contains(domain, StringComparer.OrdinalIgnoreCase);

    public override string ToString() => Value.Length == 0 ? Option : $"{Option}={Value}";
}

namespace Weft.Control;

/// <summary>Lines of ours in a file that is also other people's, between two remarks that name the interface. Pure.</summary>
static class MarkedBlock
{
    /// <summary>What stands between the marks; null when there is no whole block.</summary>
    internal static string? Read(string text, string link) =>
        Find(text, link) is { } place ? text[(place.Start + Begin(link).Length)..(place.End - End(link).Length)] : null;

    /// <summary>
    /// The text with a block in the place of the one before, else at its head, where it needs no line end of somebody
    /// else's before it; null takes it out.
    /// </summary>
    internal static string Put(string text, string link, string? block)
    {
        string marked = block is null ? "" : $"{Begin(link)}{block}{End(link)}";
        if (Find(text, link) is { } place)
            return string.Concat(text.AsSpan(0, place.Start), marked, text.AsSpan(place.End));
        return marked + text;
    }

    static (int Start, int End)? Find(string text, string link)
    {
        int start = text.IndexOf(Begin(link), StringComparison.Ordinal);
        int end = start < 0 ? -1 : text.IndexOf(End(link), start, StringComparison.Ordinal);
        return end < 0 ? null : (start, end + End(link).Length);
    }

    static string Begin(string link) => $"# weft {link} begins: 'weft stop' removes this\n";

    static string End(string link) => $"# weft {link} ends\n";
}

namespace Weft.Control;

/// <summary>
/// Lines of ours in a file that others write too, between two lines that say whose they are. They come last, after what the
/// user has there, and half a block is not guessed at: a router's boot or its names are at stake. Pure.
/// </summary>
/// <param name="Name">Whose, for example <c>wg0</c>.</param>
/// <param name="Why">Who writes it and who takes it away, as the first line says it.</param>
readonly record struct MarkedBlock(string Name, string Why)
{
    /// <summary>In what a host runs when it boots.</summary>
    internal static MarkedBlock OfBoot(string name) =>
        new(name, " (by 'weft install'; 'weft uninstall' takes it away)");

    /// <summary>In what a host asks for the sites' names.</summary>
    internal static MarkedBlock OfNames(string name) => new(name, ": 'weft stop' removes this");

    string Mark => $"# weft {Name} begins";

    string First => Mark + Why;

    string Last => $"# weft {Name} ends";

    /// <summary>The lines between the two; null when there is no whole block.</summary>
    internal string? Read(string text)
    {
        (int begins, int ends) = Marks(text);
        if (begins < 0 || ends < 0)
            return null;
        return text[(text.IndexOf('\n', begins) + 1)..ends];
    }

    /// <summary>The text with the block in it: where it stood, else at the end.</summary>
    /// <exception cref="OperationFailedException">One of the two lines is gone.</exception>
    internal string Put(string text, string body)
    {
        string block = $"{First}\n{body.TrimEnd('\n')}\n{Last}";
        if (Find(text) is { } found)
            return text[..found.Start] + block + text[found.End..];
        // So that taking it away leaves the very text that was there.
        return text.Length == 0 || text.EndsWith('\n') ? $"{text}{block}\n" : $"{text}\n{block}";
    }

    /// <summary>The text without the block.</summary>
    /// <exception cref="OperationFailedException">One of the two lines is gone.</exception>
    internal string Remove(string text)
    {
        if (Find(text) is not { } found)
            return text;
        (int start, int end) = (found.Start, found.End);
        if (end < text.Length && text[end] == '\r')
            end++;
        if (end < text.Length)
            end++;
        else if (start > 0)
            start--;
        return text[..start] + text[end..];
    }

    /// <summary>From the first letter of its first line to the last of its last, whatever somebody has written behind the mark.</summary>
    (int Start, int End)? Find(string text)
    {
        (int begins, int ends) = Marks(text);
        if (begins < 0 && ends < 0)
            return null;
        if (begins < 0 || ends < 0)
        {
            throw new OperationFailedException(
                $"of the two lines that mark what is weft's, '{(begins < 0 ? First : Last)}' is missing",
                "Put it back, or take the rest of the block out by hand."
            );
        }
        int end = text.AsSpan(ends).IndexOfAny('\r', '\n');
        return (begins, end < 0 ? text.Length : ends + end);
    }

    /// <summary>Where its two lines begin; below 0 for one that is not there.</summary>
    (int First, int Last) Marks(string text)
    {
        int first = LineOf(text, Mark, 0);
        return (first, LineOf(text, Last, Math.Max(first, 0)));
    }

    /// <summary>Where a line begins that starts with these words.</summary>
    static int LineOf(string text, string words, int from)
    {
        for (int at = from; (at = text.IndexOf(words, at, StringComparison.Ordinal)) >= 0; at++)
        {
            int end = at + words.Length;
            if ((at == 0 || text[at - 1] == '\n') && (end == text.Length || text[end] is ' ' or ':' or '\n' or '\r'))
                return at;
        }
        return -1;
    }
}

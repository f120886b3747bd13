namespace Weft.Config;

/// <summary>A slice of a file that remembers where it stood. Holds no copy; valid as long as the text is.</summary>
/// <param name="Source">The whole file.</param>
/// <param name="Line">From 1.</param>
/// <param name="LineStart">Index of the line's first character in <paramref name="Source"/>.</param>
readonly record struct IniText(string Source, int Line, int LineStart, int Start, int Length)
{
    internal ReadOnlySpan<char> Span => Source.AsSpan(Start, Length);

    /// <summary>From 1.</summary>
    internal int Column => Start - LineStart + 1;

    internal bool IsEmpty => Length == 0;

    internal bool Is(string text) => Span.Equals(text, StringComparison.OrdinalIgnoreCase);

    internal IniText Slice(int start, int length) => this with { Start = Start + start, Length = length };

    internal IniText Trim()
    {
        ReadOnlySpan<char> span = Span;
        int start = 0;
        while (start < span.Length && IsSpace(span[start]))
            start++;
        int end = span.Length;
        while (end > start && IsSpace(span[end - 1]))
            end--;
        return Slice(start, end - start);
    }

    /// <summary>Takes the part before the next comma, trimmed; false when nothing is left.</summary>
    internal static bool TryTakeItem(ref IniText? rest, out IniText item)
    {
        item = default;
        if (rest is not { } text)
            return false;
        int comma = text.Span.IndexOf(',');
        item = (comma < 0 ? text : text.Slice(0, comma)).Trim();
        rest = comma < 0 ? null : text.Slice(comma + 1, text.Length - comma - 1);
        return true;
    }

    /// <summary>Takes the next part between commas and white space, however many; false when nothing is left.</summary>
    internal static bool TryTakeWord(ref IniText rest, out IniText word)
    {
        ReadOnlySpan<char> span = rest.Span;
        int start = 0;
        while (start < span.Length && IsBetween(span[start]))
            start++;
        int end = start;
        while (end < span.Length && !IsBetween(span[end]))
            end++;
        word = rest.Slice(start, end - start);
        rest = rest.Slice(end, span.Length - end);
        return !word.IsEmpty;

        static bool IsBetween(char c) => c == ',' || IsSpace(c);
    }

    /// <summary>White space as C's isspace has it: that is what WireGuard's own tools strip.</summary>
    internal static bool IsSpace(char c) => c is ' ' or (>= '\t' and <= '\r');

    public override string ToString() => Span.ToString();
}

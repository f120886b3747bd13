namespace Weft.Config;

/// <summary>
/// Cuts a text into the lines of WireGuard's INI, for every kind of file. A comment runs from <c>#</c> to the end of
/// the line; a comment that starts with <c>Weft.</c> on a line of its own is a line like any other, marked as ours.
/// Never fails: what it cannot make out is an <see cref="IniLineKind.Unknown"/> line for the parser to complain of.
/// </summary>
ref struct IniReader(string text)
{
    int _next;
    int _number;

    /// <summary>The next line that says something; false at the end.</summary>
    internal bool Read(out IniLine line)
    {
        while (_next < text.Length)
        {
            int start = _next;
            int length = text.AsSpan(start).IndexOf('\n');
            if (length < 0)
                length = text.Length - start;
            _next = start + length + 1;
            _number++;
            // Editors on other systems open a file with a byte-order mark.
            int skip = start == 0 && text[0] == '\ufeff' ? 1 : 0;
            if (TryCut(new IniText(text, _number, start, start + skip, length - skip), out line))
                return true;
        }
        line = default;
        return false;
    }

    static bool TryCut(IniText whole, out IniLine line)
    {
        line = default;
        bool ours = false;
        int hash = whole.Span.IndexOf('#');
        if (hash >= 0)
        {
            IniText before = whole.Slice(0, hash).Trim();
            IniText comment = whole.Slice(hash + 1, whole.Length - hash - 1).Trim();
            ours =
                before.IsEmpty
                && comment.Span.StartsWith("Weft.", StringComparison.OrdinalIgnoreCase)
                && comment.Span.Contains('=');
            whole = before;
            if (ours)
            {
                int second = comment.Span.IndexOf('#');
                whole = second < 0 ? comment : comment.Slice(0, second);
            }
        }
        whole = whole.Trim();
        if (whole.IsEmpty)
            return false;
        int equals = whole.Span.IndexOf('=');
        if (whole.Span[0] == '[' && whole.Span[^1] == ']')
        {
            line = new IniLine(IniLineKind.Section, whole, whole.Slice(1, whole.Length - 2).Trim(), default);
        }
        else if (equals < 0)
        {
            line = new IniLine(IniLineKind.Unknown, whole, whole, default);
        }
        else
        {
            IniText key = whole.Slice(0, equals).Trim();
            IniText value = whole.Slice(equals + 1, whole.Length - equals - 1).Trim();
            line = new IniLine(ours ? IniLineKind.Directive : IniLineKind.Pair, whole, key, value);
        }
        return true;
    }
}

enum IniLineKind
{
    /// <summary><c>[Name]</c></summary>
    Section,

    /// <summary><c>Key = value</c></summary>
    Pair,

    /// <summary><c># Weft.Key = value</c></summary>
    Directive,

    /// <summary>None of these.</summary>
    Unknown,
}

/// <param name="Whole">The line without its comment.</param>
/// <param name="Name">The section's name or the key, trimmed.</param>
/// <param name="Value">Trimmed; empty for a section.</param>
readonly record struct IniLine(IniLineKind Kind, IniText Whole, IniText Name, IniText Value);

using System.Globalization;
using System.Text;

namespace Weft.Config;

/// <summary>Pieces of a file as its faults repeat them: short, fit for a terminal, and never a key.</summary>
static class ShownText
{
    /// <summary>UTF-16 units; a character more where the last one takes two.</summary>
    const int Most = 60;

    /// <summary>The start of a value; nothing of it when it could be a key in the wrong place.</summary>
    internal static string Of(ReadOnlySpan<char> text)
    {
        if (HoldsKey(text))
            return "(hidden)";
        StringBuilder shown = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (shown.Length >= Most)
                return shown.Append('…').ToString();
            shown.Append(IsVisible(rune) ? rune.ToString() : "?");
        }
        return shown.ToString();
    }

    /// <summary>Neither moves the cursor nor turns the direction of writing.</summary>
    static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
            );

    /// <summary>
    /// Whether it could be a key in the wrong place. What is one must not become a name, which is said and shown everywhere.
    /// </summary>
    internal static bool HoldsKey(ReadOnlySpan<char> text)
    {
        // A key has 43 characters of base64, or 64 of hexadecimal; one that was cut is still worth hiding, and so is one
        // that something unseen breaks up.
        const int fewest = 40;
        int run = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || !IsVisible(rune))
                continue;
            bool isKey = rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '+' or '/');
            run = isKey ? run + 1 : 0;
            if (run >= fewest)
                return true;
        }
        return false;
    }
}

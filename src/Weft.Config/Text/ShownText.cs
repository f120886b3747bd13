using System.Globalization;
using System.Text;

namespace Weft.Config;

/// <summary>Other people's text as we repeat it: one line, short, fit for a terminal, and of a file never a key.</summary>
public static class ShownText
{
    /// <summary>UTF-16 units.</summary>
    const int Most = 60;

    /// <summary>The start of a value; nothing of it when it could be a key in the wrong place.</summary>
    internal static string Of(ReadOnlySpan<char> text) => HoldsKey(text) ? "(hidden)" : Line(text, Most, '?');

    /// <summary>The text, or its start and an ellipsis.</summary>
    /// <param name="text">From anywhere; keys are not looked for.</param>
    /// <param name="most">UTF-16 units; a character more where the last one takes two.</param>
    /// <param name="unseen">What stands for each character that moves the cursor or turns the direction of writing.</param>
    public static string Line(ReadOnlySpan<char> text, int most, char unseen)
    {
        StringBuilder shown = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (shown.Length >= most)
                return shown.Append('…').ToString();
            shown.Append(IsVisible(rune) ? rune.ToString() : unseen.ToString());
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

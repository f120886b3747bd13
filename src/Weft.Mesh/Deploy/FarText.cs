using System.Globalization;
using System.Text;

namespace Weft.Mesh;

/// <summary>What others say, made fit for a terminal: one line without anything that moves the cursor, and not too long. Pure.</summary>
static class FarText
{
    const int Most = 500;

    internal static string Shown(string text)
    {
        StringBuilder shown = new();
        foreach (Rune rune in text.Trim().EnumerateRunes())
        {
            if (shown.Length >= Most)
                return shown.Append('…').ToString();
            shown.Append(IsVisible(rune) ? rune.ToString() : " ");
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
}

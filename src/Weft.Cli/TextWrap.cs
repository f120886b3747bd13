using System.Text;

namespace Weft.Cli;

/// <summary>Text for a terminal of 80 columns.</summary>
static class TextWrap
{
    const int Width = 80;

    /// <summary>Breaks between words; the first line goes on where the text stands, and a word too long is not cut.</summary>
    /// <param name="text">What is written so far; its last line is <paramref name="indent"/> long.</param>
    /// <param name="words">What to add.</param>
    /// <param name="indent">Of the lines that follow.</param>
    internal static void Append(StringBuilder text, string words, int indent)
    {
        int column = indent;
        bool begun = false;
        foreach (string word in words.Split(' '))
        {
            if (begun && column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', indent);
                column = indent;
                begun = false;
            }
            if (begun)
            {
                text.Append(' ');
                column++;
            }
            text.Append(word);
            column += word.Length;
            begun = true;
        }
        text.Append('\n');
    }
}

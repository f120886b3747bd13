using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Weft.Config;

namespace Weft.Fuzz.Targets;

/// <summary>What holds for the faults of every text: they point into it, say little, and give nothing away.</summary>
static partial class DiagnosticRules
{
    public const string File = "the.conf";

    /// <summary>Faults of one file; a file of rubbish has more, which are counted and not listed.</summary>
    const int Most = 101;

    /// <summary>Characters of one fault: a line or two on a terminal.</summary>
    const int Longest = 400;

    /// <summary>
    /// Has a parser read an input as text, holds what it says to the rules, and tells the observation of it. Null when it
    /// found faults.
    /// </summary>
    public static T? Parse<T>(
        ReadOnlySpan<byte> input,
        Func<string, ParseResult<T>> parse,
        Observation seen,
        out string text
    )
        where T : class
    {
        text = Encoding.UTF8.GetString(input);
        ParseResult<T> result;
        using (seen.Measure())
            result = parse(text);
        Rule.Holds(result.IsGood == result.Faults.IsEmpty, "there is a value or there are faults");
        Check(text, result.Faults);
        foreach (Diagnostic fault in result.Faults)
            seen.Saw(ShapeOf(fault.Message));
        seen.Saw("faults", result.Faults.Length);
        return result.Value;
    }

    /// <summary>Holds faults to the rules.</summary>
    public static void Check(string text, ImmutableArray<Diagnostic> faults)
    {
        Rule.Holds(faults.Length <= Most, "faults are bounded", $"{faults.Length}");
        string[] lines = text.Split('\n');
        Diagnostic before = default;
        foreach (Diagnostic fault in faults)
        {
            string said = fault.ToString();
            Rule.Same(File, fault.File, "a fault names its file");
            Rule.Holds(fault.Line >= 0 && fault.Line <= lines.Length, "a fault's line is in the file", said);
            int columns = fault.Line == 0 ? 0 : lines[fault.Line - 1].Length + 1;
            Rule.Holds(fault.Column >= 0 && fault.Column <= columns, "a fault's column is in its line", said);
            Rule.Holds(fault.Message.Length > 0 && fault.Message[^1] != '.', "a fault is half a sentence", said);
            Rule.Holds(said.Length <= Longest, "a fault is short", said);
            Rule.Holds(IsFitForTerminals(said), "a fault is fit for a terminal", Escape(said));
            bool isRest = fault.Line == 0 && fault.Message.StartsWith("and ", StringComparison.Ordinal);
            Rule.Holds(
                isRest || (fault.Line, fault.Column).CompareTo((before.Line, before.Column)) >= 0,
                "faults are in order",
                said
            );
            // Where the text has none, a question mark stands for what is not fit to be shown.
            Secrets.AreNotIn(text.Contains('?') ? said : said.Replace("?", "", StringComparison.Ordinal));
            before = fault;
        }
    }

    /// <summary>Nothing moves the cursor, turns the direction of writing or is half a character.</summary>
    public static bool IsFitForTerminals(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (
                Rune.GetUnicodeCategory(rune)
                    is System.Globalization.UnicodeCategory.Control
                        or System.Globalization.UnicodeCategory.Format
                        or System.Globalization.UnicodeCategory.LineSeparator
                        or System.Globalization.UnicodeCategory.ParagraphSeparator
                || (rune == Rune.ReplacementChar && !text.Contains('\ufffd'))
            )
                return false;
        }
        return true;
    }

    /// <summary>A message without what it quotes.</summary>
    public static string ShapeOf(string message) => Quoted().Replace(message, "*");

    static string Escape(string text) =>
        string.Concat(text.Select(c => c is >= ' ' and <= '~' ? $"{c}" : $"\\u{(int)c:x4}"));

    [GeneratedRegex(@"'.*'|\[.*\]|[0-9a-fA-F:.]*[0-9][0-9a-fA-F:./]*")]
    private static partial Regex Quoted();
}

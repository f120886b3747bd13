using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Weft.ScenarioTests.Guide;

/// <summary>
/// Compares what a program printed with what the guide shows. <c>…</c> in a line stands for any text, alone on a line for any
/// number of lines; <c>‹name›</c> for a word that is the same wherever the guide says this name: the first output that
/// shows it defines it. How many blanks are in a row counts for nothing. One story, one of these, used by one thread.
/// </summary>
sealed partial class ShownOutput
{
    readonly Dictionary<string, string> _words = [];

    /// <summary>A command with the words that its names stand for.</summary>
    /// <exception cref="FormatException">A name that no output has shown yet.</exception>
    internal string Fill(string command) =>
        Name()
            .Replace(
                command,
                name =>
                    _words.TryGetValue(name.Value, out string? word)
                        ? word
                        : throw new FormatException($"{name.Value} was not shown before it is used")
            );

    /// <summary>Whether that is what was printed.</summary>
    internal bool Matches(string[] shown, string printed)
    {
        StringBuilder pattern = new(@"\A");
        List<string> defined = [];
        foreach (string line in shown)
            pattern.Append(PatternOf(Plain(line), defined));
        string[] lines = printed.TrimEnd('\n').Split('\n');
        string text = printed.Trim().Length == 0 ? "" : string.Concat(lines.Select(line => Plain(line) + "\n"));
        if (Regex.Match(text, pattern.Append(@"\z").ToString()) is not { Success: true } match)
            return false;
        for (int i = 0; i < defined.Count; i++)
            _words.TryAdd(defined[i], match.Groups[GroupOf(i)].Value);
        return true;
    }

    string PatternOf(string line, List<string> defined)
    {
        if (line == "…")
            return @"(?:.*\n)*";
        StringBuilder pattern = new();
        foreach (string part in Parts().Split(line))
        {
            if (part == "…")
                pattern.Append(".*");
            else if (!Name().IsMatch(part))
                pattern.Append(Regex.Escape(part));
            else if (_words.TryGetValue(part, out string? word))
                pattern.Append(Regex.Escape(word));
            else if (defined.IndexOf(part) is >= 0 and int place)
                pattern.Append(CultureInfo.InvariantCulture, $@"\k<{GroupOf(place)}>");
            else
            {
                pattern.Append(CultureInfo.InvariantCulture, $@"(?<{GroupOf(defined.Count)}>\S+)");
                defined.Add(part);
            }
        }

        return pattern.Append(@"\n").ToString();
    }

    static string GroupOf(int place) => string.Create(CultureInfo.InvariantCulture, $"word{place}");

    static string Plain(string line) => Blanks().Replace(line, " ").TrimEnd();

    [GeneratedRegex("‹[^›]+›")]
    private static partial Regex Name();

    [GeneratedRegex("(…|‹[^›]+›)")]
    private static partial Regex Parts();

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex Blanks();
}

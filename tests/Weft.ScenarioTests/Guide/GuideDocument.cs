using System.Globalization;
using System.Text.RegularExpressions;

namespace Weft.ScenarioTests.Guide;

/// <summary>
/// Reads the steps out of a guide in Markdown. A block fenced as <c>console</c> holds commands, each after a prompt that
/// names its host (<c>routerA# wg</c>), and below each what it prints. <c>console dialogue</c> is the same with a program
/// that asks: what stands behind the <c>"): "</c> of a question is typed. <c>text illustration</c> is only looked at. A comment
/// <c>&lt;!-- setting: NAME --&gt;</c> is a <see cref="GuideSetting"/>. Any other block is a fault: nobody would notice when it
/// goes stale.
/// </summary>
static partial class GuideDocument
{
    const string Fence = "```";

    /// <exception cref="FormatException">A block that is neither run nor marked as an illustration, or one that can't be.</exception>
    internal static List<GuideStep> Read(string markdown)
    {
        List<GuideStep> steps = [];
        string[] lines = markdown.ReplaceLineEndings("\n").Split('\n');
        for (int at = 0; at < lines.Length; at++)
        {
            if (SettingComment().Match(lines[at]) is { Success: true } setting)
                steps.Add(new GuideSetting(at + 1, setting.Groups[1].Value));
            else if (lines[at].StartsWith(Fence, StringComparison.Ordinal))
                at = ReadBlock(lines, at, steps);
            else if (IndentedCode().IsMatch(lines[at]))
                throw Fault(at, "an indented block is neither run nor marked: fence it");
        }

        return steps;
    }

    /// <returns>Where the block's closing fence stands.</returns>
    static int ReadBlock(string[] lines, int opening, List<GuideStep> steps)
    {
        int closing = Array.IndexOf(lines, Fence, opening + 1);
        if (closing < 0)
            throw Fault(opening, "the block has no end");
        string kind = lines[opening][Fence.Length..].Trim();
        if (kind is "console" or "console dialogue")
            ReadCommands(lines, opening + 1, closing, kind.EndsWith("dialogue", StringComparison.Ordinal), steps);
        else if (kind != "text illustration")
            throw Fault(opening, $"a block of the kind '{kind}' is neither run nor marked as an illustration");
        return closing;
    }

    static void ReadCommands(string[] lines, int at, int closing, bool isDialogue, List<GuideStep> steps)
    {
        while (at < closing)
        {
            int prompt = at;
            if (Prompt().Match(lines[at++]) is not { Success: true } match)
                throw Fault(prompt, "this output belongs to no command: a block begins with a prompt");
            string command = match.Groups["command"].Value;
            if (HereDocument().Match(command) is { Success: true } here)
            {
                int end = Array.IndexOf(lines, here.Groups[1].Value, at, closing - at);
                if (end < 0)
                    throw Fault(prompt, "the here-document has no end");
                command = string.Join('\n', [command, .. lines[at..(end + 1)]]);
                at = end + 1;
            }
            else
            {
                while (command.EndsWith('\\') && at < closing)
                    command += '\n' + lines[at++];
            }

            int output = at;
            while (at < closing && !Prompt().IsMatch(lines[at]))
                at++;
            string[] shown = lines[output..at];
            string[] answers = isDialogue ? [.. shown.Select(Answer).OfType<string>()] : [];
            steps.Add(new GuideCommand(prompt + 1, match.Groups["host"].Value, command, shown, answers));
        }
    }

    static string? Answer(string line) =>
        line.LastIndexOf("):", StringComparison.Ordinal) is >= 0 and int end ? line[(end + 2)..].Trim() : null;

    static FormatException Fault(int at, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"line {at + 1}: {what}"));

    [GeneratedRegex("^(?<host>[a-z]+[A-Z])# (?<command>.+)$")]
    private static partial Regex Prompt();

    [GeneratedRegex("<<'?([A-Z]+)'?")]
    private static partial Regex HereDocument();

    [GeneratedRegex("^<!-- setting: (.+) -->$")]
    private static partial Regex SettingComment();

    [GeneratedRegex(@"^(    |\t)")]
    private static partial Regex IndentedCode();
}

using System.Collections.Immutable;
using System.Text;

namespace Weft.Control;

/// <summary>
/// The line in root's crontab that revives a site's watcher every minute: by <c>cru</c> where the router has that, else by
/// <c>crontab</c>. It ends in <c>#weft-NAME#</c>, the way <c>cru</c> marks its own, and that is how it is found again. All
/// else in the table is the owner's and stays byte for byte.
/// </summary>
/// <param name="cru">Its path; null when the host has none.</param>
/// <param name="crontab">Its path; null when the host has none.</param>
/// <param name="tools">Run them.</param>
/// <param name="reporting">Told of each change.</param>
sealed class CronEntry(string? cru, string? crontab, Tools tools, Reporting reporting)
{
    const string EveryMinute = "* * * * *";

    /// <summary>The table is in whatever encoding its owner writes; in this one each byte is a character and comes back as it was.</summary>
    static readonly Encoding s_bytes = Encoding.Latin1;

    /// <summary>Writes the line, unless it is there.</summary>
    /// <returns>False when the host has no cron that we know.</returns>
    /// <exception cref="OperationFailedException">The crontab cannot be read or changed.</exception>
    internal bool Put(string name, string command)
    {
        string line = $"{EveryMinute} {command}";
        string wanted = $"{line} {Mark(name)}";
        if (cru is not null)
        {
            if (!Listed(cru).Contains(wanted))
                Change(cru, ["a", Id(name), line]);
            return true;
        }
        if (crontab is null)
            return false;
        string table = Table(crontab);
        wanted = s_bytes.GetString(Encoding.UTF8.GetBytes(wanted));
        if (!table.Split('\n').Contains(wanted))
            Change(crontab, ["-"], With(table, name, wanted));
        return true;
    }

    /// <summary>Whether the line is there; null when the host has no cron that we know.</summary>
    /// <exception cref="OperationFailedException">The crontab cannot be read.</exception>
    internal bool? Has(string name) =>
        cru is not null ? Listed(cru).Any(l => IsOurs(l, name))
        : crontab is not null ? Table(crontab).Split('\n').Any(l => IsOurs(l, name))
        : null;

    /// <summary>Takes the line out, if it is there.</summary>
    /// <exception cref="OperationFailedException">The crontab cannot be read or changed.</exception>
    internal void Remove(string name)
    {
        if (cru is not null)
        {
            if (Listed(cru).Any(l => IsOurs(l, name)))
                Change(cru, ["d", Id(name)]);
            return;
        }
        if (crontab is null)
            return;
        string table = Table(crontab);
        string others = With(table, name, null);
        if (others == table)
            return;
        // An empty crontab is none.
        if (others.Length == 0)
            Change(crontab, ["-r"]);
        else
            Change(crontab, ["-"], others);
    }

    /// <summary>The table with this line at its end, or none, in place of what it has of ours. Pure.</summary>
    internal static string With(string table, string name, string? line)
    {
        ImmutableArray<string> lines = [.. table.Split('\n').Where(l => !IsOurs(l, name))];
        // The last is what follows the last end of a line: mostly nothing, else a line that must not be given an end.
        if (line is not null)
            lines = lines.Insert(lines.Length - 1, line);
        return string.Join('\n', lines);
    }

    /// <summary>A word of the shell, as cron takes it: to cron an unescaped percent sign ends the command.</summary>
    internal static string Word(string text) =>
        $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'".Replace("%", "\\%", StringComparison.Ordinal);

    static string Id(string name) => $"weft-{name}";

    static string Mark(string name) => $"#{Id(name)}#";

    static bool IsOurs(string line, string name) => line.EndsWith(Mark(name), StringComparison.Ordinal);

    /// <summary>What <c>cru</c> lists; it keeps the others' jobs itself.</summary>
    string[] Listed(string cru) => tools.Run(cru, ["l"]).Output.Split('\n');

    /// <summary>Empty when the user has no crontab yet, and only then: what is written next takes the place of all that is there.</summary>
    string Table(string crontab)
    {
        ToolResult result = tools.Run(crontab, ["-l"], encoding: s_bytes);
        return result.Succeeded || SaysNone(result) ? result.Output : throw Refused("cannot be read", result);
    }

    /// <summary>In the words of Vixie's cron and those after it, or of busybox.</summary>
    static bool SaysNone(ToolResult result) =>
        result.Output.Length == 0
        && (
            result.Errors.Contains("no crontab for", StringComparison.OrdinalIgnoreCase)
            || result.Errors.Contains("No such file or directory", StringComparison.Ordinal)
        );

    void Change(string program, ImmutableArray<string> arguments, string input = "")
    {
        reporting.Step(string.Join(' ', [Path.GetFileName(program), .. arguments]));
        ToolResult result = tools.Run(program, arguments, input, s_bytes);
        if (!result.Succeeded)
            throw Refused("is not changed", result);
    }

    static OperationFailedException Refused(string how, ToolResult result) =>
        new(
            $"The crontab {how}: {result.Complaint}",
            "Without it nobody revives a watcher that is killed; 'weft watch' in front does without."
        );
}

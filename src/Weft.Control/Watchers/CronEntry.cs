using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>
/// The line in root's crontab that revives a site's watcher every minute: by <c>cru</c> where the router has that, else by
/// <c>crontab</c>. It ends in <c>#weft-NAME#</c>, the way <c>cru</c> marks its own, and that is how it is found again.
/// </summary>
sealed class CronEntry(Tools tools, Reporting reporting)
{
    const string EveryMinute = "* * * * *";

    /// <summary>Writes the line, unless it is there.</summary>
    /// <returns>False when the host has no cron that we know.</returns>
    /// <exception cref="OperationFailedException">The crontab cannot be changed.</exception>
    internal bool Put(string name, string command)
    {
        string line = $"{EveryMinute} {command}";
        if (Tools.Find("cru") is { } cru)
        {
            if (!Lines(cru, ["l"]).Contains($"{line} {Mark(name)}"))
                Change(cru, ["a", Id(name), line], "");
            return true;
        }
        if (Tools.Find("crontab") is not { } crontab)
            return false;
        ImmutableArray<string> lines = Lines(crontab, ["-l"]);
        string wanted = $"{line} {Mark(name)}";
        if (!lines.Contains(wanted))
            Change(crontab, ["-"], Text(lines.RemoveAll(l => IsOurs(l, name)).Add(wanted)));
        return true;
    }

    /// <summary>Whether the line is there; null when the host has no cron that we know.</summary>
    internal bool? Has(string name)
    {
        if (Tools.Find("cru") is { } cru)
            return Lines(cru, ["l"]).Any(l => IsOurs(l, name));
        return Tools.Find("crontab") is { } crontab ? Lines(crontab, ["-l"]).Any(l => IsOurs(l, name)) : null;
    }

    /// <summary>Takes the line out, if it is there.</summary>
    /// <exception cref="OperationFailedException">The crontab cannot be changed.</exception>
    internal void Remove(string name)
    {
        if (Tools.Find("cru") is { } cru)
        {
            if (Lines(cru, ["l"]).Any(l => IsOurs(l, name)))
                Change(cru, ["d", Id(name)], "");
            return;
        }
        if (Tools.Find("crontab") is not { } crontab)
            return;
        ImmutableArray<string> lines = Lines(crontab, ["-l"]);
        ImmutableArray<string> others = lines.RemoveAll(l => IsOurs(l, name));
        if (others.Length == lines.Length)
            return;
        // An empty crontab is none.
        if (others.IsEmpty)
            Change(crontab, ["-r"], "");
        else
            Change(crontab, ["-"], Text(others));
    }

    /// <summary>A word of the shell, as cron takes it: to cron an unescaped percent sign ends the command.</summary>
    internal static string Word(string text) =>
        $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'".Replace("%", "\\%", StringComparison.Ordinal);

    static string Id(string name) => $"weft-{name}";

    static string Mark(string name) => $"#{Id(name)}#";

    static bool IsOurs(string line, string name) => line.EndsWith(Mark(name), StringComparison.Ordinal);

    /// <summary>None when the user has no crontab yet.</summary>
    ImmutableArray<string> Lines(string program, ImmutableArray<string> arguments)
    {
        ToolResult result = tools.Run(program, arguments);
        return result.Succeeded ? [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)] : [];
    }

    static string Text(ImmutableArray<string> lines) => string.Concat(lines.Select(l => l + '\n'));

    void Change(string program, ImmutableArray<string> arguments, string input)
    {
        reporting.Step(string.Join(' ', [Path.GetFileName(program), .. arguments]));
        ToolResult result = tools.Run(program, arguments, input);
        if (!result.Succeeded)
        {
            throw new OperationFailedException(
                $"The crontab is not changed: {result.Complaint}",
                "Without it nobody revives a watcher that is killed; 'weft watch' in front does without."
            );
        }
    }
}

using Weft.Control;

namespace Weft.Cli;

/// <summary>What an installation did, or would do, for people.</summary>
static class BootText
{
    internal static void PrintInstalled(BootReport report, bool isDry) =>
        Print(
            report,
            isDry,
            new(
                Nothing: "starts at every boot already",
                ToDo: "write",
                Would: "would start at every boot",
                Did: "starts at every boot from now on",
                Next: $"To start it now: {report.Start}"
            )
        );

    internal static void PrintUninstalled(BootReport report, bool isDry) =>
        Print(
            report,
            isDry,
            new(
                Nothing: "does not start at boot",
                ToDo: "remove",
                Would: "would no longer start at boot",
                Did: "no longer starts at boot",
                Next: "The site's file stays, and what runs goes on: weft stop ends it."
            )
        );

    /// <summary>What one of the two says: of the interface by its name, and at the end.</summary>
    sealed record Words(string Nothing, string ToDo, string Would, string Did, string Next);

    static void Print(BootReport report, bool isDry, Words words)
    {
        string platform = BootJson.NameOf(report.Platform);
        if (report.Changes.Count == 0)
        {
            Console.Out.WriteLine($"{report.Interface} {words.Nothing} ({platform}): nothing to {words.ToDo}");
            return;
        }
        Console.Out.WriteLine(
            isDry
                ? $"{report.Interface} {words.Would} ({platform}) by:"
                : $"{report.Interface} {words.Did} ({platform}):"
        );
        foreach (BootChange change in report.Changes)
            Print(change, withText: isDry);
        if (!isDry)
            Console.Out.WriteLine(words.Next);
    }

    static void Print(BootChange change, bool withText)
    {
        Console.Out.WriteLine($"  {change.What, -6} {change.Where}");
        if (!withText || change.Text is null)
            return;
        foreach (string line in change.Text.TrimEnd('\n').Split('\n'))
            Console.Out.WriteLine($"    | {line}");
    }
}

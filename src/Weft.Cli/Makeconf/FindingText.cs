using System.Collections.Immutable;
using System.Globalization;
using Weft.Mesh;

namespace Weft.Cli.Makeconf;

/// <summary>Faults of a file and findings of a mesh, as <c>check</c> and <c>makeconf</c> print them.</summary>
static class FindingText
{
    /// <summary>One line each: level, place, message, and the way out in brackets.</summary>
    internal static void Print(TextWriter writer, ImmutableArray<Finding> findings)
    {
        foreach (Finding finding in findings)
            writer.WriteLine($"{Level(finding)}: {finding.Diagnostic}");
    }

    internal static ImmutableArray<FindingJson> ToJson(ImmutableArray<Finding> findings) =>
        [
            .. findings.Select(finding => new FindingJson(
                Level(finding),
                finding.Sites,
                finding.Diagnostic.File,
                finding.Diagnostic.Line,
                finding.Diagnostic.Column,
                finding.Diagnostic.Message,
                finding.Diagnostic.Remedy
            )),
        ];

    /// <summary><c>1 site</c>, <c>2 sites</c>.</summary>
    internal static string Count(int number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    static string Level(Finding finding) => finding.Level == FindingLevel.Error ? "error" : "warning";
}

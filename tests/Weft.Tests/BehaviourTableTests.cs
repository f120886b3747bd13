using System.Text.RegularExpressions;
using Weft.Fuzz;
using Xunit;

namespace Weft.Tests;

/// <summary>
/// <c>docs/behaviours.md</c> says of each behaviour where it is tested. Here the sources of both test programs are read, so that
/// it names no test that is not there.
/// </summary>
public sealed partial class BehaviourTableTests
{
    static readonly string Root = Places.Find().Root;

    [Fact]
    public void Every_test_that_the_table_names_exists()
    {
        HashSet<string> tests =
        [
            .. ((string[])["Weft.Tests", "Weft.ScenarioTests"])
                .SelectMany(project =>
                    Directory.EnumerateFiles(Path.Combine(Root, "tests", project), "*.cs", SearchOption.AllDirectories)
                )
                .Select(File.ReadAllText)
                .SelectMany(TestsIn),
        ];
        string[] named = [.. Rows().SelectMany(row => Named().Matches(row)).Select(match => match.Groups[1].Value)];
        Assert.True(named.Length > 100, $"only {named.Length} tests are named");
        Assert.Empty(named.Except(tests));
    }

    [Fact]
    public void Every_row_names_a_test_or_says_why_there_is_none() =>
        Assert.DoesNotContain(
            Rows(),
            row => !Named().IsMatch(row) && !row.Contains("| not ours: ", StringComparison.Ordinal)
        );

    static IEnumerable<string> Rows() =>
        File.ReadLines(Path.Combine(Root, "docs", "behaviours.md"))
            .Where(line => line.StartsWith('|') && !line.StartsWith("|-", StringComparison.Ordinal))
            .Where(line => !line.StartsWith("| behaviour", StringComparison.Ordinal));

    static IEnumerable<string> TestsIn(string source)
    {
        string type = Type().Match(source).Groups[1].Value;
        return Test().Matches(source).Select(match => $"{type}.{match.Groups[1].Value}");
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"public (?:sealed |partial |static )*class (\w+Tests)\b")]
    private static partial Regex Type();

    [GeneratedRegex(@"\n    public (?:static )?(?:async Task|void) (\w+)\(")]
    private static partial Regex Test();
}

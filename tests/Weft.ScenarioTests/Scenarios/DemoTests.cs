using System.Text.RegularExpressions;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>What a newcomer runs first. It makes its own hosts, so it runs on none of a lab.</summary>
public sealed partial class DemoTests
{
    // With processes, links and a cache of its own, so that all it makes goes with it and what it leaves can be told.
    const string Alone = """
        mount -t tmpfs tmpfs /var/cache
        "$1"; status=$?
        echo "left: $(ls -A /var/cache) $(ip -o link | grep -vw lo) $(pgrep -vx 'sh|pgrep')"
        exit $status
        """;

    [Fact]
    public void The_demo_joins_three_sites_and_leaves_nothing()
    {
        Command command = new("sh", "-c", Alone, "sh", Programs.Demo)
        {
            Environment = new Dictionary<string, string> { ["WEFT_BIN"] = Path.GetDirectoryName(Programs.Weft)! },
        };
        string[] apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
        using Running demo = new("here", command, apart, _ => { });

        CommandResult result = demo.WaitForExit(command.Timeout);

        string said = $"{result.Output}\n{result.Errors}";
        Assert.True(result.Succeeded, said);
        // All three to all three, both families.
        Assert.Equal(9, RoundTrips().Count(result.Output));
        Assert.DoesNotContain("lost", said);
        Assert.Equal(2, said.Split("hash equal").Length - 1);
        Assert.Equal(3, said.Split("as it was before weft start").Length - 1);
        Assert.Contains("All done", said);
        Assert.EndsWith("left:", result.Output.TrimEnd());
        Assert.Equal("", result.Errors);
    }

    [GeneratedRegex(@"\d+(\.\d+)? / \d+(\.\d+)?")]
    private static partial Regex RoundTrips();
}

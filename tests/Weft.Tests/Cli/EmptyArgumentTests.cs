using Weft.Tests.Mesh;
using Weft.Tests.Wg;
using Xunit;

namespace Weft.Tests.Cli;

/// <summary>The built program, given an empty text where a path or a name belongs, as by <c>"$OUT"</c> with OUT unset.</summary>
public sealed class EmptyArgumentTests
{
    [Theory]
    [InlineData("--out", "makeconf", "--from", "{mesh}", "--out", "")]
    [InlineData("--from", "makeconf", "--from", "")]
    [InlineData("--mesh", "makeconf", "--mesh", "")]
    [InlineData("--out", "makeconf", "--mesh", "{mesh}", "--out", "")]
    [InlineData("<mesh.conf>", "check", "")]
    [InlineData("--mesh", "site", "add", "c.example.org", "--mesh", "")]
    [InlineData("--out", "site", "add", "c.example.org", "--mesh", "{mesh}", "--out", "")]
    [InlineData("<name>", "site", "add", "", "--mesh", "{mesh}")]
    [InlineData("--mesh", "site", "remove", "b.example.org", "--mesh", "")]
    [InlineData("--out", "site", "remove", "b.example.org", "--mesh", "{mesh}", "--out", "")]
    [InlineData("--out", "site", "rekey", "b.example.org", "--mesh", "{mesh}", "--out", "")]
    [InlineData("<site>", "deploy", "--mesh", "{mesh}", "")]
    [InlineData("--mesh", "deploy", "--mesh", "")]
    [InlineData("--out", "deploy", "--mesh", "{mesh}", "--out", "")]
    [InlineData("--ssh-config", "deploy", "--mesh", "{mesh}", "--ssh-config", "")]
    [InlineData("--root", "install", "--root", "")]
    [InlineData("<site>", "install", "")]
    [InlineData("--root", "uninstall", "wg0", "--root", "")]
    [InlineData("<site>", "uninstall", "")]
    [InlineData("<site>", "start", "")]
    [InlineData("<site>", "confirm", "")]
    [InlineData("<site>", "stop", "")]
    [InlineData("<site>", "restart", "")]
    [InlineData("<site>", "repair", "")]
    [InlineData("<site>", "status", "")]
    [InlineData("<site>", "watch", "", "--once")]
    [InlineData("<site>", "receive", "")]
    [InlineData("--site", "doctor", "--site", "")]
    [InlineData("<peer>", "doctor", "")]
    [InlineData("--site", "route", "10.0.0.1", "--site", "")]
    [InlineData("<name>", "device", "", "--foreground")]
    public void Is_wrong_usage_and_changes_nothing(string what, params string[] args)
    {
        using TemporaryFolder folder = Folder();
        Dictionary<string, string> before = folder.Files();

        WgOutcome outcome = Run("weft", [.. args.Select(arg => arg == "{mesh}" ? folder.In("mesh.conf") : arg)]);

        Assert.Equal((2, ""), (outcome.Status, outcome.Output));
        string[] lines = outcome.Error.Split('\n');
        Assert.Equal($"weft: {what} is empty: give it a value; is a variable not set?", lines[0]);
        Assert.StartsWith("Try: weft ", lines[1], StringComparison.Ordinal);
        Assert.Equal(before, folder.Files());
    }

    [Fact]
    public void A_text_that_is_no_number_or_address_is_said_once()
    {
        WgOutcome outcome = Run("weft", "route", "");

        Assert.Equal(2, outcome.Status);
        Assert.Single(outcome.Error.Split('\n'), line => line.StartsWith("weft: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Help_is_given_all_the_same() => Assert.Equal(0, Run("weft", "check", "", "--help").Status);

    [Theory]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("save")]
    [InlineData("strip")]
    public void Is_refused_by_wg_quick(string verb)
    {
        WgOutcome outcome = Run("wg-quick", verb, "");

        Assert.Equal((1, ""), (outcome.Status, outcome.Output));
        Assert.Equal(
            "wg-quick: FILE|NAME is empty\n          Give it a value, as in wg-quick up wg0; is a variable not set?\n",
            outcome.Error
        );
    }

    [Theory]
    [InlineData("show", "")]
    [InlineData("showconf", "")]
    [InlineData("set", "", "listen-port", "1")]
    [InlineData("set", "wg0", "private-key", "")]
    [InlineData("setconf", "wg0", "")]
    [InlineData("setconf", "", "/dev/null")]
    public void Is_refused_by_wg(params string[] args)
    {
        WgOutcome outcome = Run("wg", args);

        Assert.Equal((1, ""), (outcome.Status, outcome.Output));
        Assert.StartsWith("wg: ", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
    }

    static TemporaryFolder Folder()
    {
        TemporaryFolder folder = new();
        File.WriteAllText(folder.In("mesh.conf"), Weft.Config.MeshConfigText.Write(Meshes.Three));
        return folder;
    }

    static WgOutcome Run(string name, params string[] args) =>
        WgRunner.RunProcess(WgRunner.Program, name, args, new WgCase(""), sockets: null);
}

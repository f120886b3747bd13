namespace Weft.ScenarioTests.Guide;

/// <summary>What counts as the output that a guide shows.</summary>
public sealed class ShownOutputTests
{
    [Theory]
    [InlineData("wg0 is up", "wg0 is up\n", true)]
    [InlineData("wg0 is up", "wg0 is down\n", false)]
    [InlineData("a.b", "axb\n", false)]
    [InlineData("PEER      SENT", "PEER   SENT  \n", true)]
    [InlineData("a b", "ab\n", false)]
    [InlineData("one\ntwo", "one\ntwo\n", true)]
    [InlineData("one", "one\ntwo\n", false)]
    [InlineData("one\ntwo", "one\n", false)]
    [InlineData("", "", true)]
    [InlineData("", "unexpected\n", false)]
    [InlineData("time … ms", "time 12.5 ms\n", true)]
    [InlineData("time … ms", "time 12.5\nms\n", false)]
    [InlineData("first\n…\nlast", "first\nlast\n", true)]
    [InlineData("first\n…\nlast", "first\nand\n\nmore\nlast\n", true)]
    [InlineData("first\n…\nlast", "first\nlast\nmore\n", false)]
    [InlineData("…", "", true)]
    public void It_is_the_same_but_for_blanks_and_what_is_left_open(string shown, string printed, bool same)
    {
        Assert.Equal(same, new ShownOutput().Matches(shown.Length == 0 ? [] : shown.Split('\n'), printed));
    }

    [Fact]
    public void A_name_stands_for_the_same_word_wherever_it_is_said()
    {
        ShownOutput output = new();
        Assert.True(output.Matches(["key ‹key of A›, again ‹key of A›"], "key a+b=, again a+b=\n"));
        Assert.Equal("echo a+b= >file", output.Fill("echo ‹key of A› >file"));
        Assert.True(output.Matches(["‹key of A›"], "a+b=\n"));
        Assert.False(output.Matches(["‹key of A›"], "aab=\n"));
        Assert.False(output.Matches(["‹key of B› ‹key of B›"], "one two\n"));
    }

    [Fact]
    public void A_name_is_nothing_before_an_output_has_shown_it()
    {
        ShownOutput output = new();
        Assert.False(output.Matches(["public ‹key of A›"], "private x\n"));
        FormatException fault = Assert.Throws<FormatException>(() => output.Fill("wg set wg0 peer ‹key of A›"));
        Assert.Equal("‹key of A› was not shown before it is used", fault.Message);
    }
}

namespace Weft.ScenarioTests.Guide;

/// <summary>What is read out of a guide, and what it is refused for.</summary>
public sealed class GuideDocumentTests
{
    [Fact]
    public void A_command_is_what_follows_a_prompt_and_its_output_what_follows_until_the_next()
    {
        GuideCommand[] commands = Commands(
            """
            Text with `code` and # signs.

            ```console
            routerA# wg
            interface: wg0

            peer: x
            routerB# true
            ```
            """
        );
        Assert.Equal(2, commands.Length);
        Assert.Equal((4, "routerA", "wg"), (commands[0].Line, commands[0].Host, commands[0].Command));
        Assert.Equal(["interface: wg0", "", "peer: x"], commands[0].Shown);
        Assert.Equal((8, "routerB", "true"), (commands[1].Line, commands[1].Host, commands[1].Command));
        Assert.Empty(commands[1].Shown);
    }

    [Fact]
    public void A_here_document_and_a_broken_line_belong_to_the_command()
    {
        GuideCommand[] commands = Commands(
            """
            ```console
            routerA# cat >file <<'EOF' && echo done
            routerB# is text here
            EOF
            done
            routerA# echo a \
              b
            a b
            ```
            """
        );
        Assert.Equal("cat >file <<'EOF' && echo done\nrouterB# is text here\nEOF", commands[0].Command);
        Assert.Equal(["done"], commands[0].Shown);
        Assert.Equal("echo a \\\n  b", commands[1].Command);
        Assert.Equal(["a b"], commands[1].Shown);
    }

    [Fact]
    public void In_a_dialogue_what_stands_behind_a_question_is_typed()
    {
        const string block = """
            ask
              How many, or
            none (2): 3
              Sure (yes):
            Made: all
            ```
            """;
        Assert.Equal(["3", ""], Commands($"```console dialogue\nrouterA# {block}").Single().Answers);
        Assert.Empty(Commands($"```console\nrouterA# {block}").Single().Answers);
    }

    [Fact]
    public void A_setting_is_made_where_its_comment_stands()
    {
        List<GuideStep> steps = GuideDocument.Read(
            "```console\nrouterA# true\n```\n<!-- setting: tinc -->\n<!-- else -->\n"
        );
        Assert.Equal(2, steps.Count);
        Assert.Equal(new GuideSetting(4, "tinc"), steps[1]);
    }

    [Fact]
    public void An_illustration_is_not_run()
    {
        Assert.Empty(GuideDocument.Read("```text illustration\nrouterA# reboot\n```"));
    }

    [Theory]
    [InlineData(
        "```\nrouterA# true\n```",
        "line 1: a block of the kind '' is neither run nor marked as an illustration"
    )]
    [InlineData(
        "text\n\n```sh\ntrue\n```",
        "line 3: a block of the kind 'sh' is neither run nor marked as an illustration"
    )]
    [InlineData("text\n\n    weft start\n", "line 3: an indented block is neither run nor marked: fence it")]
    [InlineData("```console\ntrue\n```", "line 2: this output belongs to no command: a block begins with a prompt")]
    [InlineData("```console\nrouterA# cat <<EOF\n```\nEOF\n", "line 2: the here-document has no end")]
    [InlineData("```console\nrouterA# true\n", "line 1: the block has no end")]
    public void What_would_go_stale_unseen_is_a_fault(string markdown, string fault)
    {
        Assert.Equal(fault, Assert.Throws<FormatException>(() => GuideDocument.Read(markdown)).Message);
    }

    static GuideCommand[] Commands(string markdown) => [.. GuideDocument.Read(markdown).Cast<GuideCommand>()];
}

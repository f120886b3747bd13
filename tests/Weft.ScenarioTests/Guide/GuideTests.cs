using System.Globalization;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Guide;

/// <summary>The guide is one story: whatever it has its reader type is typed here, from its first line to its last.</summary>
public sealed class GuideTests
{
    [Fact]
    public async Task Every_command_of_the_guide_does_what_it_shows()
    {
        List<GuideStep> steps = GuideDocument.Read(File.ReadAllText(Programs.Page("guide.md")));
        await using Lab lab = new();
        GuideHosts hosts = GuideHosts.Lay(lab);
        ShownOutput output = new();
        List<string> faults = [];
        foreach (GuideStep step in steps)
        {
            if (step is not GuideCommand command)
            {
                hosts.Arrange(((GuideSetting)step).Name);
                continue;
            }

            CommandResult result = hosts.Run(command.Host, output.Fill(command.Command), command.Answers);
            // Another word than shown spoils nothing of what follows; a command that failed does.
            if (!output.Matches(command.Shown, result.Output) || !result.Succeeded)
                faults.Add(Fault(command, result));
            if (!result.Succeeded)
                break;
        }

        Assert.NotEmpty(steps);
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    static string Fault(GuideCommand command, CommandResult result) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            docs/guide.md:{command.Line}: {command.Host}# {command.Command}
            --- printed, with status {result.Status}:
            {result.Output.TrimEnd()}
            --- shown:
            {string.Join('\n', command.Shown)}
            """
        );
}

namespace Weft.ScenarioTests.Guide;

/// <summary>What the guide has its reader do next; <see cref="Line"/> is where it says so.</summary>
abstract record GuideStep(int Line);

/// <summary>A command on a host, and what the reader is told to expect of it.</summary>
/// <param name="Line">The line of its prompt.</param>
/// <param name="Host">The host that the prompt names.</param>
/// <param name="Command">The command as it is typed, of several lines if it has a here-document.</param>
/// <param name="Shown">The output, line by line.</param>
/// <param name="Answers">What the reader types while it runs.</param>
sealed record GuideCommand(int Line, string Host, string Command, string[] Shown, string[] Answers) : GuideStep(Line);

/// <summary>Something that is so from here on without the reader's doing, such as another VPN that runs.</summary>
sealed record GuideSetting(int Line, string Name) : GuideStep(Line);

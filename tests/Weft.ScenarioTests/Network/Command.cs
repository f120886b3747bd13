namespace Weft.ScenarioTests.Network;

/// <summary>A command line with what surrounds it.</summary>
sealed record Command(params string[] Line)
{
    internal static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(60);

    /// <summary>What it reads on standard input; nothing unless given.</summary>
    internal string Input { get; init; } = "";

    /// <summary>Variables added to the test's own environment.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    internal TimeSpan Timeout { get; init; } = DefaultTimeout;
}

/// <summary>What a command left: its exit status and both outputs.</summary>
readonly record struct CommandResult(int Status, string Output, string Errors)
{
    internal bool Succeeded => Status == 0;
}

/// <summary>A command that should have succeeded did not.</summary>
sealed class CommandFailedException(string host, string[] line, CommandResult result)
    : Exception(
        $"{host}: {string.Join(' ', line)}: status {result.Status}\n{result.Output.TrimEnd()}\n{result.Errors.TrimEnd()}"
    );

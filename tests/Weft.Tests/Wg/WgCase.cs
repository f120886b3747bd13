namespace Weft.Tests.Wg;

/// <summary>One call of wg, with all that it meets.</summary>
/// <param name="Name">A sentence, unique.</param>
/// <param name="Args">The device is <c>wdev0</c>; <c>{dir}</c> stands for the folder with <see cref="Files"/>.</param>
sealed record WgCase(string Name, params string[] Args)
{
    internal const string Good = "errno=0\n\n";

    /// <summary>By name; Latin-1.</summary>
    internal IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Latin-1.</summary>
    internal string Input { get; init; } = "";

    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What wdev0 answers to get; null when there is no device.</summary>
    internal string? Get { get; init; } = Good;

    /// <summary>What wdev0 answers to set.</summary>
    internal string Set { get; init; } = Good;

    /// <summary>What a second device, wdev1, answers to get; null when there is none.</summary>
    internal string? SecondGet { get; init; }

    /// <summary>A file <c>conf</c> and a call of one of the conf commands with it.</summary>
    internal static WgCase Conf(string name, string subcommand, string text) =>
        new(name, subcommand, "wdev0", "{dir}/conf") { Files = new Dictionary<string, string> { ["conf"] = text } };
}

/// <summary>What a call of wg came to.</summary>
/// <param name="Sent">The requests that reached the devices; of real ones, what they became.</param>
sealed record WgOutcome(int Status, string Output, string Error, string[] Sent);

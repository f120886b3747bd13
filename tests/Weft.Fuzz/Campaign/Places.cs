namespace Weft.Fuzz;

/// <summary>Where inputs are kept. The folders of a repository; those of what is found are outside of version control.</summary>
/// <param name="Root">The repository.</param>
sealed record Places(string Root)
{
    /// <summary>Inputs that a target starts from: all that it has ever needed to get anywhere.</summary>
    public string CorpusOf(string target) => Path.Combine(Root, "tests", "Weft.Fuzz", "corpus", target);

    /// <summary>Inputs that once broke a target.</summary>
    public string CrashesOf(string target) => Path.Combine(Root, "tests", "Weft.Fuzz", "crashes", target);

    /// <summary>Inputs that break a target now.</summary>
    public string ArtifactsOf(string target) => Path.Combine(Root, "artifacts", "fuzz", target);

    /// <summary>Inputs that runs on this machine found worth going on from.</summary>
    public string FoundOf(string target) => Path.Combine(ArtifactsOf(target), "found");

    /// <summary>The repository that the program was built in.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not in one.</exception>
    public static Places Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Weft.slnx")))
                return new Places(folder);
        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is in no folder that has a Weft.slnx");
    }

    /// <summary>All that is kept of a target: what it starts from, and what once broke it.</summary>
    public IEnumerable<(string Name, byte[] Input)> KeptOf(string target) =>
        [.. InputFile.ReadAll(CorpusOf(target)), .. InputFile.ReadAll(CrashesOf(target))];
}

namespace Weft.Fuzz;

/// <summary>What inputs of a target are like, and what one of them may cost.</summary>
/// <param name="Name">As the command line and the folders have it.</param>
sealed record TargetShape(string Name)
{
    /// <summary>Whether inputs are lines of text; else they are bytes.</summary>
    public bool IsText { get; init; }

    /// <summary>Bytes of the longest input that is tried.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Runs that take a second or two in an unoptimised build: what the test suite spends on it.</summary>
    public required int BriefRuns { get; init; }

    /// <summary>What one run may cost.</summary>
    public required Budget Budget { get; init; }

    /// <summary>What inputs are made of: names, values and edges of this format.</summary>
    public required IReadOnlyList<byte[]> Words { get; init; }
}

namespace Weft.Fuzz;

/// <summary>
/// One parser under fuzz: how it is fed, and what must hold whatever it is fed. Each run starts from the same state, so
/// that an input alone repeats what happened. One thread at a time.
/// </summary>
interface ITarget : IDisposable
{
    /// <summary>As the command line and the folders have it.</summary>
    string Name { get; }

    /// <summary>Whether inputs are lines of text; else they are bytes.</summary>
    bool IsText { get; }

    /// <summary>Bytes of the longest input that is tried.</summary>
    int MaxLength { get; }

    /// <summary>Runs that take a second or two in an unoptimised build: what the test suite spends on it.</summary>
    int BriefRuns { get; }

    /// <summary>What one run may cost.</summary>
    Budget Budget { get; }

    /// <summary>What inputs are made of: names, values and edges of this format.</summary>
    IReadOnlyList<byte[]> Words { get; }

    /// <summary>Feeds one input.</summary>
    /// <param name="seen">Told what happened, so that inputs that make something new happen are kept.</param>
    /// <exception cref="BrokenRuleException">Something that must hold does not.</exception>
    void Run(ReadOnlySpan<byte> input, Observation seen);
}

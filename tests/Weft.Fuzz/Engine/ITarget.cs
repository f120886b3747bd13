namespace Weft.Fuzz;

/// <summary>
/// One parser under fuzz: how it is fed, and what must hold whatever it is fed. Each run starts from the same state, so
/// that an input alone repeats what happened. One thread at a time.
/// </summary>
interface ITarget : IDisposable
{
    TargetShape Shape { get; }

    /// <summary>Feeds one input.</summary>
    /// <param name="seen">Told what happened, so that inputs that make something new happen are kept.</param>
    /// <exception cref="BrokenRuleException">Something that must hold does not.</exception>
    void Run(ReadOnlySpan<byte> input, Observation seen);

    /// <summary>Most hold nothing that outlives a run.</summary>
    void IDisposable.Dispose() { }
}

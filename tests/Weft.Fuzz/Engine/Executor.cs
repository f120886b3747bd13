namespace Weft.Fuzz;

/// <summary>Runs one input and tells whether it breaks its target, by an exception, a broken rule or its costs.</summary>
sealed class Executor(ITarget target)
{
    /// <summary>A run that costs too much is taken at its word only if it does so again: the first of its kind also makes
    /// the runtime compile and load, and the machine has other work.</summary>
    const int CostTries = 5;

    public const string SlowRule = "time is bounded";

    public Observation Seen { get; } = new();

    /// <summary>Null when all holds.</summary>
    public Finding? Run(byte[] input)
    {
        for (int i = 0; i < CostTries; i++)
        {
            if (RunOnce(input) is { } finding)
                return finding;
            if (!IsSlow(input) && !IsLarge(input))
                return null;
        }
        string rule = IsSlow(input) ? SlowRule : "memory is bounded";
        return Finding.Of(target, input, new BrokenRuleException(rule, Costs(input)));
    }

    Finding? RunOnce(byte[] input)
    {
        Seen.Clear();
        try
        {
            target.Run(input, Seen);
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is: finding it is what this program is for.
            return Finding.Of(target, input, e);
        }
    }

    bool IsSlow(byte[] input) => Seen.Time > target.Shape.Budget.TimeFor(input.Length);

    bool IsLarge(byte[] input) => Seen.Memory > target.Shape.Budget.MemoryFor(input.Length);

    string Costs(byte[] input) =>
        $"{input.Length} bytes of input took {Seen.Time.TotalMilliseconds:0.0} ms and {Seen.Memory} bytes of memory; "
        + $"allowed are {target.Shape.Budget.TimeFor(input.Length).TotalMilliseconds:0.0} ms and "
        + $"{target.Shape.Budget.MemoryFor(input.Length)} bytes";
}

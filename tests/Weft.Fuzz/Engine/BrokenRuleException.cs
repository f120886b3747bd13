namespace Weft.Fuzz;

/// <summary>Something that must hold for every input does not hold for this one.</summary>
/// <param name="rule">The rule, the same for every input that breaks it.</param>
/// <param name="detail">How this input breaks it.</param>
sealed class BrokenRuleException(string rule, string detail) : Exception($"{rule}: {detail}")
{
    public string Rule { get; } = rule;
}

/// <summary>States what must hold.</summary>
static class Rule
{
    public static void Holds(bool holds, string rule, string detail = "it does not")
    {
        if (!holds)
            throw new BrokenRuleException(rule, detail);
    }

    public static void Same<T>(T expected, T actual, string rule)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new BrokenRuleException(rule, $"expected {expected}, got {actual}");
    }

    public static void Same(byte[] expected, byte[] actual, string rule) =>
        Same(expected.AsSpan(), actual.AsSpan(), rule);

    public static void Same(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string rule)
    {
        if (expected.SequenceEqual(actual))
            return;
        int at = expected.CommonPrefixLength(actual);
        throw new BrokenRuleException(rule, $"{expected.Length} bytes expected, {actual.Length} got, same up to {at}");
    }
}

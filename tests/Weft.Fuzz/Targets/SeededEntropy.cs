using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>The chance of a run: the same every time.</summary>
sealed class SeededEntropy(int seed) : IEntropy
{
    readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}

using System.Buffers.Binary;
using Weft.Protocol;

namespace Weft.Tests.Protocol.Simulation;

/// <summary>Chance that a seed repeats: SplitMix64. For tests, not for keys.</summary>
sealed class SeededEntropy(ulong seed) : IEntropy
{
    ulong _state = seed;

    internal ulong Next()
    {
        _state += 0x9e37_79b9_7f4a_7c15;
        ulong mixed = (_state ^ (_state >> 30)) * 0xbf58_476d_1ce4_e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d0_49bb_1331_11eb;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>0 to less than the bound.</summary>
    internal int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>True with the given probability.</summary>
    internal bool Chance(double probability) => (Next() >> 11) * (1.0 / (1UL << 53)) < probability;

    public void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        for (; bytes.Length > 0; bytes = bytes[Math.Min(8, bytes.Length)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Next());
            word[..Math.Min(8, bytes.Length)].CopyTo(bytes);
        }
    }
}

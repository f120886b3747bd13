using System.Text;
using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Attack;

/// <summary>Keys that come of a seed, so that whoever sets up the device can name them.</summary>
static class Identities
{
    internal static PrivateKey Key(string seed, int number)
    {
        Span<byte> bytes = stackalloc byte[Blake2s.HashLength];
        Blake2s.Hash(Encoding.UTF8.GetBytes(seed), BitConverter.GetBytes(number), bytes);
        return new PrivateKey(bytes);
    }
}

/// <summary>Chance enough for an attack.</summary>
sealed class LooseEntropy(int seed) : IEntropy
{
    readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}

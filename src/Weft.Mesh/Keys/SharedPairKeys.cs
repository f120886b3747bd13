using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>
/// The preshared keys of a mesh whose files are being written: each stands in two of them and is derived once. Disposing of
/// it wipes them. Any thread: two that derive the same key at the same time keep the same bytes.
/// </summary>
sealed class SharedPairKeys : IDisposable
{
    /// <summary>A key for each pair of so many is 144 MB; a larger mesh derives its keys twice.</summary>
    const int MostSites = 3000;

    readonly byte[] _keys;
    readonly bool[] _known;

    internal SharedPairKeys(int sites)
    {
        int pairs = sites > MostSites ? 0 : sites * (sites - 1) / 2;
        // It does not move, so that what is wiped is all there was.
        _keys = GC.AllocateUninitializedArray<byte>(pairs * KeyText.KeyLength, pinned: true);
        _known = new bool[pairs];
    }

    /// <summary>Writes the 32 bytes of the key of two sites.</summary>
    /// <param name="one">A site's place in the mesh.</param>
    /// <param name="other">The other's.</param>
    /// <param name="pairs">Derives the keys of the one.</param>
    /// <param name="peer">The public key of the other.</param>
    /// <param name="key">Where to.</param>
    internal void Take(int one, int other, PairKeys pairs, PublicKey peer, Span<byte> key)
    {
        int at = PlaceOf(one, other);
        if (at >= _known.Length)
        {
            pairs.Derive(peer, key);
            return;
        }
        Span<byte> kept = _keys.AsSpan(at * KeyText.KeyLength, KeyText.KeyLength);
        if (!Volatile.Read(ref _known[at]))
        {
            pairs.Derive(peer, kept);
            Volatile.Write(ref _known[at], true);
        }
        kept.CopyTo(key);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_keys);

    static int PlaceOf(int one, int other)
    {
        (int low, int high) = one < other ? (one, other) : (other, one);
        return (high * (high - 1) / 2) + low;
    }
}

using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>
/// The preshared keys of one site's links: HKDF-SHA256 (RFC 5869) of the mesh's seed, with both public keys in ascending
/// order as the context. Both ends get the same key, a new key of either site gives a new one, and none tells anything
/// about another. One thread; the mesh of a thousand sites has half a million pairs, so the keyed hash is kept.
/// </summary>
sealed class PairKeys : IDisposable
{
    readonly MeshKeys _keys;
    readonly PublicKey _own;
    readonly IncrementalHash _expand;

    /// <param name="keys">The mesh's keys.</param>
    /// <param name="own">The site's public key.</param>
    /// <param name="extracted">HKDF's pseudorandom key: the extract step of the seed.</param>
    internal PairKeys(MeshKeys keys, PublicKey own, ReadOnlySpan<byte> extracted)
    {
        _keys = keys;
        _own = own;
        _expand = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, extracted);
    }

    static ReadOnlySpan<byte> Label => "weft preshared key 1"u8;

    /// <summary>The key that the site shares with another; the caller disposes of it.</summary>
    internal PresharedKey With(string other)
    {
        PublicKey low = _own;
        PublicKey high = _keys.PublicKeyOf(other);
        if (low > high)
            (low, high) = (high, low);
        _expand.AppendData(Label);
        _expand.AppendData(low.Span);
        _expand.AppendData(high.Span);
        // The expand step's counter: a key is one block long, so there is one block.
        _expand.AppendData([1]);
        Span<byte> key = stackalloc byte[KeyText.KeyLength];
        _expand.GetHashAndReset(key);
        PresharedKey derived = new(key);
        CryptographicOperations.ZeroMemory(key);
        return derived;
    }

    public void Dispose() => _expand.Dispose();
}

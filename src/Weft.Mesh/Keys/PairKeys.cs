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
    readonly PublicKey _own;
    readonly IncrementalHash _expand;

    /// <param name="own">The site's public key.</param>
    /// <param name="extracted">HKDF's pseudorandom key: the extract step of the seed.</param>
    internal PairKeys(PublicKey own, ReadOnlySpan<byte> extracted)
    {
        _own = own;
        _expand = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, extracted);
    }

    static ReadOnlySpan<byte> Label => "weft preshared key 1"u8;

    /// <summary>The key that the site shares with another; the caller disposes of it.</summary>
    internal PresharedKey With(PublicKey other)
    {
        Span<byte> key = stackalloc byte[KeyText.KeyLength];
        Derive(other, key);
        PresharedKey derived = new(key);
        CryptographicOperations.ZeroMemory(key);
        return derived;
    }

    /// <summary>Writes the 32 bytes of the key that the site shares with another.</summary>
    internal void Derive(PublicKey other, Span<byte> key)
    {
        (PublicKey low, PublicKey high) = _own > other ? (other, _own) : (_own, other);
        // In one piece: each call into the system's library costs as much as the hash itself.
        Span<byte> context = stackalloc byte[Label.Length + (2 * KeyText.KeyLength) + 1];
        Label.CopyTo(context);
        low.Span.CopyTo(context[Label.Length..]);
        high.Span.CopyTo(context[(Label.Length + KeyText.KeyLength)..]);
        // The expand step's counter: a key is one block long, so there is one block.
        context[^1] = 1;
        _expand.AppendData(context);
        _expand.GetHashAndReset(key);
    }

    public void Dispose() => _expand.Dispose();
}

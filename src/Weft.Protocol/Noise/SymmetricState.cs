using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// A view of Noise's symmetric state (Noise specification section 5.2) for BLAKE2s and ChaChaPoly: chaining key, hash and
/// key, over storage that its caller owns and wipes. In IKpsk2 every key seals once, so the nonce is always zero.
/// </summary>
readonly ref struct SymmetricState
{
    /// <summary>Chaining key, hash, key.</summary>
    internal const int StorageLength = 3 * HashLength;

    /// <summary>The part that must be kept between two messages: chaining key and hash.</summary>
    internal const int KeptLength = 2 * HashLength;

    internal const int HashLength = Blake2s.HashLength;

    readonly Span<byte> _chainingKey;
    readonly Span<byte> _hash;
    readonly Span<byte> _key;

    internal SymmetricState(Span<byte> storage)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(storage.Length, StorageLength);
        _chainingKey = storage[..HashLength];
        _hash = storage[HashLength..KeptLength];
        _key = storage[KeptLength..];
    }

    internal ReadOnlySpan<byte> HandshakeHash => _hash;

    /// <param name="protocolName">Longer than a hash, as all of BLAKE2s's Noise names with a PSK are.</param>
    internal void Start(ReadOnlySpan<byte> protocolName)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(protocolName.Length, HashLength);
        Blake2s.Hash(protocolName, _hash);
        _hash.CopyTo(_chainingKey);
        _key.Clear();
    }

    internal void MixHash(ReadOnlySpan<byte> data) => Blake2s.Hash(_hash, data, _hash);

    internal void MixKey(ReadOnlySpan<byte> input) => Hkdf.Derive(_chainingKey, input, _chainingKey, _key);

    internal void MixKeyAndHash(ReadOnlySpan<byte> input)
    {
        Span<byte> mixed = stackalloc byte[HashLength];
        Hkdf.Derive(_chainingKey, input, _chainingKey, mixed, _key);
        MixHash(mixed);
        CryptographicOperations.ZeroMemory(mixed);
    }

    internal void EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> ciphertextAndTag)
    {
        using ChaCha20Poly1305Key key = new(_key);
        key.Seal(0, plaintext, _hash, ciphertextAndTag);
        MixHash(ciphertextAndTag);
    }

    internal bool DecryptAndHash(ReadOnlySpan<byte> ciphertextAndTag, Span<byte> plaintext)
    {
        using ChaCha20Poly1305Key key = new(_key);
        if (!key.Open(0, ciphertextAndTag, _hash, plaintext))
            return false;
        MixHash(ciphertextAndTag);
        return true;
    }

    /// <summary>The two transport keys: the initiator seals with the first.</summary>
    internal void Split(Span<byte> initiatorKey, Span<byte> responderKey) =>
        Hkdf.Derive(_chainingKey, default, initiatorKey, responderKey);
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>
/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), whose 24-byte nonces may be random: WireGuard's cookie replies. The
/// nonce's first 16 bytes make a key of their own, the rest is the nonce under it.
/// </summary>
public static class XChaCha20Poly1305
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = ChaCha20.KeyLength;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceLength = 24;

    /// <summary>Bytes by which sealing makes data longer.</summary>
    public const int TagLength = Poly1305.TagLength;

    /// <summary>Seals; the destination takes the ciphertext and the tag, and may start where the plaintext does.</summary>
    public static void Seal(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> associated,
        Span<byte> ciphertextAndTag
    )
    {
        Span<byte> derived = stackalloc byte[KeyLength];
        Nonce rest = Derive(key, nonce, derived);
        Cipher.Seal(Cipher.Width, derived, rest, plaintext, associated, ciphertextAndTag);
        CryptographicOperations.ZeroMemory(derived);
    }

    /// <summary>Opens; false when the tag is wrong, and the destination is then as it was.</summary>
    public static bool Open(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> ciphertextAndTag,
        ReadOnlySpan<byte> associated,
        Span<byte> plaintext
    )
    {
        Span<byte> derived = stackalloc byte[KeyLength];
        Nonce rest = Derive(key, nonce, derived);
        bool genuine = Cipher.Open(Cipher.Width, derived, rest, ciphertextAndTag, associated, plaintext);
        CryptographicOperations.ZeroMemory(derived);
        return genuine;
    }

    static Nonce Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> derived)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceLength);
        ChaCha20.DeriveKey(key, nonce[..16], derived);
        return new Nonce(0, BinaryPrimitives.ReadUInt64LittleEndian(nonce[16..]));
    }
}

using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>
/// The AEAD construction of RFC 8439 section 2.8: block 0 of the keystream keys Poly1305, which covers the associated data and
/// the ciphertext that block 1 and onwards make.
/// </summary>
static class Aead
{
    internal const int TagLength = Poly1305.TagLength;

    /// <summary>Seals; the destination holds the tag beyond the ciphertext.</summary>
    [SkipLocalsInit]
    internal static void Seal(
        ReadOnlySpan<byte> key,
        in Nonce nonce,
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> associated,
        Span<byte> ciphertextAndTag
    )
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ciphertextAndTag.Length, plaintext.Length + TagLength);
        Span<byte> ciphertext = ciphertextAndTag[..plaintext.Length];
        RefuseShifted(plaintext, ciphertextAndTag);
        ChaCha20.Xor(key, nonce, 1, plaintext, ciphertext);
        Tag(key, nonce, ciphertext, associated, ciphertextAndTag[plaintext.Length..]);
    }

    /// <summary>Opens. Nothing is written unless the tag is right.</summary>
    [SkipLocalsInit]
    internal static bool Open(
        ReadOnlySpan<byte> key,
        in Nonce nonce,
        ReadOnlySpan<byte> ciphertextAndTag,
        ReadOnlySpan<byte> associated,
        Span<byte> plaintext
    )
    {
        if (ciphertextAndTag.Length < TagLength)
            return false;
        ArgumentOutOfRangeException.ThrowIfNotEqual(plaintext.Length, ciphertextAndTag.Length - TagLength);
        ReadOnlySpan<byte> ciphertext = ciphertextAndTag[..plaintext.Length];
        RefuseShifted(ciphertextAndTag, plaintext);
        Span<byte> tag = stackalloc byte[TagLength];
        Tag(key, nonce, ciphertext, associated, tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, ciphertextAndTag[plaintext.Length..]))
            return false;
        ChaCha20.Xor(key, nonce, 1, ciphertext, plaintext);
        return true;
    }

    [SkipLocalsInit]
    static void Tag(
        ReadOnlySpan<byte> key,
        in Nonce nonce,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> associated,
        Span<byte> tag
    )
    {
        Span<byte> first = stackalloc byte[ChaCha20.BlockLength];
        ChaCha20.Block(key, nonce, 0, first);
        Poly1305 mac = new(first);
        mac.UpdatePadded(associated);
        mac.UpdatePadded(ciphertext);
        mac.UpdateLengths(associated.Length, ciphertext.Length);
        mac.Finish(tag);
        CryptographicOperations.ZeroMemory(first);
    }

    static void RefuseShifted(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination)
    {
        if (source.Overlaps(destination, out int offset) && offset != 0)
            throw new ArgumentException("Source and destination overlap without starting at the same byte.");
    }
}

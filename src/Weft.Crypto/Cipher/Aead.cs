using System.Runtime.CompilerServices;

namespace Weft.Crypto;

/// <summary>
/// The AEAD construction of RFC 8439 section 2.8 over the kernel of one width: block 0 of the keystream keys Poly1305, which
/// covers the associated data and the ciphertext that block 1 and onwards make. Time and memory access depend on lengths only.
/// </summary>
static class Aead<TKernel>
    where TKernel : struct, ICipherKernel
{
    const int BlockLength = ChaCha20.BlockLength;

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
        Span<byte> ciphertext = ciphertextAndTag[..plaintext.Length];
        Span<byte> keystream = stackalloc byte[FirstPass(plaintext.Length) * BlockLength];
        Start(key, nonce, keystream);
        Poly1305 mac = new(keystream);
        Xor(key, nonce, keystream, plaintext, ciphertext);
        Authenticate(ref mac, associated, ciphertext);
        mac.Finish(ciphertextAndTag[plaintext.Length..]);
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
        ReadOnlySpan<byte> ciphertext = ciphertextAndTag[..plaintext.Length];
        Span<byte> keystream = stackalloc byte[FirstPass(plaintext.Length) * BlockLength];
        Start(key, nonce, keystream);
        Poly1305 mac = new(keystream);
        Authenticate(ref mac, associated, ciphertext);
        bool genuine = mac.IsTag(ciphertextAndTag[plaintext.Length..]);
        if (genuine)
            Xor(key, nonce, keystream, ciphertext, plaintext);
        else
            Keystream.Wipe(keystream);
        return genuine;
    }

    /// <summary>Blocks of the first pass: as few as hold the authenticator's key and all of the data, if one pass can.</summary>
    static int FirstPass(int length) =>
        length <= (TKernel.ShortPass - 1) * BlockLength ? TKernel.ShortPass : TKernel.LongPass;

    static void Start(ReadOnlySpan<byte> key, in Nonce nonce, Span<byte> keystream)
    {
        if (keystream.Length == TKernel.ShortPass * BlockLength)
            TKernel.Short(key, nonce, 0, keystream);
        else
            TKernel.Long(key, nonce, 0, keystream);
    }

    /// <summary>Adds the keystream from block 1 on, of which the buffer holds the first pass, and wipes the buffer.</summary>
    static void Xor(
        ReadOnlySpan<byte> key,
        in Nonce nonce,
        Span<byte> keystream,
        ReadOnlySpan<byte> source,
        Span<byte> destination
    )
    {
        ReadOnlySpan<byte> fresh = keystream[BlockLength..];
        uint number = (uint)TKernel.LongPass;
        while (source.Length > fresh.Length)
        {
            Keystream.Xor(source[..fresh.Length], fresh, destination);
            source = source[fresh.Length..];
            destination = destination[fresh.Length..];
            TKernel.Long(key, nonce, number, keystream);
            number += (uint)TKernel.LongPass;
            fresh = keystream;
        }
        Keystream.Xor(source, fresh, destination);
        Keystream.Wipe(keystream);
    }

    static void Authenticate(ref Poly1305 mac, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> ciphertext)
    {
        int whole = associated.Length & -Poly1305.BlockLength;
        TKernel.Blocks(ref mac, associated[..whole]);
        mac.Padded(associated[whole..]);
        whole = ciphertext.Length & -Poly1305.BlockLength;
        TKernel.Blocks(ref mac, ciphertext[..whole]);
        mac.Padded(ciphertext[whole..]);
        mac.Lengths(associated.Length, ciphertext.Length);
    }
}

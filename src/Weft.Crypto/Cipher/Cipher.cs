using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Crypto;

/// <summary>Chooses the width of the packet cipher, checks what callers pass, and hands it to the kernel of that width.</summary>
static class Cipher
{
    /// <summary>
    /// The widest that the processor runs well, unless the environment variable <c>WEFT_CIPHER_WIDTH</c> asks for less:
    /// <c>0</c> (no vectors), <c>128</c>, <c>256</c> or <c>512</c>.
    /// </summary>
    internal static readonly CipherWidth Width = Choose(Environment.GetEnvironmentVariable("WEFT_CIPHER_WIDTH"));

    /// <summary>Whether this processor has what the width needs.</summary>
    internal static bool Supports(CipherWidth width) =>
        width switch
        {
            CipherWidth.Scalar => true,
            CipherWidth.Vector128 => Vector128.IsHardwareAccelerated,
            CipherWidth.Vector256 => Avx2.IsSupported,
            CipherWidth.Vector512 => Avx512F.IsSupported,
            _ => false,
        };

    static CipherWidth Choose(string? wanted)
    {
        // Vector512.IsHardwareAccelerated is false where AVX-512 exists but slows the processor's clock.
        CipherWidth widest =
            Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? CipherWidth.Vector512
            : Avx2.IsSupported ? CipherWidth.Vector256
            : Vector128.IsHardwareAccelerated ? CipherWidth.Vector128
            : CipherWidth.Scalar;
        CipherWidth asked = wanted switch
        {
            "0" => CipherWidth.Scalar,
            "128" => CipherWidth.Vector128,
            "256" => CipherWidth.Vector256,
            "512" => CipherWidth.Vector512,
            _ => widest,
        };
        return Supports(asked) ? asked : widest;
    }

    internal static void Seal(
        CipherWidth width,
        ReadOnlySpan<byte> key,
        in Nonce nonce,
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> associated,
        Span<byte> ciphertextAndTag
    )
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ciphertextAndTag.Length, plaintext.Length + Poly1305.TagLength);
        RefuseShifted(plaintext, ciphertextAndTag);
        switch (width)
        {
            case CipherWidth.Vector512:
                Aead<Vector512Kernel>.Seal(key, nonce, plaintext, associated, ciphertextAndTag);
                break;
            case CipherWidth.Vector256:
                Aead<Vector256Kernel>.Seal(key, nonce, plaintext, associated, ciphertextAndTag);
                break;
            case CipherWidth.Vector128:
                Aead<Vector128Kernel>.Seal(key, nonce, plaintext, associated, ciphertextAndTag);
                break;
            default:
                Aead<ScalarKernel>.Seal(key, nonce, plaintext, associated, ciphertextAndTag);
                break;
        }
    }

    internal static bool Open(
        CipherWidth width,
        ReadOnlySpan<byte> key,
        in Nonce nonce,
        ReadOnlySpan<byte> ciphertextAndTag,
        ReadOnlySpan<byte> associated,
        Span<byte> plaintext
    )
    {
        if (ciphertextAndTag.Length < Poly1305.TagLength)
            return false;
        ArgumentOutOfRangeException.ThrowIfNotEqual(plaintext.Length, ciphertextAndTag.Length - Poly1305.TagLength);
        RefuseShifted(ciphertextAndTag, plaintext);
        return width switch
        {
            CipherWidth.Vector512 => Aead<Vector512Kernel>.Open(key, nonce, ciphertextAndTag, associated, plaintext),
            CipherWidth.Vector256 => Aead<Vector256Kernel>.Open(key, nonce, ciphertextAndTag, associated, plaintext),
            CipherWidth.Vector128 => Aead<Vector128Kernel>.Open(key, nonce, ciphertextAndTag, associated, plaintext),
            _ => Aead<ScalarKernel>.Open(key, nonce, ciphertextAndTag, associated, plaintext),
        };
    }

    static void RefuseShifted(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination)
    {
        if (source.Overlaps(destination, out int offset) && offset != 0)
            throw new ArgumentException("Source and destination overlap without starting at the same byte.");
    }
}

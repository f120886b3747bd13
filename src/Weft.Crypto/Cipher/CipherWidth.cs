namespace Weft.Crypto;

/// <summary>How wide the vectors are that the packet cipher works in. All give the same bytes.</summary>
enum CipherWidth
{
    /// <summary>None: words of 32 and 64 bits.</summary>
    Scalar,

    /// <summary>128 bits for ChaCha20, words for Poly1305: SSE2, NEON.</summary>
    Vector128,

    /// <summary>256 bits: AVX2.</summary>
    Vector256,

    /// <summary>512 bits: AVX-512.</summary>
    Vector512,
}

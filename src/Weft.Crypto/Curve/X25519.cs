namespace Weft.Crypto;

/// <summary>
/// X25519 (RFC 7748 section 5), by libcrypto, whose code is constant time on every platform that Weft runs on. Scalars are
/// clamped by the function itself and the unused top bit of a point is ignored. A <see cref="PrivateKey"/> does the same at
/// half the price, once it has been used.
/// </summary>
public static class X25519
{
    /// <summary>Bytes of a scalar, a point and a shared secret.</summary>
    public const int Length = KeyText.KeyLength;

    /// <summary>
    /// Multiplies the 32-byte point by the 32-byte scalar. False when the result is zero, which means that the peer sent a
    /// point of low order (section 6.1); <paramref name="shared"/> is then zero.
    /// </summary>
    public static bool SharedSecret(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> shared)
    {
        using X25519Scalar own = new(scalar);
        return own.SharedSecret(point, shared);
    }

    /// <summary>The 32-byte public key of a 32-byte scalar: the base point multiplied by it.</summary>
    public static void PublicKey(ReadOnlySpan<byte> scalar, Span<byte> publicKey)
    {
        using X25519Scalar own = new(scalar);
        own.PublicKey(publicKey);
    }
}

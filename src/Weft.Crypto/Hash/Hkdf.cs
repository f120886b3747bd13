using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>
/// HKDF (RFC 5869) over HMAC-BLAKE2s as the Noise framework uses it (section 4.3): the chaining key is the salt, the info is
/// empty, and one, two or three keys of 32 bytes come out.
/// </summary>
public static class Hkdf
{
    /// <summary>Derives one key; <paramref name="first"/> may be the chaining key itself.</summary>
    public static void Derive(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> input, Span<byte> first) =>
        Derive(chainingKey, input, first, default, default);

    /// <summary>Derives two keys; <paramref name="first"/> may be the chaining key itself.</summary>
    public static void Derive(
        ReadOnlySpan<byte> chainingKey,
        ReadOnlySpan<byte> input,
        Span<byte> first,
        Span<byte> second
    ) => Derive(chainingKey, input, first, second, default);

    /// <summary>Derives three keys; <paramref name="first"/> may be the chaining key itself.</summary>
    public static void Derive(
        ReadOnlySpan<byte> chainingKey,
        ReadOnlySpan<byte> input,
        Span<byte> first,
        Span<byte> second,
        Span<byte> third
    )
    {
        Span<byte> secret = stackalloc byte[Blake2s.HashLength];
        HmacBlake2s.Hash(chainingKey, input, secret);
        HmacBlake2s.Hash(secret, [1], first);
        if (!second.IsEmpty)
            HmacBlake2s.Hash(secret, first, [2], second);
        if (!third.IsEmpty)
            HmacBlake2s.Hash(secret, second, [3], third);
        CryptographicOperations.ZeroMemory(secret);
    }
}

using System.Security.Cryptography;
using Weft.Crypto.Interop;

namespace Weft.Crypto;

/// <summary>
/// X25519 (RFC 7748 section 5), by libcrypto, whose code is constant time on every platform that Weft runs on. Scalars are
/// clamped by the function itself and the unused top bit of a point is ignored.
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
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalar.Length, Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(point.Length, Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shared.Length, Length);
        try
        {
            Span<byte> result = stackalloc byte[Length];
            result.Clear();
            Multiply(scalar, point, result);
            result.CopyTo(shared);
            CryptographicOperations.ZeroMemory(result);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
            throw NoLibrary(fault);
        }
        return !CryptographicOperations.FixedTimeEquals(shared, stackalloc byte[Length]);
    }

    /// <summary>The 32-byte public key of a 32-byte scalar: the base point multiplied by it.</summary>
    public static void PublicKey(ReadOnlySpan<byte> scalar, Span<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalar.Length, Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, Length);
        try
        {
            MultiplyBase(scalar, publicKey);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
            throw NoLibrary(fault);
        }
    }

    static unsafe void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> shared)
    {
        fixed (byte* scalarBytes = scalar)
        fixed (byte* pointBytes = point)
        fixed (byte* sharedBytes = shared)
        {
            nuint length = Length;
            using SafeEvpKey own = Evp.EVP_PKEY_new_raw_private_key(Evp.EVP_PKEY_X25519, 0, scalarBytes, Length);
            Require(!own.IsInvalid, nameof(Evp.EVP_PKEY_new_raw_private_key));
            using SafeEvpKey peer = Evp.EVP_PKEY_new_raw_public_key(Evp.EVP_PKEY_X25519, 0, pointBytes, Length);
            Require(!peer.IsInvalid, nameof(Evp.EVP_PKEY_new_raw_public_key));
            using SafeEvpKeyContext context = Evp.EVP_PKEY_CTX_new(own, 0);
            Require(!context.IsInvalid, nameof(Evp.EVP_PKEY_CTX_new));
            Require(Evp.EVP_PKEY_derive_init(context) == 1, nameof(Evp.EVP_PKEY_derive_init));
            Require(Evp.EVP_PKEY_derive_set_peer(context, peer) == 1, nameof(Evp.EVP_PKEY_derive_set_peer));
            if (Evp.EVP_PKEY_derive(context, sharedBytes, ref length) == 1)
                return;
            // libcrypto refuses to hand out an all-zero secret. It tells so by an error that it queues for this thread,
            // where the class library's own calls into libcrypto would find it.
            Err.ERR_clear_error();
            shared.Clear();
        }
    }

    static unsafe void MultiplyBase(ReadOnlySpan<byte> scalar, Span<byte> publicKey)
    {
        fixed (byte* scalarBytes = scalar)
        fixed (byte* publicBytes = publicKey)
        {
            nuint length = Length;
            using SafeEvpKey own = Evp.EVP_PKEY_new_raw_private_key(Evp.EVP_PKEY_X25519, 0, scalarBytes, Length);
            Require(!own.IsInvalid, nameof(Evp.EVP_PKEY_new_raw_private_key));
            int done = Evp.EVP_PKEY_get_raw_public_key(own, publicBytes, ref length);
            Require(done == 1, nameof(Evp.EVP_PKEY_get_raw_public_key));
        }
    }

    static void Require(bool done, string call)
    {
        if (done)
            return;
        Err.ERR_clear_error();
        throw new CryptographicException($"{call} of {Evp.Library} failed for X25519.");
    }

    static PlatformNotSupportedException NoLibrary(Exception fault) =>
        new($"{Evp.Library} (OpenSSL 3) cannot be loaded; install it (Debian: apt install libssl3).", fault);
}

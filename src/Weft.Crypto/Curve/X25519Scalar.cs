using System.Security.Cryptography;
using Weft.Crypto.Interop;

namespace Weft.Crypto;

/// <summary>
/// A scalar of X25519 in libcrypto's keeping, which computes its public key when made; worth holding on to, because that is
/// as dear as a multiplication. Any number of threads may use one at once. libcrypto wipes it when it is disposed of.
/// </summary>
sealed unsafe class X25519Scalar : IDisposable
{
    readonly SafeEvpKey _key;

    /// <summary>Ready to derive, and in nobody's hands: making one costs a tenth of a multiplication.</summary>
    SafeEvpKeyContext? _idle;

    /// <summary>Copies 32 bytes; they are clamped in use (RFC 7748 section 5).</summary>
    internal X25519Scalar(ReadOnlySpan<byte> scalar)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalar.Length, X25519.Length);
        try
        {
            fixed (byte* bytes = scalar)
                _key = Evp.EVP_PKEY_new_raw_private_key(Evp.EVP_PKEY_X25519, 0, bytes, X25519.Length);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new PlatformNotSupportedException(
                $"{Evp.Library} (OpenSSL 3) cannot be loaded; install it (Debian: apt install libssl3).",
                fault
            );
        }
        Require(!_key.IsInvalid, nameof(Evp.EVP_PKEY_new_raw_private_key));
    }

    /// <summary>Writes the 32 bytes of the base point multiplied by this scalar.</summary>
    internal void PublicKey(Span<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, X25519.Length);
        nuint length = X25519.Length;
        fixed (byte* bytes = publicKey)
            Require(
                Evp.EVP_PKEY_get_raw_public_key(_key, bytes, ref length) == 1,
                nameof(Evp.EVP_PKEY_get_raw_public_key)
            );
    }

    /// <summary>Multiplies a 32-byte point by this scalar; false when the result is zero, which is then what is written.</summary>
    internal bool SharedSecret(ReadOnlySpan<byte> point, Span<byte> shared)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(point.Length, X25519.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shared.Length, X25519.Length);
        // The result may go where the point came from.
        Span<byte> result = stackalloc byte[X25519.Length];
        result.Clear();
        if (!Derive(point, result))
            result.Clear();
        result.CopyTo(shared);
        CryptographicOperations.ZeroMemory(result);
        return !CryptographicOperations.FixedTimeEquals(shared, stackalloc byte[X25519.Length]);
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _idle, null)?.Dispose();
        _key.Dispose();
    }

    bool Derive(ReadOnlySpan<byte> point, Span<byte> result)
    {
        nuint length = X25519.Length;
        fixed (byte* pointBytes = point)
        fixed (byte* resultBytes = result)
        {
            using SafeEvpKey peer = Evp.EVP_PKEY_new_raw_public_key(Evp.EVP_PKEY_X25519, 0, pointBytes, X25519.Length);
            Require(!peer.IsInvalid, nameof(Evp.EVP_PKEY_new_raw_public_key));
            SafeEvpKeyContext context = Interlocked.Exchange(ref _idle, null) ?? NewContext();
            Require(Evp.EVP_PKEY_derive_set_peer(context, peer) == 1, nameof(Evp.EVP_PKEY_derive_set_peer));
            bool done = Evp.EVP_PKEY_derive(context, resultBytes, ref length) == 1;
            Interlocked.Exchange(ref _idle, context)?.Dispose();
            if (done)
                return true;
        }
        // libcrypto refuses to hand out an all-zero secret. It says so by an error that it queues for this thread, where the
        // class library's own calls into libcrypto would find it.
        Err.ERR_clear_error();
        return false;
    }

    SafeEvpKeyContext NewContext()
    {
        SafeEvpKeyContext context = Evp.EVP_PKEY_CTX_new(_key, 0);
        Require(!context.IsInvalid, nameof(Evp.EVP_PKEY_CTX_new));
        Require(Evp.EVP_PKEY_derive_init(context) == 1, nameof(Evp.EVP_PKEY_derive_init));
        return context;
    }

    static void Require(bool done, string call)
    {
        if (done)
            return;
        Err.ERR_clear_error();
        throw new CryptographicException($"{call} of {Evp.Library} failed for X25519.");
    }
}

namespace Weft.Crypto;

/// <summary>
/// A Curve25519 private key: 32 secret bytes, clamped when made (RFC 7748 section 5), so that what reads back is the
/// scalar in use. An all-zero key stays zero and means "none".
/// </summary>
public sealed class PrivateKey : IDisposable, IEquatable<PrivateKey>
{
    readonly SecretBytes _bytes;
    X25519Scalar? _scalar;

    PrivateKey(SecretBytes bytes, bool clamp)
    {
        _bytes = bytes;
        if (!clamp || bytes.IsZero)
            return;
        bytes.Span[0] &= 248;
        bytes.Span[31] = (byte)((bytes.Span[31] & 127) | 64);
    }

    /// <summary>Copies 32 bytes and clamps the copy, unless they are all zeros.</summary>
    public PrivateKey(ReadOnlySpan<byte> bytes)
        : this(SecretBytes.CopyKey(bytes), clamp: true) { }

    /// <summary>A new random key.</summary>
    public static PrivateKey Generate() => new(SecretBytes.RandomKey(), clamp: true);

    /// <summary>The 32 bytes. The span dies with the key; copy nothing out of it that is not wiped.</summary>
    public ReadOnlySpan<byte> Span => _bytes.Span;

    /// <summary>All zeros, which stands for "no key" wherever keys are configured.</summary>
    public bool IsZero => _bytes.IsZero;

    /// <summary>The public key that belongs to this one; all zeros for the zero key.</summary>
    public PublicKey ToPublicKey()
    {
        if (IsZero)
            return default;
        Span<byte> bytes = stackalloc byte[KeyText.KeyLength];
        Scalar.PublicKey(bytes);
        return new PublicKey(bytes);
    }

    /// <summary>
    /// The 32-byte Diffie-Hellman secret shared with a peer (RFC 7748 section 6.1). False when it is zero, which a peer
    /// can force with a point of low order and which must end a handshake, and for the zero key.
    /// </summary>
    public bool SharedSecret(PublicKey peer, Span<byte> shared)
    {
        if (!IsZero)
            return Scalar.SharedSecret(peer.Span, shared);
        shared.Clear();
        return false;
    }

    /// <summary>Made at first use, by whichever thread comes first.</summary>
    X25519Scalar Scalar
    {
        get
        {
            if (Volatile.Read(ref _scalar) is { } made)
                return made;
            X25519Scalar scalar = new(Span);
            // Nothing else may hold this key by now, and the finalizer would wipe it in the middle.
            GC.KeepAlive(this);
            if (Interlocked.CompareExchange(ref _scalar, scalar, null) is not { } first)
                return scalar;
            scalar.Dispose();
            return first;
        }
    }

    /// <summary>Reads 44 characters of base64; null when they are not a key.</summary>
    public static PrivateKey? Parse(ReadOnlySpan<char> base64) =>
        SecretBytes.KeyFromBase64(base64) is { } bytes ? new(bytes, clamp: true) : null;

    /// <summary>Reads 64 characters of hexadecimal; null when they are not a key.</summary>
    public static PrivateKey? ParseHex(ReadOnlySpan<char> hex) =>
        SecretBytes.KeyFromHex(hex) is { } bytes ? new(bytes, clamp: true) : null;

    /// <summary>Copies 32 bytes and clamps nothing; see <see cref="ParseAsWritten"/>.</summary>
    public static PrivateKey AsWritten(ReadOnlySpan<byte> bytes) => new(SecretBytes.CopyKey(bytes), clamp: false);

    /// <summary>
    /// Like <see cref="Parse"/> but not clamped: for tools that pass a key on as it was written and leave the clamping to
    /// the device that uses it.
    /// </summary>
    public static PrivateKey? ParseAsWritten(ReadOnlySpan<char> base64) =>
        SecretBytes.KeyFromBase64(base64) is { } bytes ? new(bytes, clamp: false) : null;

    /// <summary>Like <see cref="ParseHex"/> but not clamped.</summary>
    public static PrivateKey? ParseHexAsWritten(ReadOnlySpan<char> hex) =>
        SecretBytes.KeyFromHex(hex) is { } bytes ? new(bytes, clamp: false) : null;

    /// <summary>Writes the key as 44 characters of base64, for the one file or pipe that shall hold it.</summary>
    public void WriteBase64(Span<char> text) => KeyText.ToBase64(Span, text);

    /// <summary>Writes the key as 64 characters of hexadecimal, for UAPI.</summary>
    public void WriteHex(Span<char> text) => KeyText.ToHex(Span, text);

    /// <summary>Never the key.</summary>
    public override string ToString() => "(hidden)";

    /// <summary>In constant time.</summary>
    public bool Equals(PrivateKey? other) => _bytes.HoldsSameAs(other?._bytes);

    public override bool Equals(object? obj) => Equals(obj as PrivateKey);

    /// <summary>A secret has no place in a hash table.</summary>
    public override int GetHashCode() => throw new NotSupportedException("Secrets are not hashed.");

    public void Dispose()
    {
        _bytes.Dispose();
        _scalar?.Dispose();
    }
}

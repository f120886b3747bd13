namespace Weft.Crypto;

/// <summary>A preshared key: 32 secret bytes mixed into the handshake (Noise psk2); all zeros when none is set.</summary>
public sealed class PresharedKey : IDisposable, IEquatable<PresharedKey>
{
    readonly SecretBytes _bytes;

    PresharedKey(SecretBytes bytes) => _bytes = bytes;

    /// <summary>Copies 32 bytes.</summary>
    public PresharedKey(ReadOnlySpan<byte> bytes)
        : this(SecretBytes.CopyKey(bytes)) { }

    /// <summary>32 random bytes.</summary>
    public static PresharedKey Generate() => new(SecretBytes.RandomKey());

    /// <summary>The 32 bytes. The span dies with the key; copy nothing out of it that is not wiped.</summary>
    public ReadOnlySpan<byte> Span => _bytes.Span;

    /// <summary>All zeros, which stands for "no key" wherever keys are configured.</summary>
    public bool IsZero => _bytes.IsZero;

    /// <summary>Reads 44 characters of base64; null when they are not a key.</summary>
    public static PresharedKey? Parse(ReadOnlySpan<char> base64) =>
        SecretBytes.KeyFromBase64(base64) is { } bytes ? new(bytes) : null;

    /// <summary>Reads 64 characters of hexadecimal; null when they are not a key.</summary>
    public static PresharedKey? ParseHex(ReadOnlySpan<char> hex) =>
        SecretBytes.KeyFromHex(hex) is { } bytes ? new(bytes) : null;

    /// <summary>Writes the key as 44 characters of base64, for the one file or pipe that shall hold it.</summary>
    public void WriteBase64(Span<char> text) => KeyText.ToBase64(Span, text);

    /// <summary>Writes the key as 64 characters of hexadecimal, for UAPI.</summary>
    public void WriteHex(Span<char> text) => KeyText.ToHex(Span, text);

    /// <summary>Never the key.</summary>
    public override string ToString() => "(hidden)";

    /// <summary>In constant time.</summary>
    public bool Equals(PresharedKey? other) => _bytes.HoldsSameAs(other?._bytes);

    public override bool Equals(object? obj) => Equals(obj as PresharedKey);

    /// <summary>A secret has no place in a hash table.</summary>
    public override int GetHashCode() => throw new NotSupportedException("Secrets are not hashed.");

    public void Dispose() => _bytes.Dispose();
}

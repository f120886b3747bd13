using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Weft.Crypto;

/// <summary>
/// A Curve25519 public key: 32 bytes, not secret, compared byte by byte (RFC 7748 does not make encodings unique, and
/// WireGuard identifies peers by the encoding). Prints as base64.
/// </summary>
public readonly struct PublicKey : IEquatable<PublicKey>, IComparable<PublicKey>
{
    readonly Bytes _bytes;

    /// <summary>Copies 32 bytes.</summary>
    public PublicKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, KeyText.KeyLength);
        bytes.CopyTo(_bytes);
    }

    /// <summary>The 32 bytes, as they stand in messages.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => _bytes;

    public bool IsZero => !Span.ContainsAnyExcept((byte)0);

    public static bool TryParse(ReadOnlySpan<char> base64, out PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[KeyText.KeyLength];
        bool ok = KeyText.TryFromBase64(base64, bytes);
        key = ok ? new PublicKey(bytes) : default;
        return ok;
    }

    public static bool TryParseHex(ReadOnlySpan<char> hex, out PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[KeyText.KeyLength];
        bool ok = KeyText.TryFromHex(hex, bytes);
        key = ok ? new PublicKey(bytes) : default;
        return ok;
    }

    public override string ToString() =>
        string.Create(KeyText.Base64Length, this, (s, k) => KeyText.ToBase64(k.Span, s));

    public string ToHex() => string.Create(KeyText.HexLength, this, (s, k) => KeyText.ToHex(k.Span, s));

    public bool Equals(PublicKey other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is PublicKey other && Equals(other);

    /// <summary>Seeded per process: keys are chosen by others, so a fixed hash would let them pick colliding ones.</summary>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public int CompareTo(PublicKey other) => Span.SequenceCompareTo(other.Span);

    public static bool operator ==(PublicKey left, PublicKey right) => left.Equals(right);

    public static bool operator !=(PublicKey left, PublicKey right) => !left.Equals(right);

    public static bool operator <(PublicKey left, PublicKey right) => left.CompareTo(right) < 0;

    public static bool operator >(PublicKey left, PublicKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(PublicKey left, PublicKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PublicKey left, PublicKey right) => left.CompareTo(right) >= 0;

    [InlineArray(KeyText.KeyLength)]
    struct Bytes
    {
        byte _first;
    }
}

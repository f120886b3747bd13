namespace Weft.Crypto;

/// <summary>
/// A key of ChaCha20-Poly1305 (RFC 8439) with WireGuard's nonces: four zero bytes and the packet's counter, little-endian.
/// Holds no other state, so any number of threads may seal and open at once; the key is wiped when disposed of, which its
/// owner must not do while a call runs.
/// </summary>
public sealed class ChaCha20Poly1305Key : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = ChaCha20.KeyLength;

    /// <summary>Bytes by which sealing makes data longer.</summary>
    public const int TagLength = Poly1305.TagLength;

    readonly SecretBytes _key = new(KeyLength);
    readonly CipherWidth _width;

    /// <summary>Copies 32 bytes.</summary>
    public ChaCha20Poly1305Key(ReadOnlySpan<byte> key)
        : this(key, Cipher.Width) { }

    internal ChaCha20Poly1305Key(ReadOnlySpan<byte> key, CipherWidth width)
    {
        _width = width;
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        key.CopyTo(_key.Span);
    }

    /// <summary>
    /// Seals. The destination takes the ciphertext and the tag, 16 bytes more than the plaintext; it may start where the
    /// plaintext does, else they must not overlap. A counter must never be used twice with one key.
    /// </summary>
    public void Seal(
        ulong counter,
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> associated,
        Span<byte> ciphertextAndTag
    )
    {
        Cipher.Seal(_width, _key.Span, new Nonce(0, counter), plaintext, associated, ciphertextAndTag);
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Opens into a destination 16 bytes shorter than the source, which may start where the source does. False when the tag
    /// is wrong, or the source too short to hold one; the destination is then as it was.
    /// </summary>
    public bool Open(
        ulong counter,
        ReadOnlySpan<byte> ciphertextAndTag,
        ReadOnlySpan<byte> associated,
        Span<byte> plaintext
    )
    {
        bool genuine = Cipher.Open(_width, _key.Span, new Nonce(0, counter), ciphertextAndTag, associated, plaintext);
        GC.KeepAlive(this);
        return genuine;
    }

    public void Dispose() => _key.Dispose();
}

using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>
/// Bytes that must not outlive their use: pinned, so that the collector leaves no copies behind, and overwritten with
/// zeros when disposed of or, at the latest, when collected. Whoever makes one owns it.
/// </summary>
public sealed class SecretBytes : IDisposable
{
    readonly byte[] _bytes;

    /// <summary>Bytes that are not yet anything; write them before reading.</summary>
    public SecretBytes(int length) => _bytes = GC.AllocateUninitializedArray<byte>(length, pinned: true);

    ~SecretBytes() => CryptographicOperations.ZeroMemory(_bytes);

    /// <summary>The bytes. The span dies with the object.</summary>
    public Span<byte> Span => _bytes;

    /// <summary>All zeros, which stands for "no key" wherever keys are configured. Looks at every byte.</summary>
    internal bool IsZero
    {
        get
        {
            int any = 0;
            foreach (byte b in _bytes)
                any |= b;
            return any == 0;
        }
    }

    internal static SecretBytes RandomKey()
    {
        SecretBytes key = new(KeyText.KeyLength);
        RandomNumberGenerator.Fill(key.Span);
        return key;
    }

    internal static SecretBytes CopyKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, KeyText.KeyLength);
        SecretBytes key = new(KeyText.KeyLength);
        bytes.CopyTo(key.Span);
        return key;
    }

    /// <summary>Null when the text is not a key.</summary>
    internal static SecretBytes? KeyFromBase64(ReadOnlySpan<char> text)
    {
        SecretBytes key = new(KeyText.KeyLength);
        return KeyText.TryFromBase64(text, key.Span) ? key : Dropped(key);
    }

    /// <summary>Null when the text is not a key.</summary>
    internal static SecretBytes? KeyFromHex(ReadOnlySpan<char> text)
    {
        SecretBytes key = new(KeyText.KeyLength);
        return KeyText.TryFromHex(text, key.Span) ? key : Dropped(key);
    }

    /// <summary>In constant time.</summary>
    internal bool HoldsSameAs(SecretBytes? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        GC.SuppressFinalize(this);
    }

    static SecretBytes? Dropped(SecretBytes key)
    {
        key.Dispose();
        return null;
    }
}

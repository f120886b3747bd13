using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>
/// Bytes that must not outlive their use: pinned, so that the collector leaves no copies behind, and overwritten with
/// zeros when disposed of or, at the latest, when collected. Whoever makes one owns it.
/// </summary>
sealed class SecretBytes : IDisposable
{
    readonly byte[] _bytes;

    internal SecretBytes(int length) => _bytes = GC.AllocateUninitializedArray<byte>(length, pinned: true);

    ~SecretBytes() => CryptographicOperations.ZeroMemory(_bytes);

    internal Span<byte> Span => _bytes;

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        GC.SuppressFinalize(this);
    }
}

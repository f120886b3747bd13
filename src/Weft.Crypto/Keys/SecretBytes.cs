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

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        GC.SuppressFinalize(this);
    }
}

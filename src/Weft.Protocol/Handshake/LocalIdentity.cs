using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// Our own key pair and what follows from it alone. The node owns it and replaces it whole when the key changes; the
/// private key is used under the gate.
/// </summary>
sealed class LocalIdentity : IDisposable
{
    readonly byte[] _responderStart = new byte[SymmetricState.StorageLength];

    /// <summary>Copies the key, which must not be zero.</summary>
    internal LocalIdentity(PrivateKey key)
    {
        PrivateKey = new PrivateKey(key.Span);
        PublicKey = PrivateKey.ToPublicKey();
        Cookies = new CookieChecker(PublicKey);
        IkPsk2.Start(new SymmetricState(_responderStart), Prologue, PublicKey);
    }

    /// <summary>What WireGuard gives to Noise as prologue (paper section 5.4: "Identifier").</summary>
    internal static ReadOnlySpan<byte> Prologue => "WireGuard v1 zx2c4 Jason@zx2c4.com"u8;

    internal PrivateKey PrivateKey { get; }

    internal PublicKey PublicKey { get; }

    internal CookieChecker Cookies { get; }

    /// <summary>The state in which every handshake that someone starts with us begins. Nothing in it is secret.</summary>
    internal void StartAsResponder(Span<byte> storage) => _responderStart.CopyTo(storage);

    public void Dispose()
    {
        PrivateKey.Dispose();
        Cookies.Dispose();
    }
}

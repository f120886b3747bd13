using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// The sender's side of cookies (paper section 5.3): puts both MACs on what we send to one peer, and keeps the cookie that
/// the peer sent when it was under load. Its tunnel owns it, under the gate.
/// </summary>
sealed class CookieJar(PublicKey peer)
{
    readonly byte[] _lastMac1 = new byte[Macs.MacLength];
    readonly byte[] _cookie = new byte[CookieMessage.CookieLength];
    bool _awaitsReply;
    Instant? _received;

    /// <summary>Writes mac1, and mac2 if there is a cookie to make it with (else zeros).</summary>
    /// <param name="message">A whole initiation or response, all but its MACs written.</param>
    internal void Sign(Instant now, Span<byte> message)
    {
        Macs macs = new(message);
        Span<byte> key = stackalloc byte[MacKeys.Length];
        MacKeys.DeriveMac1(peer, key);
        Blake2s.Mac(key, macs.UnderMac1, macs.Mac1);
        macs.Mac1.CopyTo(_lastMac1);
        _awaitsReply = true;
        macs.Mac2.Clear();
        if (now - _received < ProtocolTimes.CookieLifetime)
            Blake2s.Mac(_cookie, macs.UnderMac2, macs.Mac2);
    }

    /// <summary>
    /// Opens a cookie reply. One is accepted per message sent: it is bound to that message's mac1, so nobody who has not
    /// seen it can hand us a cookie.
    /// </summary>
    internal bool TryAccept(Instant now, CookieMessage message)
    {
        if (!_awaitsReply)
            return false;
        Span<byte> key = stackalloc byte[MacKeys.Length];
        MacKeys.DeriveCookie(peer, key);
        Span<byte> cookie = stackalloc byte[CookieMessage.CookieLength];
        if (!XChaCha20Poly1305.Open(key, message.Nonce, message.Sealed, _lastMac1, cookie))
            return false;
        cookie.CopyTo(_cookie);
        _received = now;
        _awaitsReply = false;
        return true;
    }

    internal void Clear()
    {
        CryptographicOperations.ZeroMemory(_cookie);
        _received = null;
        _awaitsReply = false;
    }
}

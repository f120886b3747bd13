using System.Buffers.Binary;
using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// The receiver's side of cookies (paper section 5.3): checks both MACs on what comes, and hands out cookies that bind a
/// sender to its address and port. Made for one public key. Any thread.
/// </summary>
sealed class CookieChecker : IDisposable
{
    readonly byte[] _mac1Key = new byte[MacKeys.Length];
    readonly byte[] _cookieKey = new byte[MacKeys.Length];
    readonly SecretBytes _secret = new(Blake2s.HashLength);
    readonly Lock _secretLock = new();
    Instant? _secretBorn;

    internal CookieChecker(PublicKey own)
    {
        MacKeys.DeriveMac1(own, _mac1Key);
        MacKeys.DeriveCookie(own, _cookieKey);
    }

    internal bool HasValidMac1(Span<byte> message)
    {
        Macs macs = new(message);
        Span<byte> expected = stackalloc byte[Macs.MacLength];
        Blake2s.Mac(_mac1Key, macs.UnderMac1, expected);
        return CryptographicOperations.FixedTimeEquals(expected, macs.Mac1);
    }

    internal bool HasValidMac2(Instant now, Span<byte> message, in Endpoint from, IEntropy entropy)
    {
        Macs macs = new(message);
        if (!macs.Mac2.ContainsAnyExcept((byte)0))
            return false;
        Span<byte> cookie = stackalloc byte[CookieMessage.CookieLength];
        MakeCookie(now, from, entropy, cookie);
        Span<byte> expected = stackalloc byte[Macs.MacLength];
        Blake2s.Mac(cookie, macs.UnderMac2, expected);
        return CryptographicOperations.FixedTimeEquals(expected, macs.Mac2);
    }

    /// <summary>Writes the cookie reply to a message whose mac1 is valid.</summary>
    /// <param name="sender">The message's sender index.</param>
    internal void WriteReply(
        Instant now,
        Span<byte> message,
        uint sender,
        in Endpoint from,
        IEntropy entropy,
        Span<byte> reply
    )
    {
        CookieMessage view = new(reply);
        Span<byte> cookie = stackalloc byte[CookieMessage.CookieLength];
        MakeCookie(now, from, entropy, cookie);
        view.WriteHeader(sender);
        entropy.Fill(view.Nonce);
        XChaCha20Poly1305.Seal(_cookieKey, view.Nonce, cookie, new Macs(message).Mac1, view.Sealed);
    }

    public void Dispose() => _secret.Dispose();

    void MakeCookie(Instant now, in Endpoint from, IEntropy entropy, Span<byte> cookie)
    {
        Span<byte> source = stackalloc byte[18];
        int length;
        if (from.IsIPv6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(source, from.Address);
            length = 16;
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(source, (uint)from.Address);
            length = 4;
        }
        BinaryPrimitives.WriteUInt16BigEndian(source[length..], from.Port);
        lock (_secretLock)
        {
            if (_secretBorn is not { } born || now - born >= ProtocolTimes.CookieSecretLifetime)
            {
                entropy.Fill(_secret.Span);
                _secretBorn = now;
            }
            Blake2s.Mac(_secret.Span, source[..(length + 2)], cookie);
        }
    }
}

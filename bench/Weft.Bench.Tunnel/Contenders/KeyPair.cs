using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Bench.Tunnel.Contenders;

/// <summary>A private key and its public one, as WireGuard writes them.</summary>
sealed record KeyPair(string Private, string Public)
{
    internal PublicKey PublicKey =>
        PublicKey.TryParse(Public, out PublicKey key) ? key : throw new FormatException("no public key");

    internal static KeyPair Generate()
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(32);
        using PrivateKey key = new(bytes);
        return new KeyPair(Convert.ToBase64String(bytes), key.ToPublicKey().ToString());
    }
}

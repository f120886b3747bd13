using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Weft.Crypto;
using Weft.Tests.Crypto;

namespace Weft.Bench.Crypto;

/// <summary>What a handshake is made of: BLAKE2s over a message (against libcrypto's, unkeyed), HKDF, X25519.</summary>
[SuppressMessage("Design", "CA1001", Justification = "They live as long as the process.")]
public class HandshakePrimitivesBenchmarks
{
    readonly byte[] _message = RandomNumberGenerator.GetBytes(148);
    readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    readonly byte[] _digest = new byte[32];
    readonly byte[] _second = new byte[32];
    readonly byte[] _third = new byte[32];
    readonly PrivateKey _private = PrivateKey.Generate();
    readonly PublicKey _public = PrivateKey.Generate().ToPublicKey();

    [Benchmark(Baseline = true)]
    public void Blake2sLibcrypto() => Libcrypto.Blake2s(_message, _digest);

    [Benchmark]
    public void Blake2sHash() => Blake2s.Hash(_message, _digest);

    [Benchmark]
    public void Blake2sMac() => Blake2s.Mac(_secret, _message, _digest);

    [Benchmark]
    public void HkdfThreeKeys() => Hkdf.Derive(_secret, _digest, _digest, _second, _third);

    [Benchmark]
    public bool X25519SharedSecret() => _private.SharedSecret(_public, _digest);

    [Benchmark]
    public PublicKey X25519NewKey()
    {
        using PrivateKey ephemeral = PrivateKey.Generate();
        return ephemeral.ToPublicKey();
    }
}

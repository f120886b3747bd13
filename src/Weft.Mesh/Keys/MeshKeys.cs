using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>
/// The secrets of a mesh: a private key per site, and the seed from which every pair's preshared key is derived. Owns
/// them: disposing of it wipes them. Names are told apart as DNS does, without regard to case. Any thread, once filled.
/// </summary>
public sealed class MeshKeys : IDisposable
{
    readonly Dictionary<string, (PrivateKey Private, PublicKey Public)> _sites = new(StringComparer.OrdinalIgnoreCase);
    readonly PresharedKey _seed;

    /// <summary>Takes the seed over.</summary>
    public MeshKeys(PresharedKey seed) => _seed = seed;

    /// <summary>Takes a site's key over.</summary>
    public void Add(string site, PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _sites.Add(site, (key, key.ToPublicKey()));
    }

    /// <summary>A copy for the caller, who disposes of it.</summary>
    public PrivateKey PrivateKeyOf(string site) => new(_sites[site].Private.Span);

    public PublicKey PublicKeyOf(string site) => _sites[site].Public;

    /// <summary>The preshared key of two sites, the same whichever is named first. The caller disposes of it.</summary>
    public PresharedKey PresharedKeyOf(string one, string other)
    {
        using PairKeys pairs = PairsOf(one);
        return pairs.With(other);
    }

    /// <summary>The preshared keys of one site with the others. The caller disposes of it.</summary>
    internal PairKeys PairsOf(string site)
    {
        Span<byte> extracted = stackalloc byte[SHA256.HashSizeInBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, _seed.Span, salt: [], extracted);
        PairKeys pairs = new(this, PublicKeyOf(site), extracted);
        CryptographicOperations.ZeroMemory(extracted);
        return pairs;
    }

    public void Dispose()
    {
        _seed.Dispose();
        foreach ((PrivateKey key, _) in _sites.Values)
            key.Dispose();
    }
}

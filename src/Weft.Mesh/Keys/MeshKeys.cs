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
    readonly Dictionary<string, (PrivateKey Private, PublicKey Public)> _next = new(StringComparer.OrdinalIgnoreCase);
    readonly PresharedKey _seed;

    /// <summary>Takes the seed over.</summary>
    public MeshKeys(PresharedKey seed) => _seed = seed;

    /// <summary>Takes a site's key over.</summary>
    public void Add(string site, PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _sites.Add(site, (key, key.ToPublicKey()));
    }

    /// <summary>Takes over the key that a site is going to have: its rekey is half done.</summary>
    public void AddNext(string site, PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _next.Add(site, (key, key.ToPublicKey()));
    }

    /// <summary>The key that a site is going to have; null when it keeps its own.</summary>
    public PublicKey? NextPublicKeyOf(string site) => _next.TryGetValue(site, out var next) ? next.Public : null;

    /// <summary>Gives a site the key that it was going to have.</summary>
    internal void Switch(string site)
    {
        if (!_next.Remove(site, out var next))
            throw new ArgumentException($"{site} has no other key to change to", nameof(site));
        _sites[site].Private.Dispose();
        _sites[site] = next;
    }

    /// <summary>Has a site keep its key.</summary>
    internal void DropNext(string site)
    {
        if (_next.Remove(site, out var next))
            next.Private.Dispose();
    }

    /// <summary>A copy for the caller, who disposes of it.</summary>
    public PrivateKey PrivateKeyOf(string site) => new(_sites[site].Private.Span);

    public PublicKey PublicKeyOf(string site) => _sites[site].Public;

    /// <summary>The preshared key of two sites, the same whichever is named first. The caller disposes of it.</summary>
    public PresharedKey PresharedKeyOf(string one, string other)
    {
        using PairKeys pairs = PairsOf(one);
        return pairs.With(PublicKeyOf(other));
    }

    /// <summary>The preshared keys of one site with the others. The caller disposes of it.</summary>
    internal PairKeys PairsOf(string site)
    {
        Span<byte> extracted = stackalloc byte[SHA256.HashSizeInBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, _seed.Span, salt: [], extracted);
        PairKeys pairs = new(PublicKeyOf(site), extracted);
        CryptographicOperations.ZeroMemory(extracted);
        return pairs;
    }

    public void Dispose()
    {
        _seed.Dispose();
        foreach ((PrivateKey key, _) in _sites.Values)
            key.Dispose();
        foreach ((PrivateKey key, _) in _next.Values)
            key.Dispose();
    }
}

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

    internal PresharedKey Seed => _seed;

    /// <summary>Takes a site's key over.</summary>
    public void Add(string site, PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _sites.Add(site, (key, key.ToPublicKey()));
    }

    public bool Contains(string site) => _sites.ContainsKey(site);

    /// <summary>A copy for the caller, who disposes of it.</summary>
    public PrivateKey PrivateKeyOf(string site) => new(_sites[site].Private.Span);

    public PublicKey PublicKeyOf(string site) => _sites[site].Public;

    /// <summary>
    /// The preshared key of two sites, the same whichever is named first: HKDF-SHA256 (RFC 5869) of the seed, with both
    /// public keys in ascending order as the context. A new key of either site gives a new preshared key, and no
    /// preshared key tells anything about another.
    /// </summary>
    /// <returns>For the caller, who disposes of it.</returns>
    public PresharedKey PresharedKeyOf(string one, string other)
    {
        PublicKey low = PublicKeyOf(one);
        PublicKey high = PublicKeyOf(other);
        if (low > high)
            (low, high) = (high, low);
        ReadOnlySpan<byte> label = "weft preshared key 1"u8;
        Span<byte> context = stackalloc byte[label.Length + 2 * KeyText.KeyLength];
        label.CopyTo(context);
        low.Span.CopyTo(context[label.Length..]);
        high.Span.CopyTo(context[(label.Length + KeyText.KeyLength)..]);
        Span<byte> key = stackalloc byte[KeyText.KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _seed.Span, key, salt: [], info: context);
        PresharedKey derived = new(key);
        CryptographicOperations.ZeroMemory(key);
        return derived;
    }

    public void Dispose()
    {
        _seed.Dispose();
        foreach ((PrivateKey key, _) in _sites.Values)
            key.Dispose();
    }
}

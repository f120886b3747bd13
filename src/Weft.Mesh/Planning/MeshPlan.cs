using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>
/// The whole mesh worked out: who talks to whom, over what and with which addresses. A site's <see cref="SiteConfig"/> is
/// made when asked for, since those of a thousand sites with all their peers would fill the memory. Pure: the same
/// config and keys give the same files. Made by <see cref="Of"/> for a config that the preflight passed.
/// </summary>
public sealed class MeshPlan
{
    /// <summary>Seconds: home routers forget an idle UDP mapping after 30.</summary>
    public const ushort DefaultKeepalive = 25;

    readonly MeshConfig _config;
    readonly MeshKeys _keys;
    readonly RelayChoice _relays;
    readonly ImmutableArray<ImmutableArray<InterfaceAddress>> _addresses;

    // A thousand files say these of each site, so they are made once.
    readonly ImmutableArray<ImmutableArray<AllowedIpChange>> _prefixes;
    readonly ImmutableArray<HostPort?> _endpoints;
    readonly ConcurrentDictionary<(int Site, ushort Keepalive), ImmutableArray<PeerText>> _texts = [];

    MeshPlan(MeshConfig config, MeshKeys keys)
    {
        _config = config;
        _keys = keys;
        _relays = new RelayChoice(config.Sites);
        _addresses = TunnelAddresses.Assign(config);
        _prefixes = [.. Enumerable.Range(0, config.Sites.Length).Select(i => PrefixesOf(i).ToImmutableArray())];
        _endpoints = [.. config.Sites.Select(site => EndpointOf(config, site))];
    }

    /// <summary>Plans a mesh. The keys stay the caller's and must outlive the plan.</summary>
    /// <exception cref="ArgumentException">The preflight finds an error in the config.</exception>
    public static MeshPlan Of(MeshConfig config, MeshKeys keys)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(keys);
        Finding? error = MeshPreflight.Check(config, "mesh.conf").FirstOrDefault(f => f.Level == FindingLevel.Error);
        return error is null
            ? new MeshPlan(config, keys)
            : throw new ArgumentException(error.Diagnostic.ToString(), nameof(config));
    }

    public ImmutableArray<MeshSite> Sites => _config.Sites;

    /// <summary>A site's tunnel addresses, one per network of the mesh, with the network's prefix length.</summary>
    public ImmutableArray<InterfaceAddress> AddressesOf(int site) => _addresses[site];

    /// <summary>
    /// The sites that carry the traffic between two others: the first while it can, then those that stand in for it in
    /// this order. Empty when the two reach each other.
    /// </summary>
    public ImmutableArray<int> RelaysBetween(int one, int other) =>
        _config.Sites[one].Nat && _config.Sites[other].Nat ? _relays.Between(one, other) : [];

    /// <summary>Where others dial a site; null behind NAT.</summary>
    public HostPort? EndpointOf(int site) => _endpoints[site];

    /// <summary>The config of the site at that place in the file. The keys in it are the caller's to dispose of.</summary>
    public SiteConfig ConfigOf(int site)
    {
        using PairKeys pairs = _keys.PairsOf(_config.Sites[site].Name);
        return new SiteConfig
        {
            Interface = InterfaceOf(site),
            Peers =
            [
                .. PeersOf(site)
                    .SelectMany(peer => peer.Sections)
                    .Select(peer => peer with { PresharedKey = pairs.With(peer.PublicKey) }),
            ],
        };
    }

    /// <summary>
    /// Writes the file of the site at that place, the same as the text of <see cref="ConfigOf"/>. A thousand files hold a
    /// million peers: what many files say alike is made once, and of the rest nothing is left in memory but the file.
    /// </summary>
    /// <param name="site">Its place.</param>
    /// <param name="file">Where to.</param>
    /// <param name="shared">The keys that other files have too, where those are written as well.</param>
    internal void WriteFileOf(int site, SecretText file, SharedPairKeys? shared = null)
    {
        Span<byte> key = stackalloc byte[KeyText.KeyLength];
        using PairKeys pairs = _keys.PairsOf(_config.Sites[site].Name);
        InterfaceSection section = InterfaceOf(site);
        file.Append(SiteConfigText.Write(section));
        section.PrivateKey?.Dispose();
        foreach (Peer peer in PeersOf(site))
        {
            ImmutableArray<PeerText> texts = TextsOf(peer);
            for (int i = 0; i < texts.Length; i++)
            {
                // The first is about the key that the pair shares; another, about one that the peer is going to have.
                if (i == 0 && shared is not null)
                    shared.Take(site, peer.Site, pairs, texts[i].Peer, key);
                else
                    pairs.Derive(texts[i].Peer, key);
                texts[i].Write(key, file);
            }
        }
        CryptographicOperations.ZeroMemory(key);
    }

    InterfaceSection InterfaceOf(int site)
    {
        MeshSite own = _config.Sites[site];
        return new InterfaceSection
        {
            Site = own.Name,
            Domain = own.Domain,
            Lans = own.Lans,
            Maps = own.Maps,
            Check = _config.Check,
            Links = _config.Links,
            PrivateKey = _keys.PrivateKeyOf(own.Name),
            Addresses = _addresses[site],
            ListenPort = ListenPortOf(_config, own),
            Mtu = own.Mtu,
        };
    }

    /// <summary>The UDP port that a site listens on.</summary>
    public ushort ListenPortOf(int site) => ListenPortOf(_config, _config.Sites[site]);

    internal static ushort ListenPortOf(MeshConfig config, MeshSite site) => site.Port ?? config.Port;

    internal static HostPort? EndpointOf(MeshConfig config, MeshSite site) =>
        site.Nat ? null : new HostPort(site.EndpointHost ?? site.Name, site.EndpointPort ?? ListenPortOf(config, site));

    /// <summary>One peer of a file. What it carries for others is the file's own; the rest many files say alike.</summary>
    /// <param name="Site">Its place in the mesh.</param>
    /// <param name="Keepalive">As the section has it.</param>
    /// <param name="Carries">It is the file's relay to other sites.</param>
    /// <param name="Sections">Without preshared keys: one, or two while its key is being changed.</param>
    readonly record struct Peer(int Site, ushort? Keepalive, bool Carries, IEnumerable<PeerSection> Sections);

    IEnumerable<Peer> PeersOf(int site)
    {
        MeshSite own = _config.Sites[site];
        ILookup<int, Carried> carried = CarriedFor(site).ToLookup(c => c.Relay);
        for (int i = 0; i < _config.Sites.Length; i++)
        {
            if (i == site || (own.Nat && _config.Sites[i].Nat))
                continue;
            ushort? keepalive = KeepaliveTo(own, EndpointOf(i));
            bool carries = carried.Contains(i);
            yield return new Peer(i, keepalive, carries, SectionsOf(i, keepalive, carries ? carried[i] : []));
        }
    }

    IEnumerable<PeerSection> SectionsOf(int peer, ushort? keepalive, IEnumerable<Carried> carried)
    {
        string name = _config.Sites[peer].Name;
        PeerSection section = new()
        {
            Site = name,
            Domain = _config.Sites[peer].Domain,
            Maps = _config.Sites[peer].Maps,
            PublicKey = _keys.PublicKeyOf(name),
            AllowedIps = [.. _prefixes[peer], .. carried.Where(c => !c.StandsIn).SelectMany(c => _prefixes[c.Far])],
            Endpoint = EndpointOf(peer),
            PersistentKeepalive = keepalive,
            Carries = [.. carried.Select(c => CarriedSite(c.Far))],
        };
        yield return section;
        // An allowed IP belongs to one peer at a time, so the other key stands there without any.
        if (_keys.NextPublicKeyOf(name) is PublicKey next)
            yield return section with
            {
                PublicKey = next,
                Replaces = section.PublicKey,
                AllowedIps = [],
                Carries = [],
                Domain = null,
                Maps = [],
            };
    }

    ImmutableArray<PeerText> TextsOf(Peer peer)
    {
        if (peer.Carries)
            return [.. peer.Sections.Select(PeerText.Of)];
        (int, ushort) key = (peer.Site, peer.Keepalive ?? 0);
        return _texts.TryGetValue(key, out ImmutableArray<PeerText> known)
            ? known
            : _texts.GetOrAdd(key, [.. peer.Sections.Select(PeerText.Of)]);
    }

    /// <summary>The sites that this one reaches through others, with each relay and those that stand in for it.</summary>
    IEnumerable<Carried> CarriedFor(int site)
    {
        for (int far = 0; far < _config.Sites.Length; far++)
        {
            if (far == site)
                continue;
            ImmutableArray<int> relays = RelaysBetween(site, far);
            for (int i = 0; i < relays.Length; i++)
                yield return new Carried(relays[i], far, StandsIn: i > 0);
        }
    }

    CarriedSite CarriedSite(int far)
    {
        string name = _config.Sites[far].Name;
        return new CarriedSite(name, _keys.PublicKeyOf(name), [.. _prefixes[far].Select(p => p.Prefix)])
        {
            Domain = _config.Sites[far].Domain,
            Maps = _config.Sites[far].Maps,
        };
    }

    readonly record struct Carried(int Relay, int Far, bool StandsIn);

    /// <summary>Only the side that dials keeps alive: where there is no endpoint, the far side holds the mapping open.</summary>
    static ushort? KeepaliveTo(MeshSite own, HostPort? endpoint)
    {
        ushort keepalive = own.Keepalive ?? (own.Nat ? DefaultKeepalive : (ushort)0);
        return endpoint is null || keepalive == 0 ? null : keepalive;
    }

    IEnumerable<AllowedIpChange> PrefixesOf(int site)
    {
        foreach (InterfaceAddress address in _addresses[site])
        {
            int bits = IpRange.BitsOf(address.Address.AddressFamily);
            yield return new AllowedIpChange(new IPNetwork(address.Address, bits));
        }
        foreach (IPNetwork lan in _config.Sites[site].Lans.Select(_config.Sites[site].Shown).Distinct())
            yield return new AllowedIpChange(lan);
    }
}

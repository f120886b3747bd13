using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Control;

/// <summary>
/// How a WireGuard device should be, peers and all, and what has to change to make it so. Pure. The keys belong to the
/// file that they came from.
/// </summary>
sealed record DeviceWish
{
    /// <summary>Null leaves the key.</summary>
    public PrivateKey? PrivateKey { get; init; }

    /// <summary>Null leaves the port.</summary>
    public ushort? ListenPort { get; init; }

    public uint FirewallMark { get; init; }

    public ImmutableArray<PeerWish> Peers { get; init; } = [];

    /// <summary>
    /// The wish of a file. A prefix that several peers claim goes to the last of them, as the device does it; the
    /// device's own key among the peers is passed over, as the device does that too.
    /// </summary>
    internal static DeviceWish Of(SiteConfig config, IReadOnlyDictionary<PublicKey, IPEndPoint> endpoints)
    {
        PublicKey? own = config.Interface.PrivateKey is { IsZero: false } key ? key.ToPublicKey() : null;
        ILookup<PublicKey, IPNetwork> prefixes = Owners(config).ToLookup(o => o.Value, o => o.Key);
        Dictionary<PublicKey, PeerWish> peers = [];
        List<PublicKey> order = [];
        foreach (PeerSection section in config.Peers)
        {
            if (section.PublicKey == own)
                continue;
            if (!peers.ContainsKey(section.PublicKey))
                order.Add(section.PublicKey);
            peers[section.PublicKey] = new PeerWish
            {
                PublicKey = section.PublicKey,
                PresharedKey = section.PresharedKey,
                PersistentKeepalive = section.PersistentKeepalive ?? 0,
                Endpoint = endpoints.TryGetValue(section.PublicKey, out IPEndPoint? endpoint) ? endpoint : null,
                AllowedIps = [.. prefixes[section.PublicKey]],
            };
        }
        return new DeviceWish
        {
            PrivateKey = config.Interface.PrivateKey,
            ListenPort = config.Interface.ListenPort,
            FirewallMark = config.Interface.FirewallMark ?? 0,
            Peers = [.. order.Select(k => peers[k])],
        };
    }

    /// <summary>The wish that a device be as it is now, for going back to it.</summary>
    internal static DeviceWish Of(DeviceStatus status) =>
        new()
        {
            PrivateKey = status.PrivateKey,
            ListenPort = status.ListenPort,
            FirewallMark = status.FirewallMark,
            Peers =
            [
                .. status.Peers.Select(p => new PeerWish
                {
                    PublicKey = p.PublicKey,
                    PresharedKey = p.PresharedKey,
                    PersistentKeepalive = p.PersistentKeepalive,
                    Endpoint = p.Endpoint,
                    AllowedIps = p.AllowedIps,
                }),
            ],
        };

    /// <summary>Who holds each prefix once every line of the file has been taken in turn.</summary>
    internal static Dictionary<IPNetwork, PublicKey> Owners(SiteConfig config)
    {
        Dictionary<IPNetwork, PublicKey> owners = [];
        foreach (PeerSection peer in config.Peers)
        {
            foreach (AllowedIpChange change in peer.AllowedIps)
            {
                if (!change.Remove)
                    owners[change.Prefix] = peer.PublicKey;
                else if (owners.TryGetValue(change.Prefix, out PublicKey owner) && owner == peer.PublicKey)
                    owners.Remove(change.Prefix);
            }
        }
        return owners;
    }

    /// <summary>What to change so that the device is as wished; null when it is so already.</summary>
    internal DeviceConfig? Difference(DeviceStatus actual)
    {
        ImmutableArray<PeerConfig>.Builder changes = ImmutableArray.CreateBuilder<PeerConfig>();
        HashSet<PublicKey> wished = [.. Peers.Select(p => p.PublicKey)];
        foreach (PeerStatus peer in actual.Peers)
        {
            if (!wished.Contains(peer.PublicKey))
                changes.Add(new PeerConfig { PublicKey = peer.PublicKey, Remove = true });
        }
        Dictionary<PublicKey, PeerStatus> existing = actual.Peers.ToDictionary(p => p.PublicKey);
        // A prefix that another peer claims moves when that one gets it: nothing has to be said to the peer that loses it.
        HashSet<IPNetwork> claimed = [.. Peers.SelectMany(p => p.AllowedIps)];
        foreach (PeerWish peer in Peers)
        {
            if (!existing.TryGetValue(peer.PublicKey, out PeerStatus? status))
                changes.Add(peer.Whole());
            else if (peer.Difference(claimed, status) is { } change)
                changes.Add(change);
        }
        bool sameKey = PrivateKey is null || SameKey(PrivateKey, actual);
        bool samePort = ListenPort is null || ListenPort == actual.ListenPort;
        bool sameMark = FirewallMark == actual.FirewallMark;
        if (sameKey && samePort && sameMark && changes.Count == 0)
            return null;
        return new DeviceConfig
        {
            PrivateKey = sameKey ? null : PrivateKey,
            ListenPort = samePort ? null : ListenPort,
            FirewallMark = sameMark ? null : FirewallMark,
            Peers = changes.DrainToImmutable(),
        };
    }

    /// <summary>A file may hold a key that is not clamped yet; the device's is, and both make the same public key.</summary>
    static bool SameKey(PrivateKey wished, DeviceStatus actual) =>
        actual.PrivateKey is null or { IsZero: true }
            ? wished.IsZero
            : wished.Equals(actual.PrivateKey) || (!wished.IsZero && wished.ToPublicKey() == actual.PublicKey);
}

/// <summary>How one peer of a <see cref="DeviceWish"/> should be.</summary>
sealed record PeerWish
{
    public required PublicKey PublicKey { get; init; }

    /// <summary>Null or zeros: none.</summary>
    public PresharedKey? PresharedKey { get; init; }

    /// <summary>Seconds; 0 is off.</summary>
    public ushort PersistentKeepalive { get; init; }

    /// <summary>Null leaves it where it is, also where it roamed to.</summary>
    public IPEndPoint? Endpoint { get; init; }

    public ImmutableArray<IPNetwork> AllowedIps { get; init; } = [];

    /// <summary>All of it, for a device that does not have this peer.</summary>
    internal PeerConfig Whole() =>
        new()
        {
            PublicKey = PublicKey,
            PresharedKey = PresharedKey,
            PersistentKeepalive = PersistentKeepalive,
            Endpoint = Endpoint,
            ReplaceAllowedIps = true,
            AllowedIps = [.. AllowedIps.Select(p => new AllowedIpChange(p))],
        };

    /// <param name="claimed">Every prefix that some peer is to have.</param>
    /// <param name="actual">The peer as the device has it.</param>
    internal PeerConfig? Difference(IReadOnlySet<IPNetwork> claimed, PeerStatus actual)
    {
        bool samePsk = SameKey(PresharedKey, actual.PresharedKey);
        bool sameKeepalive = PersistentKeepalive == actual.PersistentKeepalive;
        bool sameEndpoint = Endpoint is null || Endpoint.Equals(actual.Endpoint);
        HashSet<IPNetwork> have = [.. actual.AllowedIps];
        ImmutableArray<IPNetwork> missing = AllowedIps.RemoveAll(have.Contains);
        bool tooMany = !have.IsSubsetOf(claimed);
        if (samePsk && sameKeepalive && sameEndpoint && missing.IsEmpty && !tooMany)
            return null;
        return new PeerConfig
        {
            PublicKey = PublicKey,
            UpdateOnly = true,
            PresharedKey = samePsk ? null : PresharedKey ?? new PresharedKey(new byte[32]),
            PersistentKeepalive = sameKeepalive ? null : PersistentKeepalive,
            Endpoint = sameEndpoint ? null : Endpoint,
            // Prefixes are only added where nothing has to go, so that no packet meets an emptied list.
            ReplaceAllowedIps = tooMany,
            AllowedIps = [.. (tooMany ? AllowedIps : missing).Select(p => new AllowedIpChange(p))],
        };
    }

    static bool SameKey(PresharedKey? wished, PresharedKey? actual) =>
        (wished, actual) switch
        {
            (null, null) => true,
            (null, { } key) => key.IsZero,
            ({ } key, null) => key.IsZero,
            var (left, right) => left.Equals(right),
        };
}

using System.Net;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Fuzz.Targets;

/// <summary>A device's configuration as lists of values: what commands are to make of it, in the plainest way.</summary>
sealed class UapiModel
{
    readonly List<Peer> _peers = [];
    byte[]? _privateKey;
    ushort _port;
    uint _mark;

    public int Peers => _peers.Count;

    public static PublicKey PublicKeyOf(string hex)
    {
        using PrivateKey key = new(Convert.FromHexString(hex));
        return key.ToPublicKey();
    }

    PublicKey? PublicKey => _privateKey is null ? null : PublicKeyOf(Convert.ToHexString(_privateKey));

    public void Apply(DeviceConfig config)
    {
        if (config.PrivateKey is { } key)
        {
            // Kept as it is used: clamped.
            using PrivateKey clamped = new(key.Span);
            _privateKey = clamped.IsZero ? null : clamped.Span.ToArray();
            _peers.RemoveAll(p => p.Key == PublicKey);
        }
        _port = config.ListenPort ?? _port;
        _mark = config.FirewallMark ?? _mark;
        if (config.ReplacePeers)
            _peers.Clear();
        foreach (PeerConfig peer in config.Peers)
            Apply(peer);
    }

    public void Check(DeviceStatus status)
    {
        Rule.Same(_privateKey is null, status.PrivateKey is null, "a private key is there when it was set");
        Rule.Holds(
            _privateKey is null || status.PrivateKey!.Span.SequenceEqual(_privateKey),
            "it is the one that was set"
        );
        Rule.Same(_port, status.ListenPort, "the port is as it was set");
        Rule.Same(_mark, status.FirewallMark, "the mark is as it was set");
        string expected = string.Join(' ', _peers.Select(p => p.Key));
        Rule.Same(expected, string.Join(' ', status.Peers.Select(p => p.PublicKey)), "peers are those that were set");
        foreach ((Peer wanted, PeerStatus peer) in _peers.Zip(status.Peers))
            wanted.Check(peer);
        UapiCommands.DisposeKeys(status);
    }

    void Apply(PeerConfig config)
    {
        Peer? peer = _peers.Find(p => p.Key == config.PublicKey);
        if (config.Remove)
        {
            if (peer is not null)
                _peers.Remove(peer);
            return;
        }
        if (peer is null)
        {
            if (config.UpdateOnly || config.PublicKey == PublicKey)
                return;
            _peers.Add(peer = new Peer(config.PublicKey));
        }
        if (config.PresharedKey is { } key)
            peer.PresharedKey = key.IsZero ? null : key.Span.ToArray();
        peer.Endpoint = config.Endpoint ?? peer.Endpoint;
        peer.Keepalive = config.PersistentKeepalive ?? peer.Keepalive;
        if (config.ReplaceAllowedIps)
            peer.AllowedIps.Clear();
        foreach (AllowedIpChange change in config.AllowedIps)
        {
            if (change.Remove)
            {
                peer.AllowedIps.Remove(change.Prefix);
                continue;
            }
            foreach (Peer other in _peers)
                other.AllowedIps.Remove(change.Prefix);
            peer.AllowedIps.Add(change.Prefix);
        }
    }

    sealed class Peer(PublicKey key)
    {
        public PublicKey Key { get; } = key;

        public byte[]? PresharedKey { get; set; }

        public IPEndPoint? Endpoint { get; set; }

        public ushort Keepalive { get; set; }

        public List<IPNetwork> AllowedIps { get; } = [];

        public void Check(PeerStatus status)
        {
            ReadOnlySpan<byte> key = status.PresharedKey is { } there ? there.Span : default;
            Rule.Holds(key.SequenceEqual(PresharedKey ?? []), "a preshared key is as it was set");
            Rule.Same(Endpoint, status.Endpoint, "an endpoint is as it was set");
            Rule.Same(Keepalive, status.PersistentKeepalive, "a keepalive is as it was set");
            Rule.Same(
                string.Join(' ', AllowedIps),
                string.Join(' ', status.AllowedIps),
                "allowed IPs are as they were set"
            );
            Rule.Holds(status.LastHandshake.IsNever, "nobody has shaken hands");
        }
    }
}

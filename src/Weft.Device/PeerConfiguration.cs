using System.Collections.Immutable;
using Weft.Config;
using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>One peer of a node as configuration records have it, both ways. Every member wants <see cref="Node.Gate"/> held.</summary>
static class PeerConfiguration
{
    public static void Apply(Node node, PeerConfig config)
    {
        Tunnel? peer = node.FindPeer(config.PublicKey);
        if (config.Remove)
        {
            if (peer is not null)
                node.RemovePeer(peer);
            return;
        }
        if (peer is null)
        {
            if (config.UpdateOnly)
                return;
            peer = node.AddPeer(config.PublicKey);
            // Our own key: silently nobody.
            if (peer is null)
                return;
        }
        if (config.PresharedKey is not null)
            node.SetPresharedKey(peer, config.PresharedKey);
        if (config.Endpoint is not null)
            node.SetEndpoint(peer, Endpoint.From(config.Endpoint));
        if (config.ReplaceAllowedIps)
            node.DisallowAllIps(peer);
        ApplyAllowedIps(node, peer, config.AllowedIps);
        if (config.PersistentKeepalive is { } seconds)
            node.SetPersistentKeepalive(peer, seconds);
    }

    static void ApplyAllowedIps(Node node, Tunnel peer, ImmutableArray<AllowedIpChange> changes)
    {
        Span<byte> bytes = stackalloc byte[16];
        foreach (ref readonly AllowedIpChange change in changes.AsSpan())
        {
            ReadOnlySpan<byte> address = bytes[..change.WriteBase(bytes)];
            if (change.Remove)
                node.DisallowIp(peer, address, change.PrefixLength);
            else
                node.AllowIp(peer, address, change.PrefixLength);
        }
    }

    /// <summary>The key in it is a copy, which the caller disposes of.</summary>
    public static PeerStatus Describe(Tunnel peer)
    {
        peer.TryGetEndpoint(out Endpoint endpoint);
        WallTime handshake = peer.LastHandshake;
        return new PeerStatus
        {
            PublicKey = peer.PublicKey,
            PresharedKey = peer.PresharedKey is { } key ? new PresharedKey(key.Span) : null,
            Endpoint = endpoint.ToIPEndPoint(),
            AllowedIps = [.. peer.AllowedIps],
            LastHandshake = new HandshakeTime(handshake.Seconds, handshake.Nanoseconds),
            ReceivedBytes = peer.ReceivedBytes,
            SentBytes = peer.SentBytes,
            PersistentKeepalive = peer.PersistentKeepalive,
        };
    }
}

using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Control;

/// <summary>
/// Which peers get an endpoint from the file, and which stay where they roamed to. Pure. A peer that talks is left alone as
/// long as its line in the file is the same; all others get what their name means now, unless they have that already.
/// </summary>
/// <param name="known">The endpoints' text at the last start.</param>
/// <param name="device">The device; null when it is yet to be made.</param>
/// <param name="now">Wall clock, seconds since 1970.</param>
sealed class EndpointChoice(IReadOnlyDictionary<string, string> known, DeviceStatus? device, long now)
{
    /// <summary>A session is dead 180 s after its handshake (REJECT_AFTER_TIME), so an older one says nothing.</summary>
    const long Fresh = 180;

    readonly Dictionary<PublicKey, PeerStatus> _peers = device?.Peers.ToDictionary(p => p.PublicKey) ?? [];

    /// <summary>The file's endpoint of this peer has to be looked up.</summary>
    internal bool Wants(PeerSection peer)
    {
        if (peer.Endpoint is null)
            return false;
        if (!_peers.TryGetValue(peer.PublicKey, out PeerStatus? actual) || actual.Endpoint is null)
            return true;
        bool same = known.GetValueOrDefault(peer.PublicKey.ToString()) == peer.Endpoint.ToString();
        long age = now - actual.LastHandshake.Seconds;
        return !same || actual.LastHandshake.IsNever || age is < 0 or > Fresh;
    }

    /// <summary>The device knows where to send this peer's packets.</summary>
    internal bool HasAny(PeerSection peer) => _peers.GetValueOrDefault(peer.PublicKey)?.Endpoint is not null;

    /// <summary>The endpoint to set; null to leave it.</summary>
    internal IPEndPoint? Pick(PublicKey peer, ImmutableArray<IPEndPoint> addresses)
    {
        IPEndPoint? current = _peers.GetValueOrDefault(peer)?.Endpoint;
        return addresses.IsEmpty || (current is not null && addresses.Contains(current)) ? null : addresses[0];
    }
}

using System.Collections.Immutable;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>The peers of a site as the near end of a deployment needs them: by name, key, and whether the key is in use. Pure.</summary>
static class FarPeers
{
    /// <summary>A session that is older is no more (REJECT_AFTER_TIME).</summary>
    static readonly TimeSpan s_life = TimeSpan.FromSeconds(180);

    internal static ImmutableArray<FarPeer> Of(RunningSite site, DateTimeOffset now)
    {
        Dictionary<PublicKey, HandshakeTime> handshakes = [];
        foreach (PeerStatus peer in site.Device?.Peers ?? [])
            handshakes[peer.PublicKey] = peer.LastHandshake;
        ILookup<string?, PublicKey> bySite = site.File.Config.Peers.ToLookup(p => p.Site, p => p.PublicKey);
        return [.. site.File.Config.Peers.Select(p => new FarPeer(p.Site, p.PublicKey.ToString(), IsInUse(p)))];

        bool IsInUse(PeerSection peer)
        {
            HandshakeTime own = Last(peer.PublicKey);
            bool isLive = !own.IsNever && now - DateTimeOffset.FromUnixTimeSeconds(own.Seconds) <= s_life;
            return isLive
                && (peer.Site is null || bySite[peer.Site].All(key => Order(Last(key)).CompareTo(Order(own)) <= 0));
        }

        HandshakeTime Last(PublicKey key) => handshakes.GetValueOrDefault(key);

        static (long, long) Order(HandshakeTime time) => (time.Seconds, time.Nanoseconds);
    }
}

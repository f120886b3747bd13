using System.Collections.Immutable;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Control;

/// <summary>
/// Peers whose key is being changed: the file has them twice, the new key with <c># Weft.Replaces</c> beside the old one. A
/// device gives an allowed IP to one peer at a time, and a packet that comes from another is dropped (section 2 of the
/// paper). So the allowed IPs belong to whichever key finished a handshake last: they follow the peer when it takes the new
/// key, and back if it returns to the old one. Pure.
/// </summary>
public static class KeyChange
{
    /// <summary>Whether some peer of a file may take another key at any moment.</summary>
    public static bool IsUnderWay(SiteConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Peers.Any(p => p.Replaces is not null);
    }

    /// <summary>The new keys' sections of peers whose allowed IPs are not with the key that they use.</summary>
    public static ImmutableArray<PeerSection> Due(SiteConfig config, DeviceStatus device)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(device);
        return
        [
            .. config.Peers.Where(p =>
                p.Replaces is { } old
                && Find(device, IsTaken(p, old, device) ? old : p.PublicKey) is { AllowedIps.IsEmpty: false }
            ),
        ];
    }

    /// <summary>The file as it is to be made real: allowed IPs with the keys that are used.</summary>
    internal static SiteConfig Applied(SiteConfig config, DeviceStatus? device)
    {
        if (device is null)
            return config;
        ImmutableArray<PeerSection> peers = config.Peers;
        foreach (PeerSection next in config.Peers)
        {
            if (next.Replaces is not { } old || !IsTaken(next, old, device))
                continue;
            ImmutableArray<AllowedIpChange> all =
            [
                .. peers.Where(p => p.PublicKey == old).SelectMany(p => p.AllowedIps),
                .. next.AllowedIps,
            ];
            peers =
            [
                .. peers.Select(p =>
                    p.PublicKey == old ? p with { AllowedIps = [] }
                    : p.PublicKey == next.PublicKey ? p with { AllowedIps = all }
                    : p
                ),
            ];
        }
        return config with { Peers = peers };
    }

    static bool IsTaken(PeerSection next, PublicKey old, DeviceStatus device)
    {
        HandshakeTime with = Find(device, next.PublicKey)?.LastHandshake ?? default;
        HandshakeTime before = Find(device, old)?.LastHandshake ?? default;
        return (with.Seconds, with.Nanoseconds).CompareTo((before.Seconds, before.Nanoseconds)) > 0;
    }

    static PeerStatus? Find(DeviceStatus device, PublicKey key)
    {
        foreach (PeerStatus peer in device.Peers)
        {
            if (peer.PublicKey == key)
                return peer;
        }
        return null;
    }
}

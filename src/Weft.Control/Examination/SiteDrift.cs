using System.Collections.Immutable;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Control;

/// <summary>Something of a running site that is no longer as its start made it: what <c>weft start</c> would put right.</summary>
/// <param name="Kind">What it is part of.</param>
/// <param name="Peer">The peer that it is about; null when it is about the site.</param>
/// <param name="Text">What is not as it should be, in words, or as the command that would mend it.</param>
public sealed record SiteDrift(DriftKind Kind, PublicKey? Peer, string Text)
{
    /// <summary>What the steps of a start would mend. Pure; no text has a key in it but public ones.</summary>
    internal static ImmutableArray<SiteDrift> Of(IEnumerable<HostStep> steps, DeviceStatus device) =>
        [
            .. steps.SelectMany(step =>
                step switch
                {
                    // Says what stop has to put back, and nobody's traffic depends on it.
                    SetAlias => [],
                    ChangeDevice change => OfDevice(change.Change, device),
                    SetUp => [new SiteDrift(DriftKind.Interface, null, "the interface is down")],
                    SetMtu mtu =>
                    [
                        new SiteDrift(
                            DriftKind.Mtu,
                            null,
                            $"the interface's MTU is {mtu.Link.Mtu} instead of {mtu.Mtu}"
                        ),
                    ],
                    ChangeFirewall firewall =>
                    [
                        new SiteDrift(
                            DriftKind.Firewall,
                            null,
                            $"rules of ours are missing or changed, which {Path.GetFileName(firewall.Change.Program)} would put back"
                        ),
                    ],
                    SetSysctl setting =>
                    [
                        new SiteDrift(
                            DriftKind.Forwarding,
                            null,
                            $"{setting.New with { Value = setting.Old }} instead of {setting.New.Value}"
                        ),
                    ],
                    ChangeNameServers or ChangeNames => [new SiteDrift(DriftKind.NameServers, null, step.ToString())],
                    AddAddress or RemoveAddress => [new SiteDrift(DriftKind.Interface, null, Undone(step))],
                    _ => (IEnumerable<SiteDrift>)[new SiteDrift(DriftKind.Routes, null, Undone(step))],
                }
            ),
        ];

    static string Undone(HostStep step) => $"not done, or undone by somebody: {step}";

    static IEnumerable<SiteDrift> OfDevice(DeviceConfig change, DeviceStatus device)
    {
        if (change.PrivateKey is not null)
            yield return new(DriftKind.Keys, null, "the device's private key is not the file's");
        if (change.ListenPort is { } port)
            yield return new(DriftKind.Interface, null, $"the device listens on {device.ListenPort} instead of {port}");
        if (change.FirewallMark is { } mark)
            yield return new(
                DriftKind.Interface,
                null,
                $"the device's mark is {device.FirewallMark} instead of {mark}"
            );
        Dictionary<PublicKey, PeerStatus> known = device.Peers.ToDictionary(p => p.PublicKey);
        foreach (PeerConfig peer in change.Peers)
        {
            PublicKey key = peer.PublicKey;
            if (peer.Remove)
                yield return new(DriftKind.Peers, null, $"the device has a peer that the file has not: {key}");
            else if (!known.ContainsKey(key))
                yield return new(DriftKind.Peers, key, "the device does not have this peer");
            if (peer.Remove || !known.TryGetValue(key, out PeerStatus? status))
                continue;
            if (peer.PresharedKey is not null)
                yield return new(DriftKind.Keys, key, "the device's preshared key for it is not the file's");
            if (peer.PersistentKeepalive is { } keepalive)
                yield return new(
                    DriftKind.Peers,
                    key,
                    $"the device's keepalive for it is {status.PersistentKeepalive} s instead of {keepalive} s"
                );
            if (!peer.AllowedIps.IsEmpty || peer.ReplaceAllowedIps)
                yield return new(
                    DriftKind.AllowedIps,
                    key,
                    $"the device has {Listed(status.AllowedIps)} as its allowed IPs"
                        + (peer.AllowedIps.IsEmpty ? "" : $", where {Listed(peer.AllowedIps)} belongs")
                );
        }
    }

    static string Listed<T>(ImmutableArray<T> items) => items.IsEmpty ? "none" : string.Join(", ", items);
}

/// <summary>What of a site has drifted.</summary>
public enum DriftKind
{
    /// <summary>The interface, its addresses, the device's port.</summary>
    Interface,
    Keys,
    Peers,
    AllowedIps,
    Routes,
    Firewall,
    Forwarding,
    Mtu,
    NameServers,
}

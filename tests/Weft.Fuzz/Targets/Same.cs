using System.Collections.Immutable;
using Weft.Config;

namespace Weft.Fuzz.Targets;

/// <summary>Whether two records say the same. Their lists are compared by content, which records don't do by themselves.</summary>
static class Same
{
    public static bool Are(SiteConfig one, SiteConfig other)
    {
        InterfaceSection a = one.Interface;
        InterfaceSection b = other.Interface;
        return Equals(a.PrivateKey, b.PrivateKey)
            && a.ListenPort == b.ListenPort
            && a.FirewallMark == b.FirewallMark
            && a.Addresses.SequenceEqual(b.Addresses)
            && a.Mtu == b.Mtu
            && a.Table == b.Table
            && a.Dns.SequenceEqual(b.Dns)
            && a.PreUp.SequenceEqual(b.PreUp)
            && a.PostUp.SequenceEqual(b.PostUp)
            && a.PreDown.SequenceEqual(b.PreDown)
            && a.PostDown.SequenceEqual(b.PostDown)
            && a.SaveConfig == b.SaveConfig
            && a.Site == b.Site
            && a.Lans.SequenceEqual(b.Lans)
            && a.Check == b.Check
            && Are(one.Peers, other.Peers, Are);
    }

    public static bool Are(PeerSection one, PeerSection other) =>
        one.Site == other.Site
        && one.PublicKey == other.PublicKey
        && Equals(one.PresharedKey, other.PresharedKey)
        && one.AllowedIps.SequenceEqual(other.AllowedIps)
        && one.Endpoint == other.Endpoint
        && one.PersistentKeepalive == other.PersistentKeepalive;

    public static bool Are(MeshConfig one, MeshConfig other) =>
        one.Networks.SequenceEqual(other.Networks)
        && one.Check == other.Check
        && one.Port == other.Port
        && Are(one.Sites, other.Sites, Are);

    public static bool Are(MeshSite one, MeshSite other) =>
        one.Name == other.Name
        && one.EndpointHost == other.EndpointHost
        && one.EndpointPort == other.EndpointPort
        && one.Port == other.Port
        && one.Lans.SequenceEqual(other.Lans)
        && one.Nat == other.Nat
        && one.Addresses.SequenceEqual(other.Addresses)
        && one.Relay == other.Relay
        && one.Keepalive == other.Keepalive
        && one.Mtu == other.Mtu;

    public static bool Are(DeviceConfig? one, DeviceConfig? other) =>
        ReferenceEquals(one, other)
        || (
            one is not null
            && other is not null
            && Equals(one.PrivateKey, other.PrivateKey)
            && one.ListenPort == other.ListenPort
            && one.FirewallMark == other.FirewallMark
            && one.ReplacePeers == other.ReplacePeers
            && Are(one.Peers, other.Peers, Are)
        );

    public static bool Are(PeerConfig one, PeerConfig other) =>
        one.PublicKey == other.PublicKey
        && one.UpdateOnly == other.UpdateOnly
        && one.Remove == other.Remove
        && Equals(one.PresharedKey, other.PresharedKey)
        && Equals(one.Endpoint, other.Endpoint)
        && one.PersistentKeepalive == other.PersistentKeepalive
        && one.ReplaceAllowedIps == other.ReplaceAllowedIps
        && one.AllowedIps.SequenceEqual(other.AllowedIps);

    public static bool Are(DeviceStatus? one, DeviceStatus? other) =>
        ReferenceEquals(one, other)
        || (
            one is not null
            && other is not null
            && one.Name == other.Name
            && Equals(one.PrivateKey, other.PrivateKey)
            && one.PublicKey == other.PublicKey
            && one.ListenPort == other.ListenPort
            && one.FirewallMark == other.FirewallMark
            && Are(one.Peers, other.Peers, Are)
        );

    public static bool Are(PeerStatus one, PeerStatus other) =>
        one.PublicKey == other.PublicKey
        && Equals(one.PresharedKey, other.PresharedKey)
        && Equals(one.Endpoint, other.Endpoint)
        && one.AllowedIps.SequenceEqual(other.AllowedIps)
        && one.LastHandshake == other.LastHandshake
        && one.ReceivedBytes == other.ReceivedBytes
        && one.SentBytes == other.SentBytes
        && one.PersistentKeepalive == other.PersistentKeepalive;

    static bool Are<T>(ImmutableArray<T> one, ImmutableArray<T> other, Func<T, T, bool> same) =>
        one.Length == other.Length && one.Zip(other, same).All(s => s);
}

using System.Net;
using System.Net.Sockets;
using Weft.Config;

namespace Weft.Control;

/// <summary>Which of a peer's allowed IPs are its own addresses in the tunnel, and which are networks behind it. Pure.</summary>
public static class TunnelAddress
{
    /// <summary>
    /// The address that answers for a peer: the first single address among its allowed IPs that lies in a network of the
    /// interface, or else the first single one. Null when it has none.
    /// </summary>
    public static IPAddress? Of(PeerSection peer, InterfaceSection own)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(own);
        IPAddress? first = null;
        foreach (AllowedIpChange change in peer.AllowedIps)
        {
            if (change.Remove || !IsSingle(change.Prefix))
                continue;
            if (IsInTunnel(change.Prefix, own))
                return change.Prefix.BaseAddress;
            first ??= change.Prefix.BaseAddress;
        }
        return first;
    }

    /// <summary>
    /// The route goes while the peer is down: a network behind it. Its own addresses stay, or its return would never be
    /// seen; so does a default route, since what was to go through the tunnel must not go past it.
    /// </summary>
    internal static bool IsWithdrawn(IPNetwork prefix, PeerSection peer, InterfaceSection own) =>
        prefix.PrefixLength > 0
        && !(IsSingle(prefix) && (IsInTunnel(prefix, own) || prefix.BaseAddress.Equals(Of(peer, own))));

    /// <summary>An address in a network of the interface, so some peer's own.</summary>
    internal static bool IsInTunnel(IPNetwork prefix, InterfaceSection own) =>
        IsSingle(prefix)
        && own.Addresses.Any(a =>
            a.Address.AddressFamily == prefix.BaseAddress.AddressFamily
            && AddressText.Network(a.Address, a.PrefixLength).Contains(prefix.BaseAddress)
        );

    static bool IsSingle(IPNetwork prefix) =>
        prefix.PrefixLength == (prefix.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);
}

using System.Collections.Immutable;
using System.Net;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>
/// A change to a WireGuard device, as UAPI's <c>set=1</c> and the kernel's SET carry it: what is null stays as it is.
/// Names are resolved by then. The keys belong to whoever made the record.
/// </summary>
public sealed record DeviceConfig
{
    /// <summary>Null leaves the key; an all-zero key removes it.</summary>
    public PrivateKey? PrivateKey { get; init; }

    /// <summary>Null leaves the port; 0 lets the system choose.</summary>
    public ushort? ListenPort { get; init; }

    /// <summary>SO_MARK of the outgoing packets. Null leaves it; 0 switches it off.</summary>
    public uint? FirewallMark { get; init; }

    /// <summary>Remove every peer before the ones below are added.</summary>
    public bool ReplacePeers { get; init; }

    public ImmutableArray<PeerConfig> Peers { get; init; } = [];
}

/// <summary>A change to one peer of a <see cref="DeviceConfig"/>: what is null stays as it is.</summary>
public sealed record PeerConfig
{
    public required PublicKey PublicKey { get; init; }

    /// <summary>Change the peer only if it exists.</summary>
    public bool UpdateOnly { get; init; }

    /// <summary>Remove the peer.</summary>
    public bool Remove { get; init; }

    /// <summary>Null leaves the key; an all-zero key removes it.</summary>
    public PresharedKey? PresharedKey { get; init; }

    public IPEndPoint? Endpoint { get; init; }

    /// <summary>Seconds, 1 to 65535; 0 switches it off; null leaves it.</summary>
    public ushort? PersistentKeepalive { get; init; }

    /// <summary>Drop the allowed IPs that the peer has before the ones below are added.</summary>
    public bool ReplaceAllowedIps { get; init; }

    public ImmutableArray<AllowedIpChange> AllowedIps { get; init; } = [];
}

using System.Collections.Immutable;
using System.Net;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>What a WireGuard device says of itself (UAPI's <c>get=1</c>, the kernel's GET).</summary>
public sealed record DeviceStatus
{
    public required string Name { get; init; }

    /// <summary>Null when the device has none.</summary>
    public PrivateKey? PrivateKey { get; init; }

    /// <summary>Derived from the private key; null when the device has none.</summary>
    public PublicKey? PublicKey { get; init; }

    /// <summary>0 when the device is not bound.</summary>
    public ushort ListenPort { get; init; }

    /// <summary>0 when off.</summary>
    public uint FirewallMark { get; init; }

    /// <summary>In the order in which they were created.</summary>
    public ImmutableArray<PeerStatus> Peers { get; init; } = [];
}

/// <summary>One peer of a <see cref="DeviceStatus"/>.</summary>
public sealed record PeerStatus
{
    public required PublicKey PublicKey { get; init; }

    /// <summary>Null when none is set.</summary>
    public PresharedKey? PresharedKey { get; init; }

    /// <summary>Null until configured or heard from.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>In the order in which they were added.</summary>
    public ImmutableArray<IPNetwork> AllowedIps { get; init; } = [];

    /// <summary>Wall clock of the last completed handshake, to the nanosecond; zero when there was none.</summary>
    public HandshakeTime LastHandshake { get; init; }

    /// <summary>Bytes of accepted datagrams, headers, tags and handshakes included.</summary>
    public ulong ReceivedBytes { get; init; }

    /// <summary>Bytes of sent datagrams, headers, tags and handshakes included.</summary>
    public ulong SentBytes { get; init; }

    /// <summary>Seconds; 0 when off.</summary>
    public ushort PersistentKeepalive { get; init; }
}

/// <summary>Seconds and nanoseconds since 1970 UTC; both zero for "never".</summary>
public readonly record struct HandshakeTime(long Seconds, uint Nanoseconds)
{
    public bool IsNever => Seconds == 0 && Nanoseconds == 0;
}

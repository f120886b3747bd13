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

/// <summary>One prefix to add to a peer's allowed IPs or, with <paramref name="Remove"/>, to take from them.</summary>
/// <param name="Prefix">IPv4 or IPv6, host bits zero.</param>
/// <param name="Remove">Remove the prefix if the peer owns it.</param>
public readonly record struct AllowedIpChange(IPNetwork Prefix, bool Remove = false)
{
    /// <summary>The address as it was written, when that has host bits; tools pass it on as it is. Else null.</summary>
    public IPAddress? Written { get; init; }

    /// <summary>A change of any address, host bits or not, and the length of its prefix.</summary>
    public static AllowedIpChange Of(IPAddress address, int prefixLength, bool remove = false)
    {
        IPNetwork prefix = AddressText.Network(address, prefixLength);
        return new(prefix, remove) { Written = prefix.BaseAddress.Equals(address) ? null : address };
    }

    /// <summary><c>10.0.0.5/24</c>, after a <c>-</c> when it is to be removed; host bits as they were written.</summary>
    public override string ToString() =>
        $"{(Remove ? "-" : "")}{AddressText.Format(Written ?? Prefix.BaseAddress)}/{Prefix.PrefixLength}";
}

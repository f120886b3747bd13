using System.Net;

namespace Weft.Linux.Netlink;

/// <summary>An address on a network interface (RTM_NEWADDR).</summary>
/// <param name="LinkIndex">The interface.</param>
/// <param name="Address">IPv4 or IPv6, without a scope.</param>
/// <param name="PrefixLength">The network that it makes reachable; 32 or 128 for none.</param>
public sealed record LinkAddress(int LinkIndex, IPAddress Address, int PrefixLength)
{
    /// <summary>Who set it (IFA_PROTO, Linux 5.18); 0 when not said.</summary>
    public byte Protocol { get; init; }

    /// <summary>RT_SCOPE_UNIVERSE (0), RT_SCOPE_LINK (253), …</summary>
    public byte Scope { get; init; }

    public override string ToString() => $"{Address}/{PrefixLength}";
}

namespace Weft.Linux;

/// <summary>An ICMP error (RFC 792, RFC 4443 section 3) that a host or router answered a packet of ours with.</summary>
/// <param name="IsIPv6">ICMPv6, whose numbers are others.</param>
/// <param name="Type">Such as 3, destination unreachable.</param>
/// <param name="Code">What is unreachable, and why.</param>
public readonly record struct IcmpError(bool IsIPv6, byte Type, byte Code)
{
    /// <summary>The packet reached its host, and nobody listens there.</summary>
    public bool IsPortUnreachable => IsIPv6 ? (Type, Code) == (1, 4) : (Type, Code) == (3, 3);

    /// <summary>The packet passed as many routers as it was allowed to: whoever says so would have passed it on.</summary>
    public bool IsExpired => IsIPv6 ? (Type, Code) == (3, 0) : (Type, Code) == (11, 0);

    public bool IsTooBig => IsIPv6 ? Type == 2 : (Type, Code) == (3, 4);

    /// <summary>A firewall says no.</summary>
    public bool IsProhibited => IsIPv6 ? Type == 1 && Code is 1 or 5 or 6 : Type == 3 && Code is 9 or 10 or 13;

    /// <summary>Whether messages of this type are errors that quote the packet they are about.</summary>
    internal static bool IsOne(bool isIPv6, byte type) => isIPv6 ? type is >= 1 and <= 4 : type is 3 or 11 or 12;

    /// <summary>In the words of ping(8), without capitals.</summary>
    public override string ToString() =>
        (IsIPv6, Type, Code) switch
        {
            (false, 3, 0) or (true, 1, 0) => "network unreachable",
            (false, 3, 1) or (true, 1, 3) => "host unreachable",
            (false, 3, 2) => "protocol unreachable",
            (false, 3, 3) or (true, 1, 4) => "port unreachable",
            (false, 3, 4) or (true, 2, _) => "packet too big",
            (false, 3, 9 or 10 or 13) or (true, 1, 1) => "prohibited by a firewall",
            (true, 1, 5) => "source address refused",
            (true, 1, 6) => "route refuses it",
            (false, 11, 0) or (true, 3, 0) => "too many hops",
            _ => $"ICMP error {Type}/{Code}",
        };
}

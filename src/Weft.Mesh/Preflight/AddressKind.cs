using System.Collections.Immutable;
using System.Net;

namespace Weft.Mesh;

/// <summary>What the registries of special addresses (RFC 6890 and successors) say of an address or a network. Pure.</summary>
static class AddressKind
{
    static readonly ImmutableArray<(IpRange Range, string What)> NeverRouted =
    [
        (Of("0.0.0.0/8"), "an address of \"this network\""),
        (Of("127.0.0.0/8"), "a loopback address"),
        (Of("169.254.0.0/16"), "a link-local address"),
        (Of("224.0.0.0/4"), "a multicast address"),
        (Of("240.0.0.0/4"), "a reserved address"),
        (Of("::/127"), "a loopback or unspecified address"),
        (Of("::ffff:0:0/96"), "an IPv4 address written as IPv6"),
        (Of("fe80::/10"), "a link-local address"),
        (Of("ff00::/8"), "a multicast address"),
    ];

    static readonly ImmutableArray<IpRange> Private =
    [
        Of("10.0.0.0/8"),
        Of("172.16.0.0/12"),
        Of("192.168.0.0/16"),
        Of("100.64.0.0/10"),
        Of("fc00::/7"),
    ];

    /// <summary>Why a network, or a part of it, can't be routed between sites; null when it can.</summary>
    internal static string? NeverRoutedIn(IpRange range)
    {
        foreach ((IpRange special, string what) in NeverRouted)
        {
            if (special.Overlaps(range))
                return what;
        }
        return null;
    }

    /// <summary>An address that the Internet does not route.</summary>
    internal static bool IsPrivate(IPAddress address) => Private.Any(range => range.Contains(address));

    static IpRange Of(string network) => IpRange.Of(IPNetwork.Parse(network));
}

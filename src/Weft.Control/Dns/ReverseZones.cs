using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Weft.Control;

/// <summary>
/// The zones of the domain name system in which the names of a network's addresses stand (RFC 1035 section 3.5, RFC 3596
/// section 2.5). A prefix that ends between two labels has several; one of IPv4 that ends in the last label has one for
/// each address, since the zone around it may be somebody else's. Pure.
/// </summary>
static class ReverseZones
{
    /// <summary>A zone has a line of its own: of networks larger than a /8 the addresses' names are not asked for.</summary>
    const int SmallestPrefix = 8;

    internal static IEnumerable<string> Of(IPNetwork network) =>
        network.PrefixLength < SmallestPrefix ? []
        : network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? OfIPv4(network)
        : OfIPv6(network);

    static IEnumerable<string> OfIPv4(IPNetwork network)
    {
        byte[] bytes = network.BaseAddress.GetAddressBytes();
        int labels = (network.PrefixLength + 7) / 8;
        int count = 1 << ((8 * labels) - network.PrefixLength);
        int last = bytes[labels - 1];
        for (int i = 0; i < count; i++)
        {
            bytes[labels - 1] = (byte)(last + i);
            yield return string.Join('.', bytes.Take(labels).Reverse()) + ".in-addr.arpa";
        }
    }

    static IEnumerable<string> OfIPv6(IPNetwork network)
    {
        byte[] bytes = network.BaseAddress.GetAddressBytes();
        int[] nibbles = [.. bytes.SelectMany(b => (int[])[b >> 4, b & 15])];
        int labels = (network.PrefixLength + 3) / 4;
        int count = 1 << ((4 * labels) - network.PrefixLength);
        int last = nibbles[labels - 1];
        for (int i = 0; i < count; i++)
        {
            nibbles[labels - 1] = last + i;
            yield return string.Join(
                '.',
                nibbles.Take(labels).Reverse().Select(n => n.ToString("x", CultureInfo.InvariantCulture))
            ) + ".ip6.arpa";
        }
    }
}

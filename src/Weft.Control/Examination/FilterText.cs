using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Weft.Control;

/// <summary>What the rules of nft and iptables say of a packet in the same ways. Pure.</summary>
static class FilterText
{
    /// <summary><c>10.0.0.0/8</c>, or an address alone; null when it is neither.</summary>
    internal static IPNetwork? Network(string text)
    {
        if (IPNetwork.TryParse(text, out IPNetwork network))
            return network;
        if (text.Contains('/') || !IPAddress.TryParse(text, out IPAddress? address))
            return null;
        return new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);
    }

    internal static bool Holds(IPNetwork network, IPAddress address) =>
        network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);

    /// <summary><c>51820</c> or <c>1024:65535</c>, of iptables with a colon, of nft with a hyphen; null when it is neither.</summary>
    internal static (int First, int Last)? Ports(string text)
    {
        string[] ends = text.Split(':', '-');
        return
            ends.Length is 1 or 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            ? (first, last)
            : null;
    }

    /// <summary>A name of an interface; iptables ends a pattern with a plus sign, nft with an asterisk.</summary>
    internal static bool IsInterface(string pattern, string? name) =>
        pattern.Length > 0 && pattern[^1] is '+' or '*'
            ? (name ?? "").StartsWith(pattern[..^1], StringComparison.Ordinal)
            : name == pattern;

    /// <summary>The states of conntrack, in any letters.</summary>
    internal static bool IsState(IEnumerable<string> states, FilterPacket packet) =>
        states.Any(s => s.Equals(packet.IsAnswer ? "established" : "new", StringComparison.OrdinalIgnoreCase));

    internal static bool IsProtocol(string name, FilterPacket packet) =>
        name switch
        {
            "all" or "0" => true,
            "17" => packet.Protocol == "udp",
            "6" => packet.Protocol == "tcp",
            "1" => packet.Protocol == "icmp",
            "58" or "ipv6-icmp" => packet.Protocol == "icmpv6",
            _ => packet.Protocol == name,
        };
}

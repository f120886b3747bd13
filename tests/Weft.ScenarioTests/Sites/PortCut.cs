using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Sites;

/// <summary>
/// Takes WireGuard's packets, and nothing else, away from somebody on a host that they pass, as a provider or a broken
/// firewall on the way would; the other VPN beside it goes on.
/// </summary>
static class PortCut
{
    /// <summary>All to and from the address.</summary>
    internal static void Whole(Host way, string address) =>
        Cut(way, $"ip saddr {address} udp dport 51820 drop; ip daddr {address} udp sport 51820 drop;");

    /// <summary>What the address sends; what is sent to it arrives.</summary>
    internal static void OneWay(Host way, string address) => Cut(way, $"ip saddr {address} udp sport 51820 drop;");

    /// <summary>So many of a hundred packets to and from the address, by chance.</summary>
    internal static void Loss(Host way, string address, int percent) =>
        Cut(
            way,
            $"""
            ip saddr {address} udp sport 51820 numgen random mod 100 < {percent} drop
            ip daddr {address} udp dport 51820 numgen random mod 100 < {percent} drop
            """
        );

    internal static void Lift(Host way) => way.Run("nft", "delete", "table", "inet", "cut");

    static void Cut(Host way, string rules) =>
        way.Run(
            "nft",
            $$"""table inet cut { chain passing { type filter hook forward priority 0; {{rules}}{{"\n"}} }; }"""
        );
}

using System.Net;
using System.Net.Sockets;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>The MTU that wg-quick gives an interface whose file names none.</summary>
static class PathMtu
{
    const int Ethernet = 1500;

    /// <summary>IPv6 (40), UDP (8) and WireGuard (32) around each packet.</summary>
    const int Overhead = 80;

    /// <summary>The largest MTU on the way to any of the endpoints, or else on the best way to anywhere, less what the tunnel adds.</summary>
    internal static int Of(RouteNetlink netlink, IEnumerable<IPEndPoint> endpoints)
    {
        Dictionary<int, int> links = netlink.Links().ToDictionary(l => l.Index, l => l.Mtu);
        int mtu = endpoints.Select(e => On(netlink.RouteTo(e.Address))).DefaultIfEmpty().Max();
        if (mtu == 0)
        {
            // IPv4's alone, as wg-quick has it.
            mtu = On(
                netlink
                    .Routes()
                    .Where(r =>
                        r is { Table: Route.MainTable, Destination.PrefixLength: 0 }
                        && r.Destination.BaseAddress.AddressFamily == AddressFamily.InterNetwork
                    )
                    .MinBy(r => r.Priority)
            );
        }
        return (mtu == 0 ? Ethernet : mtu) - Overhead;

        int On(Route? route) =>
            route switch
            {
                null => 0,
                { Mtu: > 0 } => route.Mtu,
                _ => links.GetValueOrDefault(route.LinkIndex),
            };
    }
}

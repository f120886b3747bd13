using System.Net;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>The MTU that wg-quick gives an interface whose file names none.</summary>
static class PathMtu
{
    const int Ethernet = 1500;

    /// <summary>IPv6 (40), UDP (8) and WireGuard (32) around each packet.</summary>
    const int Overhead = 80;

    /// <summary>The largest MTU on the way to any of the endpoints, or else on the way to anywhere, less what the tunnel adds.</summary>
    internal static int Of(RouteNetlink netlink, IEnumerable<IPEndPoint> endpoints)
    {
        Dictionary<int, int> links = netlink.Links().ToDictionary(l => l.Index, l => l.Mtu);
        int mtu = endpoints.Select(e => On(netlink.RouteTo(e.Address))).DefaultIfEmpty().Max();
        if (mtu == 0)
        {
            IEnumerable<Route> ways = netlink.Routes().Where(r => r.Table == Route.MainTable);
            mtu = ways.Where(r => r.Destination.PrefixLength == 0).Select(On).DefaultIfEmpty().Max();
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

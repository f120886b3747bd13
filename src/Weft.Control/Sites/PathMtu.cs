using System.Net;
using System.Net.Sockets;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>The MTU of an interface whose file names none.</summary>
static class PathMtu
{
    const int Ethernet = 1500;

    /// <summary>IPv6 (40), UDP (8) and WireGuard (32) around each packet.</summary>
    const int Overhead = 80;

    /// <summary>
    /// The usual one, or less where packets to one of the endpoints leave by an interface that takes no more (PPPoE, LTE). What
    /// the kernel learned of paths beyond is left out: it forgets that again after minutes, and the MTU would go up and down.
    /// </summary>
    /// <param name="netlink">The kernel.</param>
    /// <param name="name">The tunnel's own interface, which is never the way to an endpoint.</param>
    /// <param name="endpoints">Of its peers.</param>
    /// <param name="mark">Of the device's packets; 0 for none.</param>
    internal static int Fitting(RouteNetlink netlink, string name, IEnumerable<IPEndPoint> endpoints, uint mark)
    {
        Dictionary<int, Link> links = netlink.Links().ToDictionary(l => l.Index);
        int fitting = WantedSite.DefaultMtu;
        foreach (IPAddress address in endpoints.Select(e => e.Address).Distinct())
        {
            bool leaves = links.TryGetValue(netlink.RouteTo(address, mark)?.LinkIndex ?? 0, out Link? link);
            if (leaves && link!.Name != name)
                fitting = Math.Min(fitting, link.Mtu - Overhead);
        }
        return Math.Max(fitting, WantedSite.SmallestIPv6Mtu);
    }

    /// <summary>
    /// As wg-quick has it: the largest MTU on the way to any of the endpoints, or else on the best way to anywhere, less what the
    /// tunnel adds.
    /// </summary>
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

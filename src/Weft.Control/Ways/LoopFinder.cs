using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// Follows a packet into its tunnel, that tunnel's own packets into the next, and so on, to see whether it comes round to
/// where it was. Asks the kernel and <c>/proc</c>; changes nothing. One thread, one question.
/// </summary>
/// <param name="host">This host.</param>
/// <param name="links">Its interfaces, by index.</param>
/// <param name="name">Of a peer, for a person: by interface and key.</param>
sealed class LoopFinder(SiteHost host, Dictionary<int, Link> links, Func<string, PeerStatus, string> name)
{
    /// <summary>Nobody stacks more tunnels than that.</summary>
    const int Deepest = 6;

    readonly List<WayHop> _path = [];

    bool _isCertain = true;

    /// <summary>Null when the packet leaves for good, or when nothing more is known of its way.</summary>
    internal WayLoop? Find(Link first, IPAddress destination)
    {
        int start = Follow(first, destination);
        return start < 0 ? null : new WayLoop([.. _path[start..]], _isCertain);
    }

    /// <summary>The hop that the circle begins with; negative when there is none.</summary>
    int Follow(Link tunnel, IPAddress destination)
    {
        int seen = _path.FindIndex(hop => hop.Interface == tunnel.Name);
        if (seen >= 0 || _path.Count == Deepest)
            return seen;
        ImmutableArray<WayHop> ways = [.. WaysOf(tunnel, destination)];
        foreach (WayHop way in ways)
        {
            _path.Add(way);
            Link? next = links.Values.FirstOrDefault(l => l.Name == way.Out);
            int start = next is null ? -1 : Follow(next, way.To);
            if (start >= 0)
            {
                // The others may well carry the packet.
                _isCertain &= ways.All(other => other.Out == way.Out);
                return start;
            }
            _path.RemoveAt(_path.Count - 1);
        }
        return -1;
    }

    /// <summary>Where a tunnel may send what a packet travels in.</summary>
    IEnumerable<WayHop> WaysOf(Link tunnel, IPAddress destination)
    {
        if (host.Devices.Find(tunnel.Name) is { } device)
        {
            if (
                WayFacts.PeerFor(device, destination) is var (peer, _)
                && peer.Endpoint is { } endpoint
                && Hop(
                    tunnel,
                    $"{tunnel.Name} dials {name(tunnel.Name, peer)} at",
                    endpoint.Address,
                    device.FirewallMark
                )
                    is { } hop
            )
                yield return hop;
            yield break;
        }
        if (tunnel.Kind != "tun" || TunHolders.Find(tunnel.Name) is not { } holder)
            yield break;
        foreach (IPAddress address in DialledAddresses.Of(holder))
        {
            if (Hop(tunnel, $"{holder.Program}, which has {tunnel.Name} open, dials", address, 0) is { } hop)
                yield return hop;
        }
    }

    WayHop? Hop(Link tunnel, string sender, IPAddress to, uint mark)
    {
        RouteQuestion question = new(to) { Mark = mark };
        return host.Netlink.RouteTo(to, mark) is { } route && links.TryGetValue(route.LinkIndex, out Link? link)
            ? new WayHop(tunnel.Name, sender, to, host.Netlink.EntryFor(question)?.Destination, link.Name)
            : null;
    }
}

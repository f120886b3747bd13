using System.Collections.Immutable;
using System.Net;
using Weft.Linux.Interop;

namespace Weft.Linux.Netlink;

/// <summary>
/// The kernel's links, addresses, routes and policy rules (rtnetlink, rtnetlink(7)) of the network namespace in which it
/// was opened. Owned by one thread. Every method throws <see cref="NetlinkException"/> when the kernel refuses.
/// </summary>
/// <param name="trace">Told of every message as it is sent, and how a refused change ended; null for silence.</param>
public sealed class RouteNetlink(Action<string>? trace = null) : IDisposable
{
    readonly NetlinkSocket _socket = NetlinkSocket.Open(NetlinkSocket.RouteFamily);

    public void Dispose() => _socket.Dispose();

    public ImmutableArray<Link> Links()
    {
        const string what = "RTM_GETLINK";
        Tell(what);
        NetlinkRequest request = LinkMessages.WriteLink(LinkMessages.GetLink, NetlinkOptions.Dump, 0);
        return _socket.Dump(request, what, LinkMessages.ReadLink);
    }

    /// <summary>Null when there is no interface of that name.</summary>
    public Link? FindLink(string name)
    {
        try
        {
            string what = $"RTM_GETLINK {name}";
            Tell(what);
            return _socket.Get(LinkMessages.WriteLinkByName(name), what, LinkMessages.ReadLink);
        }
        catch (NetlinkException e) when (e.IsAbsent)
        {
            return null;
        }
    }

    /// <summary>Makes an interface of a kind that needs no settings of its own, such as <c>wireguard</c>.</summary>
    public void AddLink(string name, string kind) =>
        Change(LinkMessages.WriteNewLink(name, kind), $"RTM_NEWLINK {name} kind {kind}");

    public void SetLink(Link link, LinkChange change) =>
        Change(
            LinkMessages.WriteLink(LinkMessages.NewLink, NetlinkOptions.Ack, link.Index, change),
            $"RTM_NEWLINK {link.Name} {change}"
        );

    public void DeleteLink(Link link) =>
        Change(
            LinkMessages.WriteLink(LinkMessages.DeleteLink, NetlinkOptions.Ack, link.Index),
            $"RTM_DELLINK {link.Name}"
        );

    public ImmutableArray<LinkAddress> Addresses(Link link)
    {
        string what = $"RTM_GETADDR {link.Name}";
        Tell(what);
        NetlinkRequest request = LinkMessages.WriteAddressDump(link.Index);
        ImmutableArray<LinkAddress> all = _socket.Dump(request, what, LinkMessages.ReadAddress);
        // A kernel without strict checking answers with those of every link.
        return all.RemoveAll(a => a.LinkIndex != link.Index);
    }

    public void AddAddress(LinkAddress address) =>
        Change(
            LinkMessages.WriteAddress(
                LinkMessages.NewAddress,
                NetlinkOptions.Create | NetlinkOptions.Exclusive,
                address
            ),
            $"RTM_NEWADDR {address} link {address.LinkIndex}"
        );

    public void RemoveAddress(LinkAddress address) =>
        Change(
            LinkMessages.WriteAddress(LinkMessages.DeleteAddress, NetlinkOptions.None, address),
            $"RTM_DELADDR {address} link {address.LinkIndex}"
        );

    /// <summary>Every unicast and local route of every table, and those that refuse, IPv4 then IPv6.</summary>
    public ImmutableArray<Route> Routes() =>
        [
            .. Dump(RouteMessages.GetRoute, SysSocket.AF_INET, "RTM_GETROUTE", RouteMessages.ReadStored),
            .. Dump(RouteMessages.GetRoute, SysSocket.AF_INET6, "RTM_GETROUTE", RouteMessages.ReadStored),
        ];

    /// <summary>The way that a packet to the address goes now; null when there is none.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="mark">The packet's firewall mark; 0 for none.</param>
    /// <param name="source">The address that it leaves with; null lets the system choose. The kernel refuses one that is not this host's (EINVAL).</param>
    public Route? RouteTo(IPAddress address, uint mark = 0, IPAddress? source = null)
    {
        try
        {
            RouteQuestion question = new(address) { Mark = mark, Source = source };
            return Ask(RouteMessages.WriteLookup(question), question, RouteMessages.Read);
        }
        catch (NetlinkException e) when (IsNoRoute(e) || (e.Error == Errno.EINVAL && source is null))
        {
            // EINVAL is a blackhole's answer too.
            return null;
        }
    }

    /// <summary>The way that a packet goes now, or what becomes of it instead.</summary>
    public RouteAnswer Explain(RouteQuestion question)
    {
        try
        {
            Route? way = Ask(RouteMessages.WriteLookup(question), question, RouteMessages.ReadAny);
            return new RouteAnswer(way?.Kind, way);
        }
        catch (NetlinkException e) when (e.Error is Errno.EINVAL or Errno.EACCES or Errno.EHOSTUNREACH)
        {
            return new RouteAnswer(
                e.Error switch
                {
                    Errno.EINVAL => RouteKind.Blackhole,
                    Errno.EACCES => RouteKind.Prohibit,
                    _ => RouteKind.Unreachable,
                },
                null
            );
        }
        catch (NetlinkException e) when (IsNoRoute(e))
        {
            return default;
        }
    }

    /// <summary>The entry of the routing tables that decides a packet's way; null when none does, or before Linux 4.13.</summary>
    public Route? EntryFor(RouteQuestion question)
    {
        try
        {
            Route? entry = Ask(RouteMessages.WriteLookup(question, entry: true), question, RouteMessages.ReadAny);
            // An older kernel passes over the wish and answers with the packet's own address, which no table may hold.
            bool isStored =
                entry is not null
                && (entry.Kind != RouteKind.Unicast || Routes().Any(r => r.Destination == entry.Destination));
            return isStored ? entry : null;
        }
        catch (NetlinkException e) when (e.Error is Errno.EINVAL || IsNoRoute(e))
        {
            return null;
        }
    }

    /// <summary>Fails if the table has a route to this destination with this metric, whoever made it.</summary>
    public void AddRoute(Route route) =>
        Change(
            RouteMessages.Write(RouteMessages.NewRoute, NetlinkOptions.Create | NetlinkOptions.Exclusive, route),
            $"RTM_NEWROUTE {route} link {route.LinkIndex} protocol {route.Protocol}"
        );

    public void RemoveRoute(Route route) =>
        Change(
            RouteMessages.Write(RouteMessages.DeleteRoute, NetlinkOptions.None, route),
            $"RTM_DELROUTE {route} link {route.LinkIndex} protocol {route.Protocol}"
        );

    /// <summary>The policy rules that send packets to a table, IPv4 then IPv6.</summary>
    public ImmutableArray<RoutingRule> Rules() =>
        [
            .. Dump(RouteMessages.GetRule, SysSocket.AF_INET, "RTM_GETRULE", RouteMessages.ReadRule),
            .. Dump(RouteMessages.GetRule, SysSocket.AF_INET6, "RTM_GETRULE", RouteMessages.ReadRule),
        ];

    public void AddRule(RoutingRule rule) =>
        Change(
            RouteMessages.Write(RouteMessages.NewRule, NetlinkOptions.Create | NetlinkOptions.Exclusive, rule),
            $"RTM_NEWRULE {Family(rule)} {rule}"
        );

    public void RemoveRule(RoutingRule rule) =>
        Change(
            RouteMessages.Write(RouteMessages.DeleteRule, NetlinkOptions.None, rule),
            $"RTM_DELRULE {Family(rule)} {rule}"
        );

    /// <summary>No route, an "unreachable" or a "prohibit" one, or a host without this family.</summary>
    static bool IsNoRoute(NetlinkException e) =>
        e.Error is Errno.ENETUNREACH or Errno.EHOSTUNREACH or Errno.EACCES || e.IsAbsent || e.IsUnsupported;

    static string Family(RoutingRule rule) => rule.IsIPv6 ? "inet6" : "inet";

    /// <summary>Empty when the host does without this family.</summary>
    ImmutableArray<T> Dump<T>(ushort type, int family, string what, NetlinkDecoder<T> decode)
        where T : class
    {
        try
        {
            Tell(what);
            return _socket.Dump(RouteMessages.WriteDump(type, (byte)family), what, decode);
        }
        catch (NetlinkException e) when (e.IsUnsupported)
        {
            return [];
        }
    }

    Route? Ask(NetlinkRequest request, RouteQuestion question, NetlinkDecoder<Route> decode)
    {
        string what = $"RTM_GETROUTE {question}";
        Tell(what);
        return _socket.Get(request, what, decode);
    }

    void Change(NetlinkRequest request, string what)
    {
        try
        {
            _socket.Change(request, what);
        }
        catch (NetlinkException e)
        {
            Tell(e.Message);
            throw;
        }
        Tell(what);
    }

    void Tell(string what) => trace?.Invoke($"netlink {what}");
}

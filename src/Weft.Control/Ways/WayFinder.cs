using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>Asks the kernel, the devices and the sites' files about one packet's way. Changes nothing; one thread.</summary>
sealed class WayFinder(SiteHost host, Func<string, PublicKey, string, LinkOutage?> outage)
{
    /// <param name="destination">Where to.</param>
    /// <param name="from">The source; null for packets of this host itself.</param>
    /// <param name="file">A site to go by although it may not run; null for none.</param>
    /// <param name="now">The wall clock.</param>
    /// <exception cref="OperationFailedException">The question makes no sense, or it cannot be found out.</exception>
    internal Way Find(IPAddress destination, IPAddress? from, SiteFile? file, DateTimeOffset now)
    {
        Dictionary<int, Link> links = host.Netlink.Links().ToDictionary(l => l.Index);
        Link? comesIn = from is null ? null : InputOf(destination, from, links);
        RouteQuestion question = new(destination) { Source = from, InputLink = comesIn?.Index ?? 0 };
        RouteAnswer answer = host.Netlink.Explain(question);
        Link? link = answer.Way is { } way ? links.GetValueOrDefault(way.LinkIndex) : null;
        DeviceStatus? device = link is null ? null : host.Devices.Find(link.Name);
        ImmutableArray<WaySite> sites = Sites(file, links);
        LoopFinder loops = new(host, links, (name, peer) => NameOf(sites, name, peer));
        return new WayJudge(
            new WayFacts
            {
                Destination = destination,
                From = from,
                ComesIn = comesIn,
                Forwards = comesIn is null || Forwards(destination, comesIn),
                Answer = answer,
                Entry = host.Netlink.EntryFor(question),
                Link = link,
                Nature = link is null ? null : NatureOf(link, device is not null),
                Device = device,
                OuterMtu = device is null ? 0 : OuterMtu(device, destination, links),
                Sites = sites,
                Routes = host.Netlink.Routes(),
                Now = now,
                Outage = outage,
                Loop = link is null || answer.Kind != RouteKind.Unicast ? null : loops.Find(link, destination),
            }
        ).Judge();
    }

    /// <summary>Where packets of the source come in: where answers to it leave. Null when the address is this host's own.</summary>
    Link? InputOf(IPAddress destination, IPAddress from, Dictionary<int, Link> links)
    {
        if (from.AddressFamily != destination.AddressFamily)
        {
            throw new OperationFailedException(
                $"{from} and {destination} are of two families, so no packet bears both",
                "Give two IPv4 or two IPv6 addresses."
            );
        }
        RouteAnswer back = host.Netlink.Explain(new RouteQuestion(from));
        if (back.Kind == RouteKind.Local)
            return null;
        return back is { Kind: RouteKind.Unicast, Way: { } way } && links.TryGetValue(way.LinkIndex, out Link? link)
            ? link
            : throw new OperationFailedException(
                $"{from}: no route leads to this source, so nothing says where its packets would come in",
                "Give the address of a host behind this one, or one of this host's own."
            );
    }

    static bool Forwards(IPAddress destination, Link comesIn)
    {
        string key =
            destination.AddressFamily == AddressFamily.InterNetwork
                ? $"net/ipv4/conf/{comesIn.Name}/forwarding"
                : "net/ipv6/conf/all/forwarding";
        return Sysctl.Read(key) != "0";
    }

    static InterfaceNature NatureOf(Link link, bool isWireGuard) =>
        InterfaceNature.Of(
            link,
            isWireGuard,
            link.Kind == "tun" && !isWireGuard ? TunHolders.Find(link.Name)?.Program : null
        );

    static string NameOf(ImmutableArray<WaySite> sites, string name, PeerStatus peer) =>
        sites
            .FirstOrDefault(s => s.Interface == name)
            ?.Config.Peers.LastOrDefault(p => p.PublicKey == peer.PublicKey)
            ?.Site
        ?? peer.PublicKey.ToString();

    int OuterMtu(DeviceStatus device, IPAddress destination, Dictionary<int, Link> links)
    {
        if (WayFacts.PeerFor(device, destination)?.Peer.Endpoint is not { } endpoint)
            return 0;
        return host.Netlink.RouteTo(endpoint.Address, device.FirewallMark) switch
        {
            null => 0,
            { Mtu: > 0 } route => route.Mtu,
            Route route => links.GetValueOrDefault(route.LinkIndex)?.Mtu ?? 0,
        };
    }

    /// <summary>The sites that were started here, and the file.</summary>
    ImmutableArray<WaySite> Sites(SiteFile? file, Dictionary<int, Link> links)
    {
        ImmutableArray<WaySite>.Builder sites = ImmutableArray.CreateBuilder<WaySite>();
        foreach (SiteState state in host.States.ReadAll().Where(s => s.Namespace == SiteHost.Namespace))
        {
            if (state.Name != file?.Interface && Read(state.File) is { } known)
                sites.Add(Site(known));
        }
        if (file is not null)
            sites.Add(Site(file));
        return sites.ToImmutable();

        WaySite Site(SiteFile of)
        {
            Link? link = links.Values.FirstOrDefault(l => l.Name == of.Interface);
            return new WaySite(of.Interface, of.Config, link, link is null ? null : host.Devices.Find(of.Interface));
        }
    }

    SiteFile? Read(string path)
    {
        try
        {
            return SiteFile.Read(path, _ => { });
        }
        catch (Exception e) when (e is OperationFailedException or FaultyFileException)
        {
            host.Reporting.Warning($"{path} is passed over, since it cannot be read: {e.Message}");
            return null;
        }
    }
}

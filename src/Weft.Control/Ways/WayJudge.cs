using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>Says which way a packet goes, whether that is the one that the sites' files have for it, and if not, why. Pure.</summary>
sealed class WayJudge(WayFacts facts)
{
    /// <summary>WireGuard and UDP around each packet, without the IP header.</summary>
    const int Overhead = 40;

    static readonly IPNetwork[] s_private =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("fc00::/7"),
    ];

    readonly (WaySite Site, WayPeer Peer)? _configured = ConfiguredFor(facts);

    IPAddress Destination => facts.Destination;

    string LinkName => facts.Link?.Name ?? "";

    internal Way Judge()
    {
        (WayVerdict verdict, string summary, IEnumerable<string> reasons) = facts.Answer.Kind switch
        {
            null => Nowhere("no route leads there"),
            RouteKind.Blackhole when facts.ComesIn is not null => Nowhere(
                "the kernel refuses it, for a blackhole route or because the reverse-path filter drops its source"
            ),
            RouteKind.Blackhole => Nowhere("a blackhole route swallows it"),
            RouteKind.Prohibit => Nowhere("a route forbids it (prohibit)"),
            RouteKind.Unreachable when facts.Forwards => Nowhere("a route refuses it (unreachable)"),
            RouteKind.Unreachable => Nowhere("this host does not forward"),
            RouteKind.Local => Plain($"{Destination} is this host's own address"),
            RouteKind.Unicast when !facts.Forwards => Nowhere("this host does not forward"),
            RouteKind.Unicast => facts.Device is null ? ByOther() : ByWireGuard(facts.Device),
            RouteKind kind => Plain($"{Destination} goes to all who listen by {LinkName} ({Word(kind)})"),
        };
        if (facts.Loop is { } loop)
        {
            if (loop.IsCertain)
                (verdict, summary) = (WayVerdict.Lost, $"{Destination} goes nowhere: {Circle(loop)}");
            // What is wrong with a way that leads nowhere is of no more use; why it is taken is.
            reasons = [.. RoundAndRound(loop), .. loop.IsCertain && facts.Device is not null ? [] : reasons];
        }
        bool leaves = facts.Answer is { Way: not null, Kind: not RouteKind.Local };
        return new Way
        {
            Destination = Destination,
            From = facts.From,
            Verdict = verdict,
            Summary = summary,
            Reasons = [.. reasons, .. MapNotes.Of(facts)],
            Interface = leaves ? LinkName : null,
            Nature = leaves ? facts.Nature : null,
            Peer = leaves ? DevicePeer() : null,
            Configured = _configured?.Peer,
            Entry = facts.Entry?.Destination,
            Maker = facts.Entry is { } entry ? MakerOf(entry.Protocol) : null,
            NextHop = leaves ? facts.Answer.Way?.Gateway : null,
            Source = leaves && facts.ComesIn is null ? facts.From ?? facts.Answer.Way?.PreferredSource : null,
            Mtu = leaves ? Mtu() : 0,
        };
    }

    (WayVerdict, string, IEnumerable<string>) Nowhere(string why) =>
        (
            WayVerdict.Lost,
            $"{Destination} goes nowhere: {why}",
            !facts.Forwards ? [$"What comes in by {facts.ComesIn!.Name} is not passed on: forwarding is off."]
            : _configured is null ? []
            : WhyNotConfigured()
        );

    static (WayVerdict, string, IEnumerable<string>) Plain(string summary) => (WayVerdict.NotOurs, summary, []);

    static string Circle(WayLoop loop) =>
        loop.Hops is [var one]
            ? $"{one.Interface} sends its own packets through itself"
            : $"{string.Join(" and ", loop.Hops.Select(h => h.Interface))} send their own packets through each other";

    static IEnumerable<string> RoundAndRound(WayLoop loop)
    {
        if (!loop.IsCertain)
            yield return $"It may go round and round: {Circle(loop)}.";
        foreach (WayHop hop in loop.Hops)
        {
            string route = hop.Route is { } entry ? $"the route to {entry}" : "a route";
            yield return $"{hop.Sender} {hop.To}, and {route} takes that out by {hop.Out}.";
        }
        yield return "Have an address dialled that is reached past them: the far site's own on the internet.";
    }

    (WayVerdict, string, IEnumerable<string>) ByWireGuard(DeviceStatus device)
    {
        if (DevicePeer() is not { } peer)
        {
            return (
                WayVerdict.Lost,
                $"{Destination} goes nowhere: {device.Name} has no peer for it",
                _configured is { } other
                    ? [$"The file has it for {other.Peer.Name}: start {other.Site.Interface} again."]
                    : [$"Add it to the AllowedIPs of a peer, or take its route from {device.Name}."]
            );
        }
        if (_configured is not { } configured)
            return Plain($"{Destination} goes to {peer.Name} by {device.Name}");
        if (configured.Peer.PublicKey != peer.PublicKey || configured.Site.Interface != device.Name)
        {
            return (
                WayVerdict.Fallback,
                $"{Destination} goes to {peer.Name} by {device.Name}, instead of to {configured.Peer.Name}",
                WhyNotConfigured()
            );
        }
        string way = $"{Destination} goes to {peer.Name} by {device.Name}, as configured";
        if (peer.Outage is { } outage)
            return (WayVerdict.Lost, $"{way}, but the link is down", [Down(outage)]);
        if (peer.Endpoint is null)
        {
            string dials = $"{peer.Name} has no endpoint: nothing can be sent to it before it has dialled in.";
            return (WayVerdict.Lost, $"{way}, but nobody knows where that is", [dials]);
        }
        return (WayVerdict.AsConfigured, way, [.. Unproven(peer), .. Narrow(peer.Endpoint)]);
    }

    (WayVerdict, string, IEnumerable<string>) ByOther()
    {
        InterfaceNature nature = facts.Nature ?? new InterfaceNature("", false);
        string by = nature.Text.Length == 0 || nature.Text == LinkName ? LinkName : $"{LinkName} ({nature.Text})";
        bool own = facts.Sites.Any(s => s.Config.Interface.Lans.Any(l => l.Contains(Destination)));
        if (_configured is not { } configured)
        {
            return !own ? Plain($"{Destination} goes out by {by}: no site's file says anything of it")
                : !nature.IsVpn ? (WayVerdict.AsConfigured, $"{Destination} is in this site's own network, by {by}", [])
                : (
                    WayVerdict.Fallback,
                    $"{Destination} goes out by {by}, though it is in this site's own network",
                    ["The route to that network is not there: is its interface up, and has it its address?"]
                );
        }
        bool isDefault = facts.Entry is { Destination.PrefixLength: 0 };
        if (isDefault && s_private.Any(n => n.Contains(Destination)))
        {
            return (
                WayVerdict.Lost,
                $"{Destination} goes out by the default route, {by}, where nobody can know it",
                WhyNotConfigured()
            );
        }
        return (
            WayVerdict.Fallback,
            $"{Destination} goes out by {by}, instead of to {configured.Peer.Name} by {configured.Site.Interface}",
            WhyNotConfigured()
        );
    }

    /// <summary>What keeps the packet from the peer that the file has for it.</summary>
    IEnumerable<string> WhyNotConfigured()
    {
        (WaySite site, WayPeer peer) = _configured!.Value;
        string name = site.Interface;
        if (site.Link is null || site.Device is null)
            return [$"{name} is not running: weft start {name} brings it up."];
        if (!site.Link.IsUp)
            return [$"{name} is down: weft start {name} brings it up."];
        if (peer.Outage is { } outage)
            return [Down(outage)];
        if (facts.Entry is { } entry && entry.Destination.PrefixLength > peer.Prefix.PrefixLength)
            return [$"A narrower route, {entry.Destination} (made by {MakerOf(entry.Protocol)}), takes it first."];
        if (facts.Routes.FirstOrDefault(r => r.LinkIndex == 0 && r.Destination == peer.Prefix) is { } refusal)
        {
            return
            [
                $"Somebody's {Word(refusal.Kind)} route stands there: ip route del {Word(refusal.Kind)} {peer.Prefix}, "
                    + $"then weft start {name}.",
            ];
        }
        bool stands = facts.Routes.Any(r => r.LinkIndex == site.Link.Index && r.Destination.Contains(Destination));
        if (!stands)
            return [$"The route to {peer.Prefix} by {name} is not there: weft start {name} makes it again."];
        if (facts.Entry is { } rival && rival.Destination == peer.Prefix && rival.Table == Route.MainTable)
            return [$"Another route to {peer.Prefix} (made by {MakerOf(rival.Protocol)}) has the smaller metric."];
        if (site.Device.Peers.All(p => p.PublicKey != peer.PublicKey))
            return [$"{name} does not have this peer: weft start {name} adds it."];
        return facts.Device?.Name == name
            ? [$"{name} has {peer.Prefix} with another peer than its file: weft start {name} puts it right."]
            : ["A policy rule sends it to another routing table: ip rule shows them."];
    }

    static IEnumerable<string> Unproven(WayPeer peer) =>
        peer.HandshakeAge is { } age && age <= TimeSpan.FromSeconds(180)
            ? []
            : ["Whether it arrives is not proven: there was no handshake in the last three minutes."];

    IEnumerable<string> Narrow(IPEndPoint endpoint)
    {
        int around = Around(endpoint);
        int whole = facts.OuterMtu - around;
        return facts.OuterMtu > 0 && Mtu() > whole
            ?
            [
                $"The way to {endpoint.Address} carries {facts.OuterMtu} bytes, so large packets are cut in two or lost:"
                    + $" set MTU = {whole} in the file.",
            ]
            : [];
    }

    static int Around(IPEndPoint endpoint) =>
        Overhead + (endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? 40 : 20);

    int Mtu() => facts.Answer.Way is { Mtu: > 0 } way ? way.Mtu : facts.Link?.Mtu ?? 0;

    string Down(LinkOutage outage)
    {
        string time = outage.Since.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return $"Its link is down since {time}, for {Lasting(facts.Now - outage.Since)}: {outage.Reason}.";
    }

    static string Lasting(TimeSpan time) =>
        time.TotalSeconds < 120 ? Number(time.TotalSeconds, "s")
        : time.TotalMinutes < 120 ? Number(time.TotalMinutes, "min")
        : time.TotalHours < 48 ? Number(time.TotalHours, "h")
        : Number(time.TotalDays, "days");

    static string Number(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(Math.Max(value, 0)):0} {unit}");

    WayPeer? DevicePeer()
    {
        if (facts.Device is not { } device || WayFacts.PeerFor(device, Destination) is not var (peer, prefix))
            return null;
        WaySite? site = facts.Sites.FirstOrDefault(s => s.Interface == device.Name);
        return Described(device.Name, peer.PublicKey, prefix, site?.Config, device, facts);
    }

    /// <summary>The longest prefix of any site's file that holds the address.</summary>
    static (WaySite, WayPeer)? ConfiguredFor(WayFacts facts)
    {
        (WaySite Site, IPNetwork Prefix, PublicKey Key)? best = null;
        foreach (WaySite site in facts.Sites.Where(s => s.Config.Interface.Table.Kind != RouteTableKind.Off))
        {
            foreach ((IPNetwork prefix, PublicKey key) in DeviceWish.Owners(site.Config))
            {
                if (prefix.Contains(facts.Destination) && !(best?.Prefix.PrefixLength >= prefix.PrefixLength))
                    best = (site, prefix, key);
            }
        }
        return best is var (owner, longest, who)
            ? (owner, Described(owner.Interface, who, longest, owner.Config, owner.Device, facts))
            : null;
    }

    static WayPeer Described(
        string name,
        PublicKey key,
        IPNetwork prefix,
        SiteConfig? config,
        DeviceStatus? device,
        WayFacts facts
    )
    {
        string? site = config?.Peers.LastOrDefault(p => p.PublicKey == key)?.Site;
        FarSite? far = config is null
            ? null
            : FarSite.Of(config).FirstOrDefault(f => f.Relays.Contains(key) && f.Site.Prefixes.Contains(prefix));
        PeerStatus? status = device?.Peers.FirstOrDefault(p => p.PublicKey == key);
        LinkOutage? outage = facts.Outage(name, key, site ?? key.ToString());
        // The far site is probed through its first relay only.
        if (far is not null && far.Relays[0] == key)
            outage ??= facts.Outage(name, far.Site.PublicKey, far.Site.Site);
        return new WayPeer(name, key, site, prefix)
        {
            Beyond = far?.Site.Site,
            Endpoint = status?.Endpoint,
            HandshakeAge = status is null ? null : SiteStatusReader.Age(status.LastHandshake, facts.Now),
            Outage = outage,
        };
    }

    /// <summary>Who made a route (RTPROT_…; /etc/iproute2/rt_protos).</summary>
    static string MakerOf(byte protocol) =>
        protocol switch
        {
            Ownership.Protocol => "weft",
            2 => "kernel",
            3 or 4 => "hand or a program",
            9 => "router advertisement",
            16 => "dhcp",
            186 => "bgp",
            188 => "ospf",
            _ => string.Create(CultureInfo.InvariantCulture, $"protocol {protocol}"),
        };

    static string Word(RouteKind kind) =>
        kind switch
        {
            RouteKind.Broadcast => "broadcast",
            RouteKind.Multicast => "multicast",
            RouteKind.Anycast => "anycast",
            RouteKind.Blackhole => "blackhole",
            RouteKind.Prohibit => "prohibit",
            RouteKind.Unreachable => "unreachable",
            _ => "unicast",
        };
}

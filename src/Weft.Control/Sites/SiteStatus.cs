using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>How a site is doing on this host. A snapshot.</summary>
public sealed record SiteStatus
{
    public required string Interface { get; init; }

    /// <summary>The site's name in the mesh; null when its file names none or cannot be read.</summary>
    public string? Site { get; init; }

    /// <summary>The file that it was started from; null when that is not known.</summary>
    public string? File { get; init; }

    /// <summary>Set up, and its device answers.</summary>
    public required bool IsUp { get; init; }

    public int Mtu { get; init; }

    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    public PublicKey? PublicKey { get; init; }

    /// <summary>0 when the device is not bound.</summary>
    public ushort ListenPort { get; init; }

    /// <summary>Networks behind the site that the others reach under another prefix.</summary>
    public ImmutableArray<LanMap> Maps { get; init; } = [];

    /// <summary>Null when no site of the mesh has a domain.</summary>
    public NamesStatus? Names { get; init; }

    /// <summary>In the order of the device.</summary>
    public ImmutableArray<SitePeerStatus> Peers { get; init; } = [];

    /// <summary>The sites that are reached through others, in the order of the file.</summary>
    public ImmutableArray<FarSiteStatus> FarSites { get; init; } = [];
}

/// <summary>How the names of the sites are doing on a host.</summary>
/// <param name="Domain">Of the site itself; null when it has none.</param>
/// <param name="Others">Those of the other sites.</param>
/// <param name="Place">Where this host's dnsmasq was told of them; null when it was not.</param>
public sealed record NamesStatus(string? Domain, ImmutableArray<string> Others, string? Place);

/// <summary>How one peer of a <see cref="SiteStatus"/> is doing.</summary>
public sealed record SitePeerStatus
{
    /// <summary>Its name in the mesh; null when the site's file gives it none.</summary>
    public string? Site { get; init; }

    public required PublicKey PublicKey { get; init; }

    /// <summary>Null until configured or heard from.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>Since the last handshake; null when there was none.</summary>
    public TimeSpan? HandshakeAge { get; init; }

    public ulong ReceivedBytes { get; init; }

    public ulong SentBytes { get; init; }

    public ImmutableArray<PeerRoute> Routes { get; init; } = [];

    /// <summary>The last handshake is recent enough for its session to live (REJECT_AFTER_TIME).</summary>
    public bool IsAlive => HandshakeAge is { } age && age <= TimeSpan.FromSeconds(180);
}

/// <summary>How a site is reached that no link leads to directly.</summary>
/// <param name="Site">Its name.</param>
/// <param name="PublicKey">Its key.</param>
/// <param name="Relay">The peer that carries its networks now, by name or key; null when none can.</param>
/// <param name="Relays">All that may, the one for good times first.</param>
public sealed record FarSiteStatus(string Site, PublicKey PublicKey, string? Relay, ImmutableArray<string> Relays);

/// <summary>A prefix that a peer answers for, and the interface over which a packet to it leaves now.</summary>
/// <param name="Prefix">Of the peer's allowed IPs.</param>
/// <param name="Interface">Null when no route leads there.</param>
public readonly record struct PeerRoute(IPNetwork Prefix, string? Interface);

/// <summary>Puts a <see cref="SiteStatus"/> together from the device, the kernel and the site's file.</summary>
static class SiteStatusReader
{
    /// <summary>Null when there is no such interface.</summary>
    internal static SiteStatus? Read(SiteHost host, string name, DateTimeOffset now)
    {
        if (host.Netlink.FindLink(name) is not { } link)
            return null;
        SiteState? state = host.States.Read(name);
        SiteConfig? config = state is null ? null : ReadConfig(state.File, host.Reporting.Warning);
        DeviceStatus? device = host.Devices.Find(name);
        Dictionary<PublicKey, string?> names = [];
        foreach (PeerSection peer in config?.Peers ?? [])
            names[peer.PublicKey] = peer.Site;
        Dictionary<int, string> links = host.Netlink.Links().ToDictionary(l => l.Index, l => l.Name);
        return new SiteStatus
        {
            Interface = name,
            Site = config?.Interface.Site,
            File = state?.File,
            IsUp = link.IsUp && device is not null,
            Mtu = link.Mtu,
            Addresses =
            [
                .. host
                    .Netlink.Addresses(link)
                    .Where(a => !a.Address.IsIPv6LinkLocal)
                    .Select(a => new InterfaceAddress(a.Address, a.PrefixLength)),
            ],
            PublicKey = device?.PublicKey,
            ListenPort = device?.ListenPort ?? 0,
            Maps = config?.Interface.Maps ?? [],
            Names = config is null ? null : host.Dns.Status(config, name, state!.NamesPlace),
            Peers =
            [
                .. (device?.Peers ?? []).Select(p => new SitePeerStatus
                {
                    Site = names.GetValueOrDefault(p.PublicKey),
                    PublicKey = p.PublicKey,
                    Endpoint = p.Endpoint,
                    HandshakeAge = Age(p.LastHandshake, now),
                    ReceivedBytes = p.ReceivedBytes,
                    SentBytes = p.SentBytes,
                    Routes = [.. p.AllowedIps.Select(prefix => Way(host.Netlink, links, prefix))],
                }),
            ],
            FarSites = config is null ? [] : FarSites(config, state!),
        };
    }

    static ImmutableArray<FarSiteStatus> FarSites(SiteConfig config, SiteState state)
    {
        HashSet<string> withdrawn = [.. state.Withdrawn];
        HashSet<PublicKey> down =
        [
            .. SiteLink.Of(config).Select(l => l.Key).Where(key => withdrawn.Contains(key.ToString())),
        ];
        Dictionary<PublicKey, string> names = [];
        foreach (PeerSection peer in config.Peers)
            names[peer.PublicKey] = peer.Site ?? peer.PublicKey.ToString();
        return
        [
            .. FarSite
                .Of(config)
                .Select(far => new FarSiteStatus(
                    far.Site.Site,
                    far.Site.PublicKey,
                    far.Carrier(down) is { } relay ? names[relay] : null,
                    [.. far.Relays.Select(r => names[r])]
                )),
        ];
    }

    /// <summary>A clock that was set back makes no negative age.</summary>
    internal static TimeSpan? Age(HandshakeTime handshake, DateTimeOffset now)
    {
        if (handshake.IsNever)
            return null;
        TimeSpan age = now - DateTimeOffset.FromUnixTimeSeconds(handshake.Seconds);
        return age < TimeSpan.Zero ? TimeSpan.Zero : age;
    }

    static PeerRoute Way(RouteNetlink netlink, Dictionary<int, string> links, IPNetwork prefix)
    {
        Route? route = netlink.RouteTo(prefix.BaseAddress);
        return new PeerRoute(prefix, route is null ? null : links.GetValueOrDefault(route.LinkIndex));
    }

    static SiteConfig? ReadConfig(string file, Action<string> warning)
    {
        try
        {
            return SiteFile.Read(file, _ => { }).Config;
        }
        catch (Exception e) when (e is OperationFailedException or FaultyFileException)
        {
            warning($"peers are shown by their keys, since their names cannot be read: {e.Message}");
            return null;
        }
    }
}

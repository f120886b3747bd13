using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>Puts a <see cref="SiteExamination"/> together. Changes nothing and sends nothing but questions for names; one thread.</summary>
sealed class SiteExaminer(SiteHost host, string name)
{
    readonly Dictionary<int, Link> _links = host.Netlink.Links().ToDictionary(l => l.Index);

    /// <param name="path">Where the site's file is; null when there is none.</param>
    /// <param name="memory">Files of ours whose age says something of the clock.</param>
    internal SiteExamination Examine(string? path, IEnumerable<string> memory)
    {
        SiteState? state = host.States.Read(name);
        bool isStarted = state is not null && state.Namespace == SiteHost.Namespace;
        SiteFile? applied = isStarted ? host.States.ReadApplied(state!) : null;
        path = isStarted ? state!.File : path;
        SiteFile? onDisk = Read(path, out ImmutableArray<string> faults);
        SiteFile? file = applied ?? onDisk;
        Link? link = _links.Values.FirstOrDefault(l => l.Name == name);
        DeviceStatus? device = host.Devices.Find(name);
        SiteExamination examination = new()
        {
            Interface = name,
            Path = path,
            FileFaults = faults,
            FileMode = path is not null && File.Exists(path) ? File.GetUnixFileMode(path) : null,
            IsEdited = applied is not null && onDisk is not null && Text(applied) != Text(onDisk),
            Config = file?.Config,
            IsStarted = isStarted,
            Now = DateTimeOffset.UtcNow,
            Youngest = Youngest([.. memory, .. path is null ? [] : (string[])[path]]),
            Link = link,
            Device = device,
            HasTun = File.Exists("/dev/net/tun"),
            HasKernelWireGuard = HasKernelWireGuard(),
            IsWatched = host.States.WatchFolderOf(name).IsTaken,
            IsRevived = host.Watchers.IsRevived(name),
            ReversePathDrops = SiteExamination.CountReversePathDrops(),
        };
        if (file is null)
            return examination;
        ushort port = file.Config.Interface.ListenPort ?? 0;
        if (port != 0 && device?.ListenPort != port)
            examination = examination with { PortHolder = PortHolders.Find(port) };
        if (isStarted && link is not null && device is not null)
            examination = WithDrift(examination, file, link, device);
        return WithPeers(examination, file.Config, state);
    }

    SiteExamination WithDrift(SiteExamination examination, SiteFile file, Link link, DeviceStatus device)
    {
        try
        {
            ImmutableArray<HostStep> steps = new SiteStart(host, file, new StartOptions()).Missing(link, device);
            return examination with { Drift = SiteDrift.Of(steps, device) };
        }
        catch (OperationFailedException e)
        {
            return examination with { Obstacle = e };
        }
    }

    SiteExamination WithPeers(SiteExamination examination, SiteConfig config, SiteState? state)
    {
        Task<ImmutableArray<ResolvedEndpoint>> names = EndpointResolver.ResolveAsync(config.Peers);
        InterfaceSection own = config.Interface;
        HashSet<string> withdrawn = [.. state?.Withdrawn ?? []];
        HashSet<PublicKey> down =
        [
            .. SiteLink.Of(config).Select(l => l.Key).Where(k => withdrawn.Contains(k.ToString())),
        ];
        ILookup<PublicKey, IPNetwork> prefixes = DeviceWish
            .Owners(FarSite.Carried(config, down))
            .ToLookup(o => o.Value, o => o.Key);
        PacketFilter filter = new FilterReader(host.Tools).Read();
        bool isStrict = Math.Max(Setting("all"), Setting(name)) == 1;
        ImmutableArray<IPAddress> lans =
        [
            .. _links
                .Values.Where(l => l.Name != name)
                .SelectMany(l => host.Netlink.Addresses(l))
                .Select(a => a.Address)
                .Where(a => own.Lans.Any(l => FilterText.Holds(l, a)))
                .Distinct(),
        ];
        Dictionary<PublicKey, ResolvedEndpoint> resolved = [];
        foreach (ResolvedEndpoint answer in names.GetAwaiter().GetResult())
            resolved[answer.Peer.PublicKey] = answer;
        ImmutableArray<PeerExamination> peers =
        [
            .. config
                .Peers.Where(p => p.Replaces is null)
                .Select(p => Peer(p, resolved.GetValueOrDefault(p.PublicKey), prefixes[p.PublicKey])),
        ];
        return examination with
        {
            IsReversePathStrict = isStrict,
            LanAddresses = lans,
            Peers = peers,
            DialIn = DialIn(filter, own, examination.Device, peers),
            Forward = ForwardOf(filter, own, peers),
        };

        PeerExamination Peer(PeerSection section, ResolvedEndpoint? found, IEnumerable<IPNetwork> ofPeer)
        {
            PeerStatus? status = StatusOf(section, config, examination.Device);
            PeerExamination peer = new()
            {
                Section = section,
                Address = TunnelAddress.Of(section, own),
                Status = status,
                Resolved = found?.Addresses ?? [],
                NameFault = found?.Fault,
                Endpoint = status?.Endpoint ?? found?.Addresses.FirstOrDefault(),
                Lost = LostPrefixes(section, config),
                Prefixes = [.. ofPeer.Select(p => Prefix(p, section, own, examination.Link, isStrict))],
            };
            return WithWay(peer, filter, examination);
        }
    }

    PeerExamination WithWay(PeerExamination peer, PacketFilter filter, SiteExamination examination)
    {
        ushort port = examination.Device?.ListenPort ?? examination.Config?.Interface.ListenPort ?? 0;
        if (peer.Endpoint is { } endpoint)
        {
            uint mark = examination.Device?.FirewallMark ?? 0;
            RouteAnswer outer = host.Netlink.Explain(new RouteQuestion(endpoint.Address) { Mark = mark });
            string? by = outer.Way is { } way ? _links.GetValueOrDefault(way.LinkIndex)?.Name : null;
            peer = peer with { Outer = outer, OuterInterface = by };
            if (outer is { Kind: RouteKind.Unicast, Way.PreferredSource: { } source })
            {
                FilterPacket leaving = new("udp", source, endpoint.Address)
                {
                    Output = by,
                    SourcePort = port,
                    DestinationPort = endpoint.Port,
                };
                FilterPacket coming = new("udp", endpoint.Address, source)
                {
                    Input = by,
                    SourcePort = endpoint.Port,
                    DestinationPort = port,
                    IsAnswer = true,
                };
                peer = peer with { Leaving = filter.Ask(leaving), Coming = filter.Ask(coming) };
            }
        }
        IPAddress? mine = examination
            .Config?.Interface.Addresses.Select(a => a.Address)
            .FirstOrDefault(a => a.AddressFamily == peer.Address?.AddressFamily);
        if (mine is null)
            return peer;
        string icmp = mine.AddressFamily == AddressFamily.InterNetworkV6 ? "icmpv6" : "icmp";
        return peer with
        {
            Inside = filter.Ask(new FilterPacket(icmp, peer.Address!, mine) { Input = name, IsAnswer = true }),
        };
    }

    PrefixExamination Prefix(IPNetwork prefix, PeerSection peer, InterfaceSection own, Link? link, bool isStrict)
    {
        IPAddress sample = SampleOf(prefix);
        bool isCarried = peer.Carries.Any(c => c.Prefixes.Contains(prefix));
        RouteAnswer way = host.Netlink.Explain(new RouteQuestion(sample));
        IPAddress? mine = own
            .Addresses.Select(a => a.Address)
            .FirstOrDefault(a => a.AddressFamily == sample.AddressFamily);
        bool isRefused =
            isStrict
            && link is { IsUp: true }
            && mine is { AddressFamily: AddressFamily.InterNetwork }
            && host.Netlink.Explain(new RouteQuestion(mine) { Source = sample, InputLink = link.Index }).Way is null;
        return new PrefixExamination(
            prefix,
            sample,
            LastOf(prefix),
            isCarried || !TunnelAddress.IsInTunnel(prefix, own)
        )
        {
            GoesByTunnel = link is not null && way.Kind == RouteKind.Unicast && way.Way?.LinkIndex == link.Index,
            IsRefused = isRefused,
        };
    }

    /// <summary>A peer whose key is being changed is with whichever of the two shook hands last.</summary>
    static PeerStatus? StatusOf(PeerSection section, SiteConfig config, DeviceStatus? device)
    {
        HashSet<PublicKey> keys =
        [
            section.PublicKey,
            .. config.Peers.Where(p => p.Replaces == section.PublicKey).Select(p => p.PublicKey),
        ];
        return device
            ?.Peers.Where(p => keys.Contains(p.PublicKey))
            .OrderByDescending(p => p.LastHandshake.Seconds)
            .FirstOrDefault();
    }

    /// <summary>What others dial in with: from the endpoints of the peers, as far as those are known.</summary>
    static FilterVerdict DialIn(
        PacketFilter filter,
        InterfaceSection own,
        DeviceStatus? device,
        ImmutableArray<PeerExamination> peers
    )
    {
        if ((device?.ListenPort ?? own.ListenPort) is not { } port || port == 0)
            return FilterVerdict.Pass;
        return First(
            peers
                .Where(p => p is { Endpoint: not null, Outer.Way.PreferredSource: not null })
                .Select(p => new FilterPacket("udp", p.Endpoint!.Address, p.Outer.Way!.PreferredSource!)
                {
                    Input = p.OuterInterface,
                    SourcePort = p.Endpoint.Port,
                    DestinationPort = port,
                })
                .Select(filter.Ask)
        );
    }

    FilterVerdict ForwardOf(PacketFilter filter, InterfaceSection own, ImmutableArray<PeerExamination> peers)
    {
        const int http = 80;
        List<FilterVerdict> verdicts = [];
        foreach (IPAddress here in own.Lans.Select(SampleOf))
        {
            if (host.Netlink.RouteTo(here)?.LinkIndex is not { } index || !_links.TryGetValue(index, out Link? lan))
                continue;
            foreach (IPAddress there in peers.SelectMany(p => p.Prefixes).Where(p => p.IsNetwork).Select(p => p.Sample))
            {
                if (here.AddressFamily != there.AddressFamily)
                    continue;
                FilterPacket packet = new("tcp", here, there) { DestinationPort = http, SourcePort = 40000 };
                verdicts.Add(filter.Ask(packet with { Input = lan.Name, Output = name }));
                FilterPacket back = packet with { Source = there, Destination = here };
                verdicts.Add(filter.Ask(back with { Input = name, Output = lan.Name }));
            }
        }
        return First(verdicts);
    }

    /// <summary>The worst: one that drops, else one that may.</summary>
    static FilterVerdict First(IEnumerable<FilterVerdict> verdicts) =>
        verdicts
            .OrderBy(v =>
                v.Passes switch
                {
                    false => 0,
                    null => 1,
                    true => 2,
                }
            )
            .FirstOrDefault(FilterVerdict.Pass);

    static ImmutableArray<(IPNetwork, string)> LostPrefixes(PeerSection section, SiteConfig config)
    {
        Dictionary<IPNetwork, PublicKey> owners = DeviceWish.Owners(config);
        return
        [
            .. section
                .AllowedIps.Where(a => !a.Remove)
                .Select(a => a.Prefix)
                .Distinct()
                .Where(p =>
                    owners.TryGetValue(p, out PublicKey keeper)
                    && keeper != section.PublicKey
                    && !config.Peers.Any(next => next.PublicKey == keeper && next.Replaces is not null)
                )
                .Select(p => (p, config.Peers.Last(o => o.PublicKey == owners[p]).Site ?? owners[p].ToString())),
        ];
    }

    /// <summary>The first address that a host of the network may have; of all networks, one that is nobody's (RFC 5737, RFC 3849).</summary>
    static IPAddress SampleOf(IPNetwork prefix)
    {
        byte[] bytes = prefix.BaseAddress.GetAddressBytes();
        bool v6 = bytes.Length == 16;
        if (prefix.PrefixLength == 0)
            return IPAddress.Parse(v6 ? "2001:db8::1" : "192.0.2.1");
        if (prefix.PrefixLength < bytes.Length * 8 - 1)
            bytes[^1] |= 1;
        return new IPAddress(bytes);
    }

    static IPAddress LastOf(IPNetwork prefix)
    {
        byte[] bytes = prefix.BaseAddress.GetAddressBytes();
        for (int bit = prefix.PrefixLength; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        // The very last of an IPv4 network is everybody's.
        if (prefix.PrefixLength < bytes.Length * 8 - 1)
            bytes[^1] &= 0xfe;
        return new IPAddress(bytes);
    }

    static SiteFile? Read(string? path, out ImmutableArray<string> faults)
    {
        faults = [];
        if (path is null)
            return null;
        try
        {
            return SiteFile.Read(path, _ => { });
        }
        catch (FaultyFileException e)
        {
            faults = [.. e.Faults.Select(f => f.ToString())];
        }
        catch (OperationFailedException e)
        {
            faults = [e.Message];
        }
        return null;
    }

    /// <summary>Remarks and the order of keys make no difference.</summary>
    static string Text(SiteFile file) => SiteConfigText.Write(file.Config);

    static (string, DateTimeOffset)? Youngest(IEnumerable<string> files) =>
        files
            .Where(File.Exists)
            .Select(f => (f, (DateTimeOffset)File.GetLastWriteTimeUtc(f)))
            .OrderByDescending(f => f.Item2)
            .Cast<(string, DateTimeOffset)?>()
            .FirstOrDefault();

    static bool HasKernelWireGuard()
    {
        if (Directory.Exists("/sys/module/wireguard"))
            return true;
        string release = Environment.OSVersion.Version.ToString();
        try
        {
            release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
            string[] lists = ["modules.dep", "modules.builtin"];
            return lists
                .Select(list => $"/lib/modules/{release}/{list}")
                .Where(File.Exists)
                .SelectMany(File.ReadLines)
                .Any(line => line.Contains("/wireguard.ko", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }

    static int Setting(string of) =>
        int.TryParse(Sysctl.Read($"net/ipv4/conf/{of}/rp_filter"), out int value) ? value : 0;
}

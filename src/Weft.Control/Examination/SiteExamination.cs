using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// All that can be found out about a site from this host by looking, without sending a packet: what <c>weft doctor</c> goes
/// by. A snapshot. The keys in it belong to whoever asked.
/// </summary>
public sealed record SiteExamination
{
    public required string Interface { get; init; }

    /// <summary>Where the site's file is, or was when it was started; null when nobody knows.</summary>
    public string? Path { get; init; }

    /// <summary>Why the file cannot be used, line by line; empty when it can.</summary>
    public ImmutableArray<string> FileFaults { get; init; } = [];

    /// <summary>The file's permissions; null when it is not there.</summary>
    public UnixFileMode? FileMode { get; init; }

    /// <summary>The file says something else than what its last start made real.</summary>
    public bool IsEdited { get; init; }

    /// <summary>What runs, or what the file would run; null when neither can be read.</summary>
    public SiteConfig? Config { get; init; }

    /// <summary>It was started in this network namespace and not stopped since.</summary>
    public bool IsStarted { get; init; }

    /// <summary>The clock when this was looked at.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The youngest of what this host was given or wrote itself, and when that was.</summary>
    public (string File, DateTimeOffset Written)? Youngest { get; init; }

    public Link? Link { get; init; }

    public DeviceStatus? Device { get; init; }

    /// <summary><c>/dev/net/tun</c> is there.</summary>
    public bool HasTun { get; init; }

    /// <summary>The kernel has WireGuard, loaded or as a module.</summary>
    public bool HasKernelWireGuard { get; init; }

    /// <summary>The program that has the site's UDP port and is not its device; null when none has.</summary>
    public string? PortHolder { get; init; }

    /// <summary>What is no longer as the start made it.</summary>
    public ImmutableArray<SiteDrift> Drift { get; init; } = [];

    /// <summary>What would keep a start from putting that right; null when nothing would.</summary>
    public OperationFailedException? Obstacle { get; init; }

    /// <summary>Somebody watches the links.</summary>
    public bool IsWatched { get; init; }

    /// <summary>Cron or systemd would revive the watcher; null where neither could.</summary>
    public bool? IsRevived { get; init; }

    /// <summary>How the firewall takes others who dial in.</summary>
    public FilterVerdict DialIn { get; init; } = FilterVerdict.Pass;

    /// <summary>How it takes what is forwarded between this site's networks and the tunnel, the first that does not pass.</summary>
    public FilterVerdict Forward { get; init; } = FilterVerdict.Pass;

    /// <summary>The strict reverse-path filter is on for the interface: all or its own.</summary>
    public bool IsReversePathStrict { get; init; }

    /// <summary>Packets that the reverse-path filter has dropped since the host was started.</summary>
    public long ReversePathDrops { get; init; }

    /// <summary>The kernel's count of those now (proc(5), net/netstat): names on one line, numbers on the next.</summary>
    public static long CountReversePathDrops()
    {
        try
        {
            string[][] lines =
            [
                .. File.ReadLines("/proc/net/netstat")
                    .Where(l => l.StartsWith("TcpExt:", StringComparison.Ordinal))
                    .Select(l => l.Split(' ')),
            ];
            int at = lines.Length == 2 ? Array.IndexOf(lines[0], "IPReversePathFilter") : -1;
            return at >= 0 && at < lines[1].Length && long.TryParse(lines[1][at], out long count) ? count : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>This host's own addresses in the networks behind it.</summary>
    public ImmutableArray<IPAddress> LanAddresses { get; init; } = [];

    public ImmutableArray<PeerExamination> Peers { get; init; } = [];
}

/// <summary>What of a <see cref="SiteExamination"/> is about one peer.</summary>
public sealed record PeerExamination
{
    public required PeerSection Section { get; init; }

    /// <summary>Its name in the mesh, or its key.</summary>
    public string Name => Section.Site ?? Section.PublicKey.ToString();

    /// <summary>The tunnel address that answers for it; null when it has none.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>What the device says of it; null when the device does not have it.</summary>
    public PeerStatus? Status { get; init; }

    /// <summary>What its endpoint's name means now; empty when it has none or none was found.</summary>
    public ImmutableArray<IPEndPoint> Resolved { get; init; } = [];

    /// <summary>Why the name does not resolve.</summary>
    public string? NameFault { get; init; }

    /// <summary>Where the device sends, or would send.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>What becomes of packets to the endpoint.</summary>
    public RouteAnswer Outer { get; init; }

    /// <summary>The interface that they leave by.</summary>
    public string? OuterInterface { get; init; }

    /// <summary>How the firewall takes our packets to the endpoint.</summary>
    public FilterVerdict Leaving { get; init; } = FilterVerdict.Pass;

    /// <summary>How it takes the endpoint's answers.</summary>
    public FilterVerdict Coming { get; init; } = FilterVerdict.Pass;

    /// <summary>How it takes what the peer says through the tunnel.</summary>
    public FilterVerdict Inside { get; init; } = FilterVerdict.Pass;

    /// <summary>Prefixes that the file gives to this peer first and to another later, who keeps them.</summary>
    public ImmutableArray<(IPNetwork Prefix, string Keeper)> Lost { get; init; } = [];

    /// <summary>Its networks, and how packets to and from them fare.</summary>
    public ImmutableArray<PrefixExamination> Prefixes { get; init; } = [];
}

/// <summary>A prefix of a peer.</summary>
/// <param name="Prefix">Of its allowed IPs.</param>
/// <param name="Sample">The first address of a host in it.</param>
/// <param name="Last">The last; the same of a single address.</param>
/// <param name="IsNetwork">A network behind the peer, rather than its own address in the tunnel.</param>
public sealed record PrefixExamination(IPNetwork Prefix, IPAddress Sample, IPAddress Last, bool IsNetwork)
{
    /// <summary>Packets to it leave by the tunnel.</summary>
    public required bool GoesByTunnel { get; init; }

    /// <summary>The kernel would refuse packets from it that come by the tunnel.</summary>
    public bool IsRefused { get; init; }
}

using System.Collections.Immutable;
using System.Diagnostics;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// Examines a site and its links layer by layer: looks at the host, asks the peers through the tunnel, and those that stay
/// silent past it. Changes nothing but the counters that its packets move. One thread, that of the <see cref="SiteRunner"/>.
/// </summary>
/// <param name="runner">The host.</param>
/// <param name="progress">Told what goes on when it takes longer.</param>
public sealed class SiteDoctor(SiteRunner runner, Action<string> progress)
{
    /// <param name="name">The interface.</param>
    /// <param name="path">Where the site's file is if it does not run; null when there is none.</param>
    /// <param name="isWanted">Which peers, by name, key and address; others are left out.</param>
    /// <exception cref="OperationFailedException">The host cannot be looked at.</exception>
    public DoctorReport Examine(string name, string? path, Func<PeerExamination, bool> isWanted)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        long begun = Stopwatch.GetTimestamp();
        using UdpTap? tap = HandshakeEar.OpenTap();
        SiteExamination site = runner.Examine(name, path);
        ImmutableArray<PeerExamination> peers = [.. site.Peers.Where(isWanted)];
        bool isUp = site is { IsStarted: true, Link.IsUp: true, Device: not null };
        Dictionary<PublicKey, PeerProbe> probes = [];
        if (isUp && !peers.IsEmpty)
            probes = new PeerProber(runner, site, peers, tap, progress).Probe();
        return new DoctorReport
        {
            Interface = name,
            Site = site.Config?.Interface.Site,
            IsStarted = site.IsStarted,
            IsUp = isUp,
            Faults = SiteJudge.Judge(site),
            Peers = [.. peers.Select(p => Report(site, p, probes.GetValueOrDefault(p.Section.PublicKey)))],
            Took = Stopwatch.GetElapsedTime(begun),
        };
    }

    static PeerReport Report(SiteExamination site, PeerExamination peer, PeerProbe? probe) =>
        new()
        {
            Name = peer.Name,
            PublicKey = peer.Section.PublicKey,
            IsExamined = probe is not null,
            Fault = new PeerJudge(site, peer, probe).Judge(),
            HandshakeAge = PeerJudge.Age(
                (probe?.After ?? peer.Status)?.LastHandshake ?? default,
                DateTimeOffset.UtcNow
            ),
            RoundTrip = probe?.RoundTrip,
            Mtu = probe?.Fits is > 0 ? probe.Fits : null,
        };
}

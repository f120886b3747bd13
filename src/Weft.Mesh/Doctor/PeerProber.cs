using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Mesh;

/// <summary>
/// Asks all peers of a running site at once: through the tunnel, and those that do not answer there past it, by datagrams
/// that mean nothing to their endpoints. When all is well it takes as long as the slowest answer. One thread.
/// </summary>
sealed class PeerProber(
    SiteRunner runner,
    SiteExamination site,
    ImmutableArray<PeerExamination> peers,
    UdpTap? tap,
    Action<string> progress
)
{
    /// <summary>A tunnel that slept shakes hands first, and a message of that may be lost.</summary>
    static readonly TimeSpan s_reach = TimeSpan.FromSeconds(1.2);

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(0.8);

    /// <summary>Of a host that answers an echo a second.</summary>
    static readonly TimeSpan s_patienceWithSeldom = TimeSpan.FromSeconds(1.5);

    static readonly TimeSpan s_again = TimeSpan.FromSeconds(0.2);

    /// <summary>A device repeats its initiation every 5 s and a little (REKEY_TIMEOUT): both ends have called by then.</summary>
    static readonly TimeSpan s_listen = TimeSpan.FromSeconds(6);

    /// <summary>A peer that hears something says so within 10 s (KEEPALIVE_TIMEOUT), whatever it thinks of it.</summary>
    static readonly TimeSpan s_listenToSession = TimeSpan.FromSeconds(11.5);

    /// <summary>Sizes of packets that are tried where full ones do not come back.</summary>
    const int SmallestTried = 576;
    const int SizeStep = 4;
    const int CoarseStep = 32;

    readonly HandshakeEar _ear = new(tap, site);
    readonly long _begun = Stopwatch.GetTimestamp();
    readonly Dictionary<PublicKey, PeerProbe> _probes = peers.ToDictionary(
        p => p.Section.PublicKey,
        p => new PeerProbe { Before = p.Status }
    );

    /// <exception cref="OperationFailedException">The host cannot be looked at.</exception>
    internal Dictionary<PublicKey, PeerProbe> Probe()
    {
        try
        {
            Reach(s_reach);
            Deepen();
            if (peers.Any(IsSilent))
            {
                AskSilent();
                Deepen();
            }
        }
        catch (KernelRefusedException e)
        {
            throw new OperationFailedException(
                $"{site.Interface} went away while it was examined: {e.Message}",
                $"See: weft status {site.Interface}.",
                e
            );
        }
        Conclude();
        return _probes;
    }

    bool IsSilent(PeerExamination peer) => this[peer].RoundTrip is null;

    PeerProbe this[PeerExamination peer]
    {
        get => _probes[peer.Section.PublicKey];
        set => _probes[peer.Section.PublicKey] = value;
    }

    /// <summary>A small echo of each tunnel address that has not answered yet.</summary>
    void Reach(TimeSpan patience)
    {
        ImmutableArray<PeerExamination> asked = [.. peers.Where(p => p.Address is not null && IsSilent(p))];
        List<EchoQuestion> questions = [.. asked.Select(p => new EchoQuestion(p.Address!))];
        using (EchoSocket socket = EchoSocket.Open(site.Interface, withErrors: true))
            EchoRound.Ask(socket, questions, patience, s_again);
        for (int i = 0; i < asked.Length; i++)
        {
            if (questions[i].IsAnswered)
                this[asked[i]] = this[asked[i]] with { RoundTrip = questions[i].RoundTrip };
        }
    }

    /// <summary>Full packets, networks behind, and from this site's own network: of peers that answer.</summary>
    void Deepen()
    {
        ImmutableArray<PeerExamination> asked = [.. peers.Where(p => !IsSilent(p) && this[p].Fits is null)];
        if (asked.IsEmpty)
            return;
        int full = site.Link!.Mtu;
        List<(PeerExamination Peer, EchoQuestion Full)> sizes = [];
        List<(PeerExamination Peer, PrefixExamination Network, EchoQuestion Question)> networks = [];
        foreach (PeerExamination peer in asked)
        {
            sizes.Add((peer, new EchoQuestion(peer.Address!, full)));
            networks.AddRange(
                peer.Prefixes.Where(n => n is { IsNetwork: true, Prefix.PrefixLength: > 0 })
                    // One hop: whoever would pass it on beyond the far end says so, whether or not somebody has the address.
                    .Select(n => (peer, n, new EchoQuestion(n.Last, EchoQuestion.Small, hops: 1)))
            );
        }
        List<EchoQuestion> all = [.. sizes.Select(s => s.Full), .. networks.Select(n => n.Question)];
        using (EchoSocket socket = EchoSocket.Open(site.Interface, withErrors: true))
            EchoRound.Ask(socket, all, s_patience, s_again);
        foreach ((PeerExamination peer, EchoQuestion question) in sizes)
            this[peer] = this[peer] with { Fits = question.IsAnswered ? full : LargestThatFits(peer.Address!, full) };
        foreach ((PeerExamination peer, PrefixExamination network, EchoQuestion question) in networks)
        {
            NetworkProbe found = new(network, question.Reply?.From, question.Reply?.Error);
            this[peer] = this[peer] with { Networks = this[peer].Networks.Add(found) };
        }
        AskFromLan(asked);
    }

    /// <summary>As a host of this site's network would ask: the peer answers only if it knows that network.</summary>
    void AskFromLan(ImmutableArray<PeerExamination> asked)
    {
        foreach (IPAddress source in site.LanAddresses.DistinctBy(a => a.AddressFamily))
        {
            ImmutableArray<PeerExamination> same =
            [
                .. asked.Where(p => p.Address!.AddressFamily == source.AddressFamily),
            ];
            List<EchoQuestion> questions = [.. same.Select(p => new EchoQuestion(p.Address!))];
            using (EchoSocket socket = EchoSocket.Open(site.Interface, source, withErrors: true))
                EchoRound.Ask(socket, questions, s_patienceWithSeldom, s_again);
            for (int i = 0; i < same.Length; i++)
                this[same[i]] = this[same[i]] with { LanSource = source, AnswersLan = questions[i].IsAnswered };
        }
    }

    /// <summary>
    /// Many sizes at once, first in large steps and then in small ones; 0 when none comes back. A host that answers only so
    /// many echoes a second looks the same as a narrow way, so the next larger size is asked by itself.
    /// </summary>
    int LargestThatFits(IPAddress address, int full)
    {
        int largest = Largest(address, SmallestTried, full, CoarseStep);
        if (largest > 0)
            largest = Math.Max(largest, Largest(address, largest, largest + CoarseStep, SizeStep));
        int next = largest == 0 ? SmallestTried : largest + SizeStep;
        if (next >= full || !ComesBack(address, next))
            return largest;
        return ComesBack(address, full) ? full : LargestOneByOne(address, next, full);
    }

    int LargestOneByOne(IPAddress address, int fits, int fails)
    {
        while (fails - fits > SizeStep)
        {
            int size = fits + Math.Max(SizeStep, (fails - fits) / 2 / SizeStep * SizeStep);
            if (ComesBack(address, size))
                fits = size;
            else
                fails = size;
        }
        return fits;
    }

    bool ComesBack(IPAddress address, int size)
    {
        List<EchoQuestion> questions = [new EchoQuestion(address, size)];
        using EchoSocket socket = EchoSocket.Open(site.Interface, withErrors: true);
        EchoRound.Ask(socket, questions, s_patienceWithSeldom, s_again);
        return questions[0].IsAnswered;
    }

    int Largest(IPAddress address, int from, int below, int step)
    {
        List<EchoQuestion> questions = [];
        for (int size = from; size < below; size += step)
            questions.Add(new EchoQuestion(address, size));
        using EchoSocket socket = EchoSocket.Open(site.Interface, withErrors: true);
        EchoRound.Ask(socket, questions, s_patience, s_again);
        return questions.Where(q => q.IsAnswered).Select(q => q.Length).DefaultIfEmpty().Max();
    }

    /// <summary>Past the tunnel, until it is clear what keeps them silent or nothing more is to be expected.</summary>
    void AskSilent()
    {
        using EndpointProbes outside = new(
            site.Device!.FirewallMark,
            [.. peers.Where(IsSilent).Select(p => p.Endpoint).OfType<IPEndPoint>().Distinct()]
        );
        bool isTold = false;
        while (true)
        {
            outside.Ask(s_again);
            Note(outside);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(_begun);
            ImmutableArray<PeerExamination> open = [.. peers.Where(p => IsSilent(p) && IsOpen(p, elapsed))];
            if (open.IsEmpty)
                break;
            if (!isTold && elapsed > TimeSpan.FromSeconds(2))
            {
                isTold = true;
                double left = open.Max(Patience).TotalSeconds - elapsed.TotalSeconds;
                progress($"{Who(open)} silent: listening for {Math.Ceiling(left):0} s more");
            }
            Reach(s_again);
        }
        // What was heard last may be answered by now.
        Reach(s_again);
        Note(outside);
    }

    void Note(EndpointProbes outside)
    {
        _ear.Listen();
        foreach (PeerExamination peer in peers.Where(IsSilent))
            this[peer] = outside.Complete(this[peer] with { Heard = [.. _ear.Of(peer)] }, peer.Endpoint);
    }

    static string Who(ImmutableArray<PeerExamination> open) =>
        open.Length == 1 ? $"{open[0].Name} is" : $"{open.Length} peers are";

    bool IsOpen(PeerExamination peer, TimeSpan elapsed)
    {
        PeerProbe probe = this[peer];
        bool isClear =
            probe.Refused is not null
            || !probe.Refusals.IsEmpty
            || peer.Leaving.Drops
            || peer.Coming.Drops
            || peer.Outer.Kind is null or not Linux.Netlink.RouteKind.Unicast && peer.Endpoint is not null
            || peer.OuterInterface == site.Interface
            || PeerJudge.HasMoved(peer)
            || probe.Heard.Any(h => !h.IsOurs && h.Kind != DatagramKind.Cookie)
            || HasSpoken(peer);
        return !isClear && elapsed < Patience(peer);
    }

    static TimeSpan Patience(PeerExamination peer) =>
        peer.Status is { } status && PeerJudge.IsFresh(status.LastHandshake, DateTimeOffset.UtcNow)
            ? s_listenToSession
            : s_listen;

    bool HasSpoken(PeerExamination peer) => PeerJudge.HasSpoken(this[peer] with { After = Now(peer) });

    PeerStatus? Now(PeerExamination peer) =>
        runner.Device(site.Interface)?.Peers.FirstOrDefault(p => p.PublicKey == peer.Status?.PublicKey);

    void Conclude()
    {
        DeviceStatus? device = runner.Device(site.Interface);
        long drops = SiteExamination.CountReversePathDrops() - site.ReversePathDrops;
        TimeSpan waited = Stopwatch.GetElapsedTime(_begun);
        foreach (PeerExamination peer in peers)
        {
            this[peer] = this[peer] with
            {
                After = device?.Peers.FirstOrDefault(p => p.PublicKey == peer.Status?.PublicKey),
                ReversePathDrops = drops,
                Waited = waited,
                Listened = _ear.Listens,
                Detours =
                [
                    .. peer
                        .Prefixes.Where(p => !p.GoesByTunnel)
                        .Select(p => (p.Prefix, runner.FindWay(p.Sample, null, null, Outage))),
                ],
            };
        }
    }

    LinkOutage? Outage(string name, PublicKey key, string peer)
    {
        WatchNotes? notes = WatchNotes.Read(runner.WatchFolderOf(name), _ => { });
        return new LinkOutages(notes).Of(key, peer, MachineBoot.Age, DateTimeOffset.UtcNow);
    }
}

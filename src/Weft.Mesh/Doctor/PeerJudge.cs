using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Linux.Netlink;
using Weft.Protocol;

namespace Weft.Mesh;

/// <summary>Names the first layer of a link that fails, how that is known, and what to do. Pure.</summary>
/// <param name="site">The host, as it was found.</param>
/// <param name="peer">Whose link.</param>
/// <param name="probe">What asking it has shown; null when the site does not run.</param>
sealed class PeerJudge(SiteExamination site, PeerExamination peer, PeerProbe? probe)
{
    static readonly TimeSpan s_sessionLife = TimeSpan.FromSeconds(180);

    readonly PeerWords _words = new(site, peer, probe);

    /// <summary>Null when nothing fails, or nothing could be asked.</summary>
    internal Diagnosis? Judge()
    {
        if (probe is null)
            return Name() ?? Out();
        return (peer.Status is null ? Unknown() : null)
            ?? (IsAlive() ? new AliveJudge(site, peer, probe, _words).Judge() : Silent());
    }

    /// <summary>Since the handshake; null when there was none. A clock that was set back makes no negative age.</summary>
    internal static TimeSpan? Age(HandshakeTime handshake, DateTimeOffset now)
    {
        if (handshake.IsNever)
            return null;
        TimeSpan age = now - DateTimeOffset.FromUnixTimeSeconds(handshake.Seconds);
        return age < TimeSpan.Zero ? TimeSpan.Zero : age;
    }

    /// <summary>
    /// Something of it was accepted since, so the link is alive, whatever it says of echoes. Initiations, which are counted as
    /// well, show that it can reach us and not that it hears us.
    /// </summary>
    internal static bool HasSpoken(PeerProbe probe)
    {
        if (probe is not { Before: { } before, After: { } after })
            return false;
        const int initiationLength = 148;
        int initiations = probe.Heard.Count(h => h is { IsOurs: false, Kind: DatagramKind.Initiation });
        return after.LastHandshake != before.LastHandshake
            || after.ReceivedBytes > before.ReceivedBytes + (ulong)(initiationLength * initiations);
    }

    /// <summary>Its name means something else than where the device sends.</summary>
    internal static bool HasMoved(PeerExamination peer) =>
        peer.Section.Endpoint is { } line
        && line.AsAddress() is null
        && !peer.Resolved.IsEmpty
        && peer.Status?.Endpoint is { } sent
        && !peer.Resolved.Contains(sent);

    internal static bool IsFresh(HandshakeTime handshake, DateTimeOffset now) =>
        Age(handshake, now) is { } age && age <= s_sessionLife;

    /// <summary>
    /// It answers, or something of it was accepted while it was asked. Of a peer that has no address to ask, only its
    /// handshakes tell.
    /// </summary>
    bool IsAlive()
    {
        if (probe!.RoundTrip is not null || HasSpoken(probe))
            return true;
        return peer.Address is null && probe.After is { LastHandshake.IsNever: false };
    }

    Diagnosis Unknown() =>
        _words.Found(
            Layer.Keys,
            $"{site.Interface} does not know {peer.Name}",
            [$"the device has no peer with the key {peer.Section.PublicKey}"],
            $"weft start {site.Interface} adds it."
        );

    Diagnosis? Silent() =>
        _words.Drifted(DriftKind.Keys, Layer.Keys, "is not known by the keys of the file")
        ?? Name()
        ?? Out()
        ?? In()
        ?? new SilenceJudge(site, peer, probe!, _words).Judge();

    Diagnosis? Name()
    {
        if (peer.Section.Endpoint is not { } line || line.AsAddress() is not null)
            return null;
        if (peer.NameFault is { } fault && peer.Endpoint is null)
        {
            return _words.Found(
                Layer.Name,
                $"nobody knows where {line.Host} is",
                [$"its name does not resolve: {fault}"],
                "Mend the name server (/etc/resolv.conf) or the name; until then an address does as Endpoint."
            );
        }
        bool isOwn = peer.Outer.Kind == RouteKind.Local;
        if (isOwn)
            return Own(Layer.Name, $"{line.Host} means {peer.Endpoint?.Address}, which is an address of this host");
        if (probe is null || !HasMoved(peer))
            return null;
        return _words.Found(
            Layer.Name,
            $"{line.Host} has moved, and the device still sends to where it was",
            [
                $"the name means {string.Join(", ", peer.Resolved)} now, the device sends to {peer.Status?.Endpoint}",
                _words.Unanswered(),
            ],
            site.Config?.Interface.Check is null
                ? $"weft start {site.Interface} looks it up again; with '# Weft.Check = 10' the watcher does so by itself."
                : $"The watcher looks it up within half a minute; weft start {site.Interface} does it at once."
        );
    }

    Diagnosis Own(Layer layer, string what) =>
        _words.Found(
            layer,
            $"what is for {peer.Name} is sent to this host itself",
            [what],
            "Set its Endpoint, or the name, to the address of the peer."
        );

    Diagnosis? Out()
    {
        if (peer.Endpoint is not { } endpoint)
            return null;
        if (peer.Outer.Kind == RouteKind.Local)
            return Own(Layer.UdpOut, $"the endpoint {endpoint} is an address of this host");
        if (peer.Outer.Kind != RouteKind.Unicast)
        {
            string why = peer.Outer.Kind switch
            {
                null => "no route leads there (network unreachable)",
                RouteKind.Blackhole => "a blackhole route swallows it",
                RouteKind.Prohibit => "a route forbids it (prohibit)",
                _ => "a route refuses it (unreachable)",
            };
            return _words.Found(
                Layer.UdpOut,
                $"packets cannot leave for {endpoint.Address}",
                [$"the kernel says of {endpoint.Address}: {why}"],
                $"See: ip route get {endpoint.Address}. Is the line to the internet up, and its default route there?"
            );
        }
        if (peer.OuterInterface == site.Interface)
        {
            return _words.Found(
                Layer.UdpOut,
                "the tunnel's own packets are sent into the tunnel",
                [$"the route to the endpoint {endpoint.Address} leaves by {site.Interface} itself"],
                $"Its endpoint lies in somebody's AllowedIPs, or a route was added: ip route get {endpoint.Address}."
            );
        }
        if (peer.Leaving.Drops)
            return _words.Found(
                Layer.UdpOut,
                "this host's firewall drops what we send",
                PeerWords.Rule(peer.Leaving),
                FreeOut(endpoint)
            );
        if (probe?.Refused == Linux.Errno.EPERM || IsSwallowed())
        {
            ImmutableArray<string> evidence =
            [
                probe!.Refused is null
                    ? "the device counts what it sends, but none of it leaves by any interface"
                    : $"a datagram to {endpoint} is refused by this host: operation not permitted (EPERM)",
                .. PeerWords.Rule(peer.Leaving),
            ];
            return _words.Found(Layer.UdpOut, "this host's firewall drops what we send", evidence, FreeOut(endpoint));
        }
        return probe is null ? null : Refused(endpoint);
    }

    /// <summary>Initiations were sent, and none was heard to leave.</summary>
    bool IsSwallowed() =>
        probe is { Listened: true }
        && _words.Initiations >= 1
        && !probe.Heard.Any(h => h.IsOurs)
        && peer.Leaving.Passes is null;

    Diagnosis? Refused(IPEndPoint endpoint)
    {
        foreach (Linux.UdpRefusal refusal in probe!.Refusals)
        {
            bool isOwn = refusal.From.Equals(peer.Outer.Way?.PreferredSource);
            string who =
                isOwn ? $"this host itself ({refusal.From})"
                : refusal.From.Equals(endpoint.Address) ? $"{refusal.From} itself"
                : $"the router {refusal.From}";
            string seen = $"{who} answers ICMP '{refusal.Error}' to UDP for {endpoint}";
            if (refusal.Error.IsTooBig || refusal.Error.IsExpired)
                continue;
            return refusal.Error switch
            {
                { IsPortUnreachable: true } => _words.Found(
                    Layer.UdpOut,
                    $"nobody listens at {endpoint}",
                    [seen, _words.Unanswered()],
                    "Start the site there, or set the port right that it listens on (ListenPort there, Endpoint here)."
                ),
                { IsProhibited: true } => _words.Found(
                    Layer.UdpOut,
                    $"a firewall refuses what we send to {endpoint}",
                    [seen, _words.Unanswered()],
                    isOwn ? FreeOut(endpoint) : $"Let UDP to port {endpoint.Port} through at {refusal.From}."
                ),
                _ when isOwn => _words.Found(
                    Layer.UdpOut,
                    $"nobody has the address {Next(endpoint)} at {peer.OuterInterface}",
                    [seen, _words.Unanswered()],
                    $"Is that line up, and the address right? See: ip neighbour show dev {peer.OuterInterface}."
                ),
                _ => _words.Found(
                    Layer.UdpOut,
                    $"the way to {endpoint.Address} ends at {refusal.From}",
                    [seen, _words.Unanswered()],
                    "Is that site's line up, and the address right?"
                ),
            };
        }
        return null;
    }

    /// <summary>Who is to take the packets from this host: a gateway, or the peer where it is on the same wire.</summary>
    IPAddress Next(IPEndPoint endpoint) => peer.Outer.Way?.Gateway ?? endpoint.Address;

    Diagnosis? In()
    {
        if (peer.Coming.Drops)
        {
            return _words.Found(
                Layer.UdpIn,
                "this host's firewall drops what comes back",
                [.. PeerWords.Rule(peer.Coming), _words.Unanswered()],
                FreeIn()
            );
        }
        bool isHeard = probe!.Heard.Any(h => !h.IsOurs);
        if (isHeard && probe.ReversePathDrops > 0)
        {
            return _words.Found(
                Layer.ReversePath,
                "the kernel drops what comes back, since it comes in by another interface than it would leave by",
                [
                    $"handshakes from {peer.Endpoint?.Address} are heard on the wire, and the reverse-path filter dropped"
                        + $" {probe.ReversePathDrops} packets meanwhile (IPReversePathFilter)",
                ],
                "Make the routes meet, or loosen the filter: sysctl -w net.ipv4.conf.all.rp_filter=2."
            );
        }
        if (isHeard && peer.Coming.Passes is null)
        {
            return _words.Found(
                Layer.UdpIn,
                "this host's firewall seems to drop what comes back",
                [
                    $"handshakes from {peer.Endpoint?.Address} are heard on the wire, and the device gets none",
                    .. PeerWords.Rule(peer.Coming),
                ],
                FreeIn()
            );
        }
        return null;
    }

    static string FreeOut(IPEndPoint endpoint) => $"Let UDP to {endpoint} out, or to port {endpoint.Port} at large.";

    string FreeIn() =>
        $"Let UDP to port {site.Device?.ListenPort} in; weft start {site.Interface} puts its own rules first.";
}

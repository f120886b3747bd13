using System.Globalization;
using System.Net;
using Weft.Config;
using Weft.Control;

namespace Weft.Mesh;

/// <summary>A link is alive; what keeps from it that which is to go through it? Pure.</summary>
sealed class AliveJudge(SiteExamination site, PeerExamination peer, PeerProbe probe, PeerWords words)
{
    internal Diagnosis? Judge() =>
        AllowedIps() ?? (probe.RoundTrip is null && peer.Address is not null ? Echoless() : null) ?? Through();

    Diagnosis? AllowedIps()
    {
        if (!peer.Lost.IsEmpty)
        {
            (IPNetwork prefix, string keeper) = peer.Lost[0];
            return words.Found(
                Layer.AllowedIps,
                $"{prefix} is given to {keeper} as well, who keeps it",
                [
                    $"the file has {string.Join(", ", peer.Lost.Select(l => l.Prefix))} among the AllowedIPs of both"
                        + $" {peer.Name} and {keeper}; a device gives a prefix to the last of them alone",
                ],
                "Give each prefix to one peer; of two sites with the same network, one has to change it."
            );
        }
        return words.Drifted(DriftKind.AllowedIps, Layer.AllowedIps, "has other allowed IPs than the file gives it");
    }

    /// <summary>It is alive, and yet no echo comes back.</summary>
    Diagnosis? Echoless()
    {
        string alive = $"the device accepted packets of {peer.Name} meanwhile, but no echo of {peer.Address} came";
        if (peer.Prefixes.FirstOrDefault(p => p.Sample.Equals(peer.Address)) is { IsRefused: true })
            return Filtered(peer.Address!.ToString(), alive);
        if (peer.Inside.Drops)
        {
            return words.Found(
                Layer.Firewall,
                $"this host's firewall drops what {peer.Name} says through the tunnel",
                [.. PeerWords.Rule(peer.Inside), alive],
                $"weft start {site.Interface} puts its own rules first; else let in what comes by {site.Interface}."
            );
        }
        ulong received = probe.After!.ReceivedBytes - probe.Before!.ReceivedBytes;
        // An echo is 96 bytes or more in the tunnel's own packets, and an empty keepalive 32.
        if (received >= 96 * 3 && peer.Inside.Passes is null)
        {
            return words.Found(
                Layer.Firewall,
                $"this host's firewall seems to drop what {peer.Name} says through the tunnel",
                [alive, .. PeerWords.Rule(peer.Inside)],
                $"Let in what comes by {site.Interface}."
            );
        }
        string mine = string.Join(", ", site.Config?.Interface.Addresses.Select(a => a.Address.ToString()) ?? []);
        return words.Found(
            Layer.AllowedIps,
            $"{peer.Name} drops what comes to it through the tunnel",
            [alive, "so keys and ways are good, and what is inside is refused there"],
            $"At {peer.Name}, AllowedIPs of this site must have {mine}, and its firewall must let in what comes by the tunnel."
        );
    }

    Diagnosis Filtered(string from, string seen) =>
        words.Found(
            Layer.ReversePath,
            $"the kernel refuses packets from {from} that come by {site.Interface}",
            [$"rp_filter is strict (1), and the way back to {from} does not leave by {site.Interface}", seen],
            $"Make the route right (weft route {from}), or: sysctl -w net.ipv4.conf.{site.Interface}.rp_filter=2"
                + " (the larger of 'all' and the interface's counts, so 0 there is not enough)."
        );

    Diagnosis? Through()
    {
        if (probe.AnswersLan == false)
        {
            return words.Found(
                Layer.AllowedIps,
                $"{peer.Name} does not let this site's network through",
                [$"{peer.Address} answers to our tunnel address, but not to {probe.LanSource}"],
                $"At {peer.Name}, AllowedIPs of this site must have its network (and no other peer there), with a route to it."
            );
        }
        bool routed = site.Config?.Interface.Table.Kind == RouteTableKind.Auto;
        if (peer.Prefixes.FirstOrDefault(p => p is { IsRefused: true, GoesByTunnel: true }) is { } martian)
            return Filtered(martian.Prefix.ToString(), $"the kernel refuses a packet from {martian.Sample}");
        foreach ((IPNetwork prefix, Way way) in probe.Detours)
        {
            if (!routed || way.Verdict is WayVerdict.AsConfigured or WayVerdict.NotOurs)
                continue;
            bool isRefused = peer.Prefixes.Any(p => p.Prefix == prefix && p.IsRefused);
            return words.Found(
                Layer.Route,
                $"packets to {prefix} do not take the tunnel",
                [
                    $"{way.Summary}",
                    .. way.Reasons,
                    .. isRefused
                        ? [$"and rp_filter is strict, so what comes from there by {site.Interface} is dropped"]
                        : (string[])[],
                ],
                $"See: weft route {way.Destination}. weft start {site.Interface} puts routes of its own right."
            );
        }
        return Mtu() ?? Lan();
    }

    Diagnosis? Mtu()
    {
        int full = site.Link!.Mtu;
        if (probe.Fits is not { } fits || fits >= full)
            return null;
        string seen =
            fits == 0
                ? $"a packet of {full} bytes does not come back through the tunnel, nor does any other that was tried"
                : $"a packet of {fits} bytes comes back through the tunnel, one of {full} does not";
        int advised = Math.Max(fits, 1280);
        return words.Found(
            Layer.Mtu,
            "large packets are lost on the way",
            [
                seen,
                $"the MTU of {site.Interface} is {full}; packets that are too large for the way are cut in pieces, which somebody drops",
            ],
            string.Create(
                CultureInfo.InvariantCulture,
                $"Set MTU = {advised} in [Interface] at both ends, and weft start {site.Interface}."
            )
        );
    }

    Diagnosis? Lan()
    {
        foreach (NetworkProbe network in probe.Networks)
        {
            if (network.IsReached)
                continue;
            IPNetwork prefix = network.Network.Prefix;
            string seen = network.Error is { } error
                ? $"{network.From} answers ICMP '{error}' for {network.Network.Last}"
                : $"a packet for {network.Network.Last} that may pass one host only is answered by nobody, where one who passes it on would say so";
            return words.Found(
                Layer.Lan,
                $"{peer.Name} does not pass on what is for {prefix}",
                [$"{peer.Address} answers through the tunnel", seen],
                network.Error is { IsProhibited: true }
                    ? "Let it be forwarded by the firewall there."
                    : $"At {peer.Name}: is forwarding on (net.ipv4.ip_forward), the network's interface up, and the firewall open for it?"
            );
        }
        return null;
    }
}

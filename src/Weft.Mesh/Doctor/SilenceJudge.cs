using System.Globalization;
using Weft.Control;
using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Mesh;

/// <summary>
/// What is left when names, ways and firewalls are well and a peer is silent all the same: the handshake itself. WireGuard
/// answers nobody whom it does not know, so only what is heard of the other side tells a wrong key from a dead line. Pure.
/// </summary>
sealed class SilenceJudge(SiteExamination site, PeerExamination peer, PeerProbe probe, PeerWords words)
{
    /// <summary>Two clocks may differ; one that nobody has set is years behind.</summary>
    static readonly TimeSpan s_clockSlack = TimeSpan.FromHours(1);

    PublicKey Key => peer.Section.PublicKey;

    string Compare =>
        $"weft status prints each site's own key, and 'wg show {site.Interface} peers' those that it has of others";

    internal Diagnosis Judge() => Initiation() ?? Response() ?? Cookie() ?? Nothing();

    /// <summary>It calls us, and our device does not answer, or not to its liking.</summary>
    Diagnosis? Initiation()
    {
        foreach (HeardHandshake heard in probe.Heard.Where(h => h is { IsOurs: false, Content: not null }).Reverse())
        {
            OverheardInitiation content = heard.Content!;
            string came = $"an initiation came in from {heard.Other}";
            if (!content.IsForUs)
            {
                return words.Found(
                    Layer.Keys,
                    $"{peer.Name} has another public key for this site",
                    [$"{came} that was made for another public key than ours, {site.Device?.PublicKey}"],
                    $"Put this site's public key into the file there. {Compare}."
                );
            }
            if (content.Initiator is { } claimed && claimed != Key)
            {
                return words.Found(
                    Layer.Keys,
                    $"{peer.Name} has another key than this site's file says",
                    [$"{came} that bears the key {claimed}", $"the file has {Key} for {peer.Name}"],
                    $"Put the right one into the files of the others: bring them those of the last weft makeconf. {Compare}."
                );
            }
            if (content is { Sent: { } sent, Initiator: not null } && !HasAnswered(heard))
            {
                string clock = sent.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
                return words.Found(
                    Layer.Clock,
                    $"the clock of {peer.Name} seems to have gone back",
                    [
                        $"{came} with the right keys, sent at {clock} UTC by its clock"
                            + (
                                (site.Now - sent).Duration() > s_clockSlack
                                    ? $", where ours says {site.Now:yyyy-MM-dd HH:mm:ss}"
                                    : ""
                            ),
                        "the device does not answer it, as it answers none that is not younger than all before",
                    ],
                    $"Set the clock there; until it has passed the old time, weft restart {site.Interface} here forgets that."
                );
            }
            if (HasAnswered(heard))
            {
                return words.Found(
                    Layer.Keys,
                    $"{peer.Name} and this site shake hands and do not agree",
                    [$"{came} with the right keys and was answered, and yet no session came of it"],
                    "The preshared keys differ, or our answers do not reach it. "
                        + "Bring both sites the files of the same weft makeconf; PresharedKey must be the same in both."
                );
            }
        }
        return null;
    }

    bool HasAnswered(HeardHandshake initiation) =>
        probe.Heard.SkipWhile(h => h != initiation).Any(h => h is { IsOurs: true, Kind: DatagramKind.Response });

    /// <summary>It answers us, and our device cannot open the answer.</summary>
    Diagnosis? Response()
    {
        if (probe.Heard.FirstOrDefault(h => h is { IsOurs: false, Kind: DatagramKind.Response }) is not { } response)
            return null;
        return words.Found(
            Layer.Keys,
            $"the preshared key of {peer.Name} is another one there",
            [
                $"{response.Other} answers our initiations, so both know each other's public key",
                "the device cannot open the answer: what else goes into it is the preshared key",
            ],
            "Bring both sites the files of the same weft makeconf; PresharedKey must be the same in both."
        );
    }

    Diagnosis? Cookie() =>
        probe.Heard.Any(h => h is { IsOurs: false, Kind: DatagramKind.Cookie })
            ? words.Found(
                Layer.Handshake,
                $"{peer.Name} is flooded",
                ["it answers an initiation with a cookie, as a device under load does, and then does not go on"],
                "Wait, and see who floods it. It did read our initiation, so its public key is right."
            )
            : null;

    Diagnosis Nothing()
    {
        if (peer.Endpoint is null)
        {
            return words.Found(
                Layer.Handshake,
                $"{peer.Name} has not called yet, and nobody can call it: it has no endpoint",
                [words.Unanswered(), Listened("no initiation of it came in by any interface")],
                $"Look at {peer.Name}: does it run, and know where this site is? A site behind NAT has to dial out and keep alive."
            );
        }
        if (probe.SignOfLife is { } sign)
        {
            return words.Found(
                Layer.Keys,
                $"{peer.Name} drops what we send, without a word",
                [words.Unanswered(), sign, Listened("no handshake of it came in by any interface")],
                $"Most likely a public key differs ({Compare}), or a firewall there or on the way drops UDP to port"
                    + $" {peer.Endpoint.Port}; a clock that went back here has the same effect. weft doctor there tells which."
            );
        }
        return words.Found(
            Layer.Handshake,
            $"nothing at all comes back from {peer.Endpoint.Address}",
            [
                words.Unanswered(),
                $"it answers no ping and no other UDP port, and no router says why",
                Listened("no handshake of it came in by any interface"),
                peer.NameFault is { } fault ? $"its name does not resolve now: {fault}" : "",
            ],
            "Is that site up, and its line? Is the address still its own? What is between may drop it both ways; weft doctor there tells more."
        );
    }

    string Listened(string what) =>
        probe.Listened ? $"{what} while we listened for {Math.Floor(probe.Waited.TotalSeconds):0} s" : "";
}

using System.Collections.Immutable;
using System.Globalization;
using Weft.Config;
using Weft.Control;
using Weft.Protocol;

namespace Weft.Mesh;

/// <summary>Facts of a silent link in words. Pure.</summary>
/// <param name="site">The host.</param>
/// <param name="peer">Whose link.</param>
/// <param name="probe">What asking it has shown.</param>
sealed class PeerWords(SiteExamination site, PeerExamination peer, PeerProbe? probe)
{
    /// <summary>Without a session, all that is sent are initiations.</summary>
    const int InitiationLength = 148;

    PeerStatus? Now => probe?.After ?? peer.Status;

    /// <summary>Initiations that the device sent: heard to leave, or told by its counter.</summary>
    internal long Initiations =>
        probe is null ? 0
        : Now is { LastHandshake.IsNever: true } never ? (long)(never.SentBytes / InitiationLength)
        : probe.Heard.Count(h => h is { IsOurs: true, Kind: DatagramKind.Initiation });

    /// <summary>How silent it is; empty when nothing can be said.</summary>
    internal string Unanswered()
    {
        if (probe is null || Now is not { } now)
            return "";
        string last = PeerJudge.Age(now.LastHandshake, site.Now + probe.Waited) is { } age
            ? $"the last handshake was {Lasting(age)} ago"
            : "there was no handshake yet";
        return Initiations == 0
            ? last
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{last}; {Initiations} initiation{(Initiations == 1 ? "" : "s")} sent{(now.LastHandshake.IsNever ? "" : " meanwhile")}, none answered"
            );
    }

    internal Diagnosis Found(Layer layer, string text, ImmutableArray<string> evidence, string remedy) =>
        new(layer, peer.Name, text, [.. evidence.Where(e => e.Length > 0)], remedy);

    /// <summary>What of the peer is no longer as the start made it; null when nothing of this kind is.</summary>
    internal Diagnosis? Drifted(DriftKind kind, Layer layer, string what)
    {
        ImmutableArray<string> evidence =
        [
            .. site.Drift.Where(d => d.Kind == kind && d.Peer == peer.Section.PublicKey).Select(d => d.Text),
        ];
        return evidence.IsEmpty
            ? null
            : Found(layer, $"{peer.Name} {what}", evidence, $"weft start {site.Interface} puts it right.");
    }

    internal static ImmutableArray<string> Rule(FilterVerdict verdict) =>
        verdict switch
        {
            { Rule: null } => [],
            { Drops: true } => [$"{verdict.Rule}"],
            _ => [$"this rule may be the one: {verdict.Rule}"],
        };

    internal static string Lasting(TimeSpan time) =>
        time.TotalSeconds < 120 ? Number(time.TotalSeconds, "s")
        : time.TotalMinutes < 120 ? Number(time.TotalMinutes, "min")
        : time.TotalHours < 48 ? Number(time.TotalHours, "h")
        : Number(time.TotalDays, "days");

    static string Number(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value):0} {unit}");
}

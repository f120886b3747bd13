using System.Globalization;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// Decides whether a link is up from what each check of it finds. Pure: the state of before, the evidence, the time and
/// the rules give the state of after. The rules in words stand in docs/watch.md; wg.sh follows the same.
/// </summary>
static class LinkPolicy
{
    /// <summary>A session lives for so long after its handshake (REJECT_AFTER_TIME).</summary>
    static readonly TimeSpan s_sessionLife = TimeSpan.FromSeconds(180);

    /// <param name="state">As the check before left it.</param>
    /// <param name="evidence">What this check found.</param>
    /// <param name="now">Time since the machine started.</param>
    /// <param name="rules">When is down, when is up.</param>
    internal static LinkVerdict Judge(LinkState state, LinkEvidence evidence, TimeSpan now, LinkRules rules)
    {
        bool shaken = !evidence.Handshake.IsNever && evidence.Handshake != state.Handshake;
        // A peer that finishes handshakes but is down for want of answers does not answer probes (any more).
        bool answers = evidence.Echo || (state.AnswersProbes && (state.IsUp || !shaken));
        bool sessionLives = evidence.HandshakeAge is { } age && age <= s_sessionLife;
        bool alive = evidence.Echo || shaken || (!answers && (sessionLives || evidence.IsUnasked));
        LinkState next = state with
        {
            AnswersProbes = answers,
            Handshake = evidence.Handshake,
            Failures = alive ? 0 : Math.Min(state.Failures + 1, rules.Failures),
            Successes = alive ? Math.Min(state.Successes + 1, rules.Successes) : 0,
        };
        next = Forgive(next, now, rules);
        if (next.IsUp && next.Failures >= rules.Failures)
        {
            next = next with { IsUp = false, Since = now, Flaps = next.Flaps + 1 };
            return new LinkVerdict(next, LinkChange.Down, WhyDown(next, evidence, rules));
        }
        if (!next.IsUp && next.Successes >= rules.Successes && now - next.Since >= HoldDown(next, rules))
        {
            next = next with { IsUp = true, Since = now, CalmSince = now };
            return new LinkVerdict(next, LinkChange.Up, WhyUp(next, evidence, rules));
        }
        return new LinkVerdict(next, LinkChange.None, "");
    }

    /// <summary>How long a link that is down stays so at least: nothing the first time, then doubling.</summary>
    internal static TimeSpan HoldDown(LinkState state, LinkRules rules)
    {
        if (state.Flaps < 2)
            return TimeSpan.Zero;
        // Past 2^20 times the least step any limit is reached.
        double hold = rules.HoldDown.TotalSeconds * Math.Pow(2, Math.Min(state.Flaps - 2, 20));
        return TimeSpan.FromSeconds(Math.Min(hold, rules.HoldDownMax.TotalSeconds));
    }

    /// <summary>Each quiet stretch as long as the longest hold-down takes one fall off the count.</summary>
    static LinkState Forgive(LinkState state, TimeSpan now, LinkRules rules)
    {
        if (!state.IsUp || state.Flaps == 0 || now - state.CalmSince < rules.HoldDownMax)
            return state;
        return state with { Flaps = state.Flaps - 1, CalmSince = now };
    }

    static string WhyDown(LinkState state, LinkEvidence evidence, LinkRules rules)
    {
        string checks = Text($"{rules.Failures} {(rules.Failures == 1 ? "check" : "checks")} without an answer");
        string handshake = evidence.HandshakeAge is { } age
            ? Text($"last handshake {(long)age.TotalSeconds} s ago")
            : "no handshake yet";
        TimeSpan hold = HoldDown(state, rules);
        string held =
            hold > TimeSpan.Zero
                ? Text($"; down {state.Flaps} times lately, so for {(long)hold.TotalSeconds} s at least")
                : "";
        return $"{checks}, {handshake}{held}";
    }

    static string WhyUp(LinkState state, LinkEvidence evidence, LinkRules rules) =>
        evidence.Echo || state.AnswersProbes
            ? Text($"answered {rules.Successes} {(rules.Successes == 1 ? "check" : "checks")} in a row")
            : "it finishes handshakes, though it does not answer probes";

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What one check found out about a link.</summary>
/// <param name="Echo">The peer's tunnel address answered through the tunnel.</param>
/// <param name="Handshake">The last finished handshake, as the device says it.</param>
/// <param name="HandshakeAge">How long ago that was; null when there was none.</param>
readonly record struct LinkEvidence(bool Echo, HandshakeTime Handshake, TimeSpan? HandshakeAge)
{
    /// <summary>
    /// We send nothing by ourselves that the peer would answer, neither probes nor keepalives. A link on which nobody has
    /// anything to say is silent; without its routes it would stay so.
    /// </summary>
    public bool IsUnasked { get; init; }
}

/// <summary>What is known of a link from one check to the next. Times are since the machine started.</summary>
public sealed record LinkState
{
    /// <summary>A link counts as up until checks have failed.</summary>
    public bool IsUp { get; init; } = true;

    /// <summary>Checks in a row without an answer, as far as they matter.</summary>
    public int Failures { get; init; }

    /// <summary>Checks in a row with an answer, as far as they matter.</summary>
    public int Successes { get; init; }

    /// <summary>How often it went down lately.</summary>
    public int Flaps { get; init; }

    /// <summary>When it last went down or up.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>When it came up, or when it was last forgiven a fall.</summary>
    public TimeSpan CalmSince { get; init; }

    /// <summary>It has answered a probe, so silence means something.</summary>
    public bool AnswersProbes { get; init; }

    /// <summary>The last finished handshake that was seen.</summary>
    public HandshakeTime Handshake { get; init; }
}

/// <summary>What a check changed.</summary>
/// <param name="Reason">In words, for a change.</param>
readonly record struct LinkVerdict(LinkState State, LinkChange Change, string Reason);

enum LinkChange
{
    None,
    Down,
    Up,
}

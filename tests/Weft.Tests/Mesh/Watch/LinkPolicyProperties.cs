using FsCheck;
using FsCheck.Fluent;
using Weft.Config;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh.Watch;

/// <summary>What holds for the watchdog's judgement whatever the checks find and whatever the rules are.</summary>
public sealed class LinkPolicyProperties
{
    sealed record Life(LinkRules Rules, bool[] Answers);

    static readonly TimeSpan s_check = TimeSpan.FromSeconds(10);

    static Arbitrary<Life> Lives()
    {
        Gen<LinkRules> rules =
            from failures in Gen.Choose(1, 6)
            from successes in Gen.Choose(1, 6)
            from hold in Gen.Choose(0, 120)
            from max in Gen.Choose(1, 900)
            select new LinkRules
            {
                Failures = failures,
                Successes = successes,
                HoldDown = TimeSpan.FromSeconds(hold),
                HoldDownMax = TimeSpan.FromSeconds(max),
            };
        // Long stretches of either kind, as links have them, not only noise.
        Gen<bool[]> stretch =
            from length in Gen.Choose(1, 20)
            from answer in ArbMap.Default.GeneratorFor<bool>()
            select Enumerable.Repeat(answer, length).ToArray();
        Gen<bool[]> answers = stretch.ArrayOf(20).Select(s => s.SelectMany(x => x).ToArray());
        return (from r in rules from a in answers select new Life(r, a)).ToArbitrary();
    }

    [Fact]
    public void A_link_goes_down_only_after_that_many_failures_in_a_row_and_then_always() =>
        Prop.ForAll(
                Lives(),
                life =>
                {
                    int failures = 0;
                    foreach ((bool answer, LinkState before, LinkVerdict verdict, _) in Run(life))
                    {
                        failures = answer ? 0 : failures + 1;
                        bool due = before.IsUp && failures >= life.Rules.Failures;
                        if (due != (verdict.Change == LinkChange.Down))
                            return false;
                    }
                    return true;
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void A_link_comes_up_only_after_that_many_successes_and_its_hold_down_and_then_always() =>
        Prop.ForAll(
                Lives(),
                life =>
                {
                    int successes = 0;
                    foreach ((bool answer, LinkState before, LinkVerdict verdict, TimeSpan now) in Run(life))
                    {
                        successes = answer ? successes + 1 : 0;
                        bool held = now - before.Since < LinkPolicy.HoldDown(before, life.Rules);
                        bool due = !before.IsUp && successes >= life.Rules.Successes && !held;
                        if (due != (verdict.Change == LinkChange.Up))
                            return false;
                    }
                    return true;
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void No_hold_down_is_longer_than_the_limit_and_none_shrinks_while_a_link_flaps() =>
        Prop.ForAll(
                Lives(),
                life =>
                {
                    int flaps = 0;
                    foreach ((_, _, LinkVerdict verdict, _) in Run(life))
                    {
                        if (LinkPolicy.HoldDown(verdict.State, life.Rules) > life.Rules.HoldDownMax)
                            return false;
                        // Only a quiet link is forgiven.
                        if (verdict.State.Flaps < flaps && !verdict.State.IsUp)
                            return false;
                        flaps = verdict.State.Flaps;
                    }
                    return true;
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void A_link_that_is_quiet_long_enough_is_up_and_forgotten_whatever_came_before() =>
        Prop.ForAll(
                Lives(),
                life =>
                {
                    LinkState state = Run(life).Select(s => s.Verdict.State).LastOrDefault() ?? new LinkState();
                    TimeSpan now = TimeSpan.FromDays(1);
                    int checks =
                        (int)((state.Flaps + 2) * (life.Rules.HoldDownMax / s_check + 1)) + life.Rules.Successes;
                    for (int i = 0; i < checks; i++)
                        state = LinkPolicy
                            .Judge(state, new LinkEvidence(true, default, null), now += s_check, life.Rules)
                            .State;
                    return state is { IsUp: true, Flaps: 0 };
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    static IEnumerable<(bool Answer, LinkState Before, LinkVerdict Verdict, TimeSpan Now)> Run(Life life)
    {
        LinkState state = new() { AnswersProbes = true };
        TimeSpan now = TimeSpan.FromHours(1);
        foreach (bool answer in life.Answers)
        {
            now += s_check;
            LinkVerdict verdict = LinkPolicy.Judge(state, new LinkEvidence(answer, default, null), now, life.Rules);
            yield return (answer, state, verdict, now);
            state = verdict.State;
        }
    }
}

using Weft.Config;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh.Watch;

/// <summary>The watchdog's judgement, step by step.</summary>
public sealed class LinkPolicyTests
{
    static readonly LinkRules s_rules = new();

    TimeSpan _now = TimeSpan.FromHours(1);
    LinkState _state = new();

    [Fact]
    public void Three_failures_make_a_link_down_and_two_successes_up()
    {
        Answer();
        Assert.Equal([LinkChange.None, LinkChange.None, LinkChange.Down, LinkChange.None], Silence(4));
        Assert.Equal(LinkChange.None, Answer());
        Assert.Equal(LinkChange.Up, Answer());
    }

    [Fact]
    public void One_answer_in_between_starts_the_count_anew()
    {
        Answer();
        for (int i = 0; i < 100; i++)
        {
            Assert.DoesNotContain(LinkChange.Down, Silence(2));
            Answer();
        }
        Assert.True(_state.IsUp);
    }

    [Fact]
    public void One_failure_in_between_starts_the_way_up_anew()
    {
        Silence(3);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(LinkChange.None, Answer());
            Silence(1);
        }
        Assert.False(_state.IsUp);
    }

    [Fact]
    public void A_flapping_link_is_held_down_ever_longer_up_to_the_limit()
    {
        List<double> held = [];
        for (int i = 0; i < 9; i++)
        {
            Silence(3);
            TimeSpan since = _now;
            while (!_state.IsUp)
                Answer();
            held.Add((_now - since).TotalSeconds);
        }
        // Two checks of 10 s are the least; then 30, 60, ... 600.
        Assert.Equal([20, 30, 60, 120, 240, 480, 600, 600, 600], held);
    }

    [Fact]
    public void A_link_that_stays_up_is_forgiven()
    {
        for (int i = 0; i < 5; i++)
        {
            Silence(3);
            while (!_state.IsUp)
                Answer();
        }
        Assert.Equal(5, _state.Flaps);
        for (int i = 0; i < 5 * 60; i++)
            Answer();
        Assert.Equal(0, _state.Flaps);
    }

    [Fact]
    public void An_outage_longer_than_its_hold_down_costs_nothing_more()
    {
        for (int i = 0; i < 3; i++)
        {
            Silence(3);
            while (!_state.IsUp)
                Answer();
        }
        Silence(100);
        Assert.Equal(LinkChange.None, Answer());
        Assert.Equal(LinkChange.Up, Answer());
    }

    [Fact]
    public void A_peer_that_never_answers_probes_is_judged_by_its_handshake()
    {
        // Two minutes from handshake to handshake, as a link in use has it.
        for (int i = 0; i < 100; i++)
            Assert.Equal(LinkChange.None, Check(false, 1 + i / 12, age: i % 12 * 10));
        Assert.True(_state.IsUp);
        LinkChange[] dying = [.. Enumerable.Range(0, 30).Select(i => Check(false, 9, age: i * 10))];
        // 180 s after the handshake its session is dead; then three checks.
        Assert.Equal(21, Array.IndexOf(dying, LinkChange.Down));
    }

    [Fact]
    public void A_peer_that_stopped_answering_probes_comes_back_by_its_handshakes()
    {
        Check(true, 1, age: 0);
        Assert.Equal([LinkChange.None, LinkChange.None, LinkChange.Down], Silence(3, handshake: 1, age: 30));
        Assert.Equal(LinkChange.None, Check(false, 2, age: 0));
        Assert.Equal(LinkChange.Up, Check(false, 2, age: 10));
        Assert.False(_state.AnswersProbes);
    }

    [Fact]
    public void A_cut_in_one_direction_is_a_cut()
    {
        Check(true, 1, age: 0);
        // The far side's packets still arrive, but nothing of ours is answered and no handshake ends.
        Assert.Contains(LinkChange.Down, Silence(3, handshake: 1, age: 20));
    }

    [Fact]
    public void A_link_on_which_nobody_has_anything_to_say_is_not_down()
    {
        for (int age = 0; age < 1000; age += 10)
        {
            LinkEvidence evidence = Evidence(false, 1, age) with { IsUnasked = true };
            LinkVerdict verdict = LinkPolicy.Judge(_state, evidence, _now += TimeSpan.FromSeconds(10), s_rules);
            _state = verdict.State;
            Assert.Equal(LinkChange.None, verdict.Change);
        }
        Assert.True(_state.IsUp);
    }

    [Fact]
    public void Reasons_say_what_was_seen()
    {
        Check(true, 1, age: 0);
        Silence(2, handshake: 1, age: 42);
        LinkVerdict verdict = LinkPolicy.Judge(_state, Evidence(false, 1, 42), _now, s_rules);
        Assert.Equal("3 checks without an answer, last handshake 42 s ago", verdict.Reason);
    }

    LinkChange Answer() => Check(true, 0, null);

    LinkChange[] Silence(int checks, long handshake = 0, int? age = null) =>
        [.. Enumerable.Range(0, checks).Select(_ => Check(false, handshake, age))];

    LinkChange Check(bool echo, long handshake, int? age)
    {
        _now += TimeSpan.FromSeconds(10);
        LinkVerdict verdict = LinkPolicy.Judge(_state, Evidence(echo, handshake, age), _now, s_rules);
        _state = verdict.State;
        return verdict.Change;
    }

    static LinkEvidence Evidence(bool echo, long handshake, int? age) =>
        new(echo, new HandshakeTime(handshake, 0), age is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
}

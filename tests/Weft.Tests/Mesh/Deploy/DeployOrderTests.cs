using System.Collections.Immutable;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh.Deploy;

/// <summary>Which site has to wait for which. In these meshes each site X has the key "x", and "x2" once it was rekeyed.</summary>
public sealed class DeployOrderTests
{
    [Fact]
    public void Sites_that_depend_on_nobody_go_at_once()
    {
        DeployOrder order = Order(
            [],
            Site("A", "a", ["b", "c"]),
            Site("B", "b", ["a", "c"]),
            Site("C", "c", ["a", "b"])
        );

        Assert.All(Turns(order, "A", "B", "C"), turn => Assert.Equal("free", turn));
    }

    [Fact]
    public void A_site_that_gets_another_key_goes_before_those_that_forget_the_old_one()
    {
        DeployOrder order = Order(
            ["C"],
            Site("A", "a", ["b", "c", "C:c2"]),
            Site("B", "b", ["a", "c", "C:c2"]),
            Site("C", "c", ["a", "b"])
        );

        Assert.Equal(["must follow C", "must follow C", "free"], Turns(order, "A", "B", "C"));
    }

    [Fact]
    public void Nobody_waits_for_a_site_that_has_its_new_key_already()
    {
        DeployOrder order = Order(
            ["C"],
            Site("A", "a", ["b", "c", "C:c2"]),
            Site("C", "c2", ["a", "b"], hasChange: false)
        );

        Assert.Equal(["free"], Turns(order, "A"));
    }

    [Fact]
    public void A_key_in_use_is_not_forgotten_while_its_site_cannot_be_asked()
    {
        DeployOrder unreachable = Order(["C"], Site("A", "a", ["c", "C:c2"]), new SurveyedSite("C", null, false));
        DeployOrder notAsked = Order(["C"], Site("A", "a", ["c", "C:c2"]));
        DeployOrder idle = Order(["C"], Site("A", "a", ["C:-c", "C:c2"]));

        Assert.Equal(["held back"], Turns(unreachable, "A"));
        Assert.Equal(["held back"], Turns(notAsked, "A"));
        Assert.Equal(["free"], Turns(idle, "A"));
    }

    [Theory]
    [InlineData("c")]
    [InlineData("c2")]
    public void A_key_is_not_forgotten_while_its_site_is_on_trial(string key)
    {
        SurveyedSite site = Site("C", key, ["a"], hasChange: false);
        SurveyedSite onTrial = site with { Greeting = site.Greeting! with { TrialSecondsLeft = 40 } };

        Assert.Equal(["held back"], Turns(Order(["C"], Site("A", "a", ["C:-c", "C:c2"]), onTrial), "A"));
        Assert.Equal(["free"], Turns(Order(["C"], Site("A", "a", ["C:c2"]), onTrial), "A"));
    }

    [Fact]
    public void A_site_that_left_the_mesh_is_forgotten_at_once()
    {
        DeployOrder order = Order([], Site("A", "a", ["b", "X:x"]), Site("B", "b", ["a", "X:x"]));

        Assert.Equal(["free", "free"], Turns(order, "A", "B"));
    }

    [Fact]
    public void Two_sites_that_both_change_their_keys_do_not_wait_for_each_other()
    {
        DeployOrder order = Order(["B", "C"], Site("B", "b", ["c", "C:c2"]), Site("C", "c", ["b", "B:b2"]));

        Assert.Equal(["free", "free"], Turns(order, "B", "C"));
    }

    [Fact]
    public void What_is_reached_through_a_site_goes_before_it_and_is_guarded_by_it()
    {
        DeployOrder order = Order(
            [],
            Site("A", "a", ["b", "c"]),
            Site("B", "b", ["a", "c"], through: "A"),
            Site("C", "c", ["a", "b"], through: "B")
        );

        Assert.Equal(["follows B C guards B C", "follows C guards C", "free"], Turns(order, "A", "B", "C"));
    }

    [Fact]
    public void A_site_that_stays_as_it_is_has_to_answer_too_after_the_one_that_it_is_reached_through()
    {
        DeployOrder order = Order([], Site("A", "a", ["b"]), Site("B", "b", ["a"], through: "A", hasChange: false));

        Assert.Equal(["guards B"], Turns(order, "A"));
    }

    [Fact]
    public void A_new_key_of_the_site_in_the_middle_comes_first_although_others_are_reached_through_it()
    {
        DeployOrder order = Order(["A"], Site("A", "a", ["b"]), Site("B", "b", ["a", "A:a2"], through: "A"));

        Assert.Equal(["guards B", "must follow A"], Turns(order, "A", "B"));
    }

    [Fact]
    public void A_far_site_that_never_heard_of_the_new_key_of_its_way_in_is_on_trial_together_with_it()
    {
        DeployOrder order = Order(["A"], Site("A", "a", ["b"]), Site("B", "b", ["a"], through: "A"));

        Assert.Equal(["follows B guards B", "free"], Turns(order, "A", "B"));
    }

    [Fact]
    public void Sites_that_are_reached_through_each_other_end_no_search()
    {
        DeployOrder order = Order([], Site("A", "a", ["b"], through: "B"), Site("B", "b", ["a"], through: "A"));

        Assert.Equal(["follows B guards B", "guards A"], Turns(order, "A", "B"));
    }

    /// <param name="peers">A key, or SITE:key; with a minus, one that is not in use.</param>
    static SurveyedSite Site(string name, string key, string[] peers, string? through = null, bool hasChange = true) =>
        new(
            name,
            new FarGreeting
            {
                PublicKey = key,
                Through = through,
                Peers =
                [
                    .. peers.Select(peer =>
                    {
                        string[] parts = peer.Split(':');
                        string of = parts[^1].TrimStart('-');
                        string site = parts.Length > 1 ? parts[0] : peer.ToUpperInvariant();
                        return new FarPeer(site, of, parts[^1] == of && !of.EndsWith('2'));
                    }),
                ],
            },
            hasChange
        );

    /// <param name="rekeyed">Sites whose new key is the only one that the new files know.</param>
    static DeployOrder Order(string[] rekeyed, params SurveyedSite[] sites) =>
        new(
            sites,
            site =>
                site == "X" ? ImmutableArray<string>.Empty
                : rekeyed.Contains(site) ? [site.ToLowerInvariant() + "2"]
                : [site.ToLowerInvariant()]
        );

    static string[] Turns(DeployOrder order, params string[] sites) =>
        [
            .. sites.Select(site =>
            {
                DeployTurn turn = order.TurnOf(site);
                string[] facts =
                [
                    turn.HeldBack is null ? "" : "held back",
                    .. List("must follow", turn.MustFollow),
                    .. List("follows", turn.Follows),
                    .. List("guards", turn.Guards),
                ];
                string text = string.Join(' ', facts.Where(f => f.Length > 0));
                return text.Length > 0 ? text : "free";
            }),
        ];

    static string[] List(string word, ImmutableArray<string> sites) =>
        sites.IsEmpty ? [] : [$"{word} {string.Join(' ', sites.Order())}"];
}

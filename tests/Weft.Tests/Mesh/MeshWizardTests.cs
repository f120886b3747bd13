using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Weft.Config;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class MeshWizardTests
{
    const string Enter = "";

    static readonly string[] Mesh = [Enter, Enter, "2"];
    static readonly string[] SiteA = ["a.example.org", Enter, Enter, Enter];
    static readonly string[] SiteB = ["b.example.org", Enter, Enter, Enter];

    /// <summary>A site with all that the wizard does not ask for and that fits most meshes.</summary>
    static MeshSite Full =>
        new()
        {
            Name = "a.example.org",
            EndpointHost = "203.0.113.9",
            MappedLans = [new LanMap(Meshes.Net("192.168.1.0/24"), Meshes.Net("10.201.0.0/24"))],
            Domain = "a.lan",
            Relay = true,
            Keepalive = 20,
            Mtu = 1400,
            Ssh = new SshDestination("root", "a.example.org", 2222),
            Folder = "/jffs/weft",
        };

    static (MeshConfig? Mesh, ScriptedScreen Screen) Run(MeshConfig? existing, params string[] answers)
    {
        ScriptedScreen screen = new(answers);
        MeshConfig? mesh = new MeshWizard(screen, existing).Run();
        Assert.Equal(0, screen.Unused);
        return (mesh, screen);
    }

    [Fact]
    public void The_defaults_make_a_mesh_from_the_names_alone()
    {
        (MeshConfig? mesh, ScriptedScreen screen) = Run(null, [.. Mesh, .. SiteA, .. SiteB, Enter]);

        Assert.Equal(
            """
            [Mesh]
            Network = 192.168.192.0/24

            [Site]
            Name = a.example.org
            Lan = 10.0.1.0/24

            [Site]
            Name = b.example.org
            Lan = 10.0.2.0/24

            """,
            MeshConfigText.Write(mesh!)
        );
        Assert.Empty(screen.Refusals);
    }

    [Fact]
    public void Every_answer_finds_its_place()
    {
        (MeshConfig? mesh, _) = Run(
            null,
            "10.99.0.0/16, fd12::/64",
            "30",
            "2",
            "a.example.org",
            "1234",
            "10.1.0.0/16, fd00:1::/64",
            "no",
            "b.example.org",
            "51820",
            "none",
            "YES",
            "y"
        );

        Assert.Equal(["10.99.0.0/16", "fd12::/64"], mesh!.Networks.Select(n => n.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(30), mesh.Check);
        Assert.Equal((ushort)1234, mesh.Sites[0].Port);
        Assert.Equal(["10.1.0.0/16", "fd00:1::/64"], mesh.Sites[0].Lans.Select(n => n.ToString()));
        Assert.Null(mesh.Sites[1].Port);
        Assert.Empty(mesh.Sites[1].Lans);
        Assert.True(mesh.Sites[1].Nat);
    }

    [Theory]
    [InlineData("10.0.0.1/8", "'10.0.0.1/8' has bits set after its prefix (the network is 10.0.0.0/8)")]
    [InlineData("10.0.0.0/33", "'33' is not a prefix length (give a number from 0 to 32)")]
    [InlineData("192.168.192.0/24 # mine", "an answer has no comment")]
    [InlineData("127.0.0.0/8", "Network = 127.0.0.0/8 holds a loopback address")]
    [InlineData("10.0.0.0/8, 10.1.0.0/16", "Network = 10.1.0.0/16 lies within Network = 10.0.0.0/8")]
    public void A_bad_network_is_refused_and_asked_for_again(string answer, string refusal)
    {
        (_, ScriptedScreen screen) = Run(null, answer, "abort");

        Assert.Equal([refusal], screen.Refusals);
        Assert.Equal(screen.Questions[0], screen.Questions[1]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999")]
    public void A_bad_number_is_refused(string answer)
    {
        (_, ScriptedScreen screen) = Run(null, Enter, answer, Enter, answer, "abort");

        Assert.Equal(2, screen.Refusals.Count);
    }

    [Fact]
    public void A_network_too_small_shows_when_the_sites_are_counted()
    {
        (_, ScriptedScreen screen) = Run(null, "10.9.9.0/30", Enter, "3", "abort");

        Assert.Equal(["Network = 10.9.9.0/30 has room for 2 sites, and there are 3"], screen.Refusals);
    }

    [Fact]
    public void A_name_that_is_taken_or_bad_is_refused_at_once()
    {
        (_, ScriptedScreen screen) = Run(null, [.. Mesh, .. SiteA, "A.example.org", "../b", Enter, "abort"]);

        Assert.Equal(
            [
                "two sites are called A.example.org",
                "the name has a '/', and a name becomes a folder",
                "the name is empty",
            ],
            screen.Refusals
        );
    }

    [Fact]
    public void A_lan_that_overlaps_an_earlier_answer_is_refused_at_once()
    {
        (MeshConfig? mesh, ScriptedScreen screen) = Run(
            null,
            [
                .. Mesh,
                .. SiteA,
                "b.example.org",
                Enter,
                "10.0.1.128/25",
                "192.168.192.0/28",
                "10.7.0.0/24",
                Enter,
                Enter,
            ]
        );

        Assert.Equal(
            [
                "Lan = 10.0.1.128/25 of b.example.org overlaps Lan = 10.0.1.0/24 of a.example.org",
                "Lan = 192.168.192.0/28 of b.example.org overlaps the tunnel network 192.168.192.0/24",
            ],
            screen.Refusals
        );
        Assert.Equal("10.7.0.0/24", mesh!.Sites[1].Lans[0].ToString());
    }

    [Fact]
    public void What_is_offered_for_two_sites_with_the_same_lan_can_be_answered()
    {
        const string lan = "192.168.1.0/24";
        const string mappedA = $"{lan} as 10.201.0.0/24";
        const string mappedB = $"{lan} as 10.201.1.0/24";
        string[] toSiteA = [.. Enumerable.Repeat("back", 4)];

        (MeshConfig? mesh, ScriptedScreen screen) = Run(
            null,
            [
                .. Mesh,
                .. (string[])["a.example.org", Enter, lan, Enter, "b.example.org", Enter, lan],
                .. toSiteA,
                .. (string[])[mappedA, Enter, Enter, Enter, mappedB, Enter, Enter],
            ]
        );

        Assert.StartsWith(
            $"map a.example.org with Lan = {mappedA} and b.example.org with Lan = {mappedB}",
            Assert.Single(screen.Remedies),
            StringComparison.Ordinal
        );
        Assert.Equal(
            [$"Lan = {mappedA}", $"Lan = {mappedB}"],
            MeshConfigText.Write(mesh!).Split('\n').Where(line => line.StartsWith("Lan", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void A_lan_goes_back_over_with_its_map()
    {
        const string mapped = "192.168.1.0/24 as 10.0.2.0/24, 10.9.0.0/16";
        (_, ScriptedScreen screen) = Run(
            null,
            [.. Mesh, "a.example.org", Enter, mapped, "back", Enter, Enter, "b.example.org", Enter, "abort"]
        );

        Assert.Equal(
            // Nor is the prefix that the others see offered to the next.
            ["10.0.1.0/24", mapped, "10.0.3.0/24"],
            screen.Questions.Where(q => q.Text.StartsWith("LAN", StringComparison.Ordinal)).Select(q => q.Default)
        );
    }

    [Theory]
    [InlineData(Enter, "192.168.1.0/24 as 10.201.0.0/24")]
    [InlineData("192.168.1.0/24 as 10.201.5.0/24", "192.168.1.0/24 as 10.201.5.0/24")]
    [InlineData("192.168.1.0/24", "192.168.1.0/24")]
    [InlineData("10.7.0.0/24", "10.7.0.0/24")]
    [InlineData("none", "")]
    public void The_map_of_an_existing_site_is_the_one_that_is_answered(string answer, string lans)
    {
        MeshConfig existing = Meshes.Of(Full, Meshes.Site("b.example.org"));

        (MeshConfig? mesh, ScriptedScreen screen) = Run(
            existing,
            [Enter, Enter, Enter, Enter, Enter, answer, .. Enumerable.Repeat(Enter, 6)]
        );

        MeshSite site = mesh!.Sites[0];
        Assert.Contains(screen.Questions, q => q.Default == "192.168.1.0/24 as 10.201.0.0/24");
        Assert.Equal(lans, string.Join(", ", site.MappedLans));
        // None is left of a network that is not there any more.
        Assert.All(site.Maps, map => Assert.Contains(map.Real, site.Lans));
    }

    [Fact]
    public void The_last_site_cannot_be_behind_nat_when_all_others_are()
    {
        (MeshConfig? mesh, ScriptedScreen screen) = Run(
            null,
            [.. Mesh, "a.example.org", Enter, Enter, "yes", "b.example.org", Enter, Enter, "yes", "no", Enter]
        );

        Assert.StartsWith("every site is behind NAT", Assert.Single(screen.Refusals), StringComparison.Ordinal);
        Assert.Equal([true, false], mesh!.Sites.Select(s => s.Nat));
    }

    [Fact]
    public void Back_keeps_what_was_answered_as_the_default()
    {
        (MeshConfig? mesh, ScriptedScreen screen) = Run(
            null,
            [.. Mesh, "a.example.org", "1234", "back", "back", "z.example.org", Enter, Enter, Enter, .. SiteB, Enter]
        );

        Assert.Equal("z.example.org", mesh!.Sites[0].Name);
        Assert.Equal((ushort)1234, mesh.Sites[0].Port);
        Assert.Contains(screen.Questions, q => q.Default == "a.example.org");
    }

    [Fact]
    public void Back_leads_from_each_question_to_the_one_before()
    {
        string[] forward = [.. Mesh, .. SiteA, .. SiteB];
        string[] back = [.. Enumerable.Repeat("back", forward.Length)];
        (_, ScriptedScreen screen) = Run(null, [.. forward, .. back, "abort"]);

        string[] texts = [.. screen.Questions.Select(q => q.Text)];
        Assert.Equal(texts[..(forward.Length + 1)].Reverse(), texts[forward.Length..]);
    }

    [Fact]
    public void Back_at_the_first_question_stays_there()
    {
        (_, ScriptedScreen screen) = Run(null, "back", "abort");

        Assert.Equal(["This is the first question."], screen.Notes);
        Assert.Equal(screen.Questions[0], screen.Questions[1]);
    }

    [Fact]
    public void Abort_at_any_question_makes_nothing()
    {
        string[] all = [.. Mesh, .. SiteA, .. SiteB];
        for (int answered = 0; answered <= all.Length; answered++)
            Assert.Null(Run(null, [.. all[..answered], "abort"]).Mesh);
    }

    [Fact]
    public void No_to_the_summary_makes_nothing() =>
        Assert.Null(Run(null, [.. Mesh, .. SiteA, .. SiteB, "what?", "no"]).Mesh);

    [Fact]
    public void An_existing_mesh_answered_with_enter_alone_stays_as_it_is()
    {
        Prop.ForAll(
                Meshes.Any,
                existing =>
                {
                    string[] enters = [.. Enumerable.Repeat(Enter, 3 + 4 * existing.Sites.Length + 1)];
                    (MeshConfig? mesh, ScriptedScreen screen) = Run(existing, enters);
                    Assert.Empty(screen.Refusals);
                    Assert.Empty(screen.Notes);
                    Assert.Equal(MeshConfigText.Write(existing), MeshConfigText.Write(mesh!));
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true));
    }

    [Fact]
    public void A_site_put_in_between_leaves_the_settings_of_the_others_with_their_names()
    {
        MeshConfig existing = Meshes.Of(
            Meshes.Site("a.example.org", "10.0.1.0/24"),
            Meshes.Site("b.example.org", "10.0.9.0/24") with
            {
                Mtu = 1400,
                EndpointHost = "203.0.113.9",
            }
        );

        (MeshConfig? mesh, _) = Run(
            existing,
            [Enter, Enter, "3", Enter, Enter, Enter, Enter, "new.example.org", .. Enumerable.Repeat(Enter, 8)]
        );

        Assert.Equal(["a.example.org", "new.example.org", "b.example.org"], mesh!.Sites.Select(s => s.Name));
        Assert.Equal("10.0.2.0/24", mesh.Sites[1].Lans[0].ToString());
        Assert.Equal((ushort)1400, mesh.Sites[2].Mtu);
        Assert.Equal("203.0.113.9", mesh.Sites[2].EndpointHost);
        Assert.Equal("10.0.9.0/24", mesh.Sites[2].Lans[0].ToString());
    }

    [Fact]
    public void A_setting_that_no_longer_fits_is_left_out_and_said()
    {
        MeshSite set = Meshes.Site("a.example.org") with { Addresses = [IPAddress.Parse("192.168.192.9")] };
        MeshConfig existing = Meshes.Of(set, Meshes.Site("b.example.org"));

        (MeshConfig? mesh, ScriptedScreen screen) = Run(existing, ["10.50.0.0/24", .. Enumerable.Repeat(Enter, 11)]);

        Assert.Empty(mesh!.Sites[0].Addresses);
        Assert.Equal(
            ["What the old file says of a.example.org does not fit this and is left out: Address."],
            screen.Notes
        );
        Assert.Empty(screen.Refusals);
    }

    [Fact]
    public void A_setting_that_no_longer_fits_takes_no_other_with_it()
    {
        MeshSite full = Full with { Addresses = [IPAddress.Parse("192.168.192.9")] };
        MeshConfig existing = Meshes.Of(full, Meshes.Site("b.example.org"));

        (MeshConfig? mesh, ScriptedScreen screen) = Run(existing, ["10.50.0.0/24", .. Enumerable.Repeat(Enter, 11)]);

        Assert.Single(screen.Notes);
        Assert.Equal(
            MeshConfigText.Write(Meshes.Of("10.50.0.0/24", Full, Meshes.Site("b.example.org"))),
            MeshConfigText.Write(mesh!)
        );
    }

    [Fact]
    public void A_domain_that_no_longer_fits_is_left_out_and_said()
    {
        MeshConfig existing = Meshes.Of(Full, Meshes.Site("b.example.org"));

        (MeshConfig? mesh, ScriptedScreen screen) = Run(
            existing,
            [Enter, Enter, Enter, "new.a.lan", Enter, Enter, Enter, "a.example.org", Enter, Enter, Enter, Enter]
        );

        Assert.Equal(
            ["What the old file says of a.example.org does not fit this and is left out: Domain."],
            screen.Notes.Take(1)
        );
        Assert.Equal(
            MeshConfigText.Write(Meshes.Of(Meshes.Site("new.a.lan", "10.0.1.0/24"), Full with { Domain = null })),
            MeshConfigText.Write(mesh!)
        );
    }

    [Fact]
    public void A_site_that_leaves_the_mesh_is_named_in_the_summary()
    {
        MeshConfig existing = Meshes.Of(Meshes.Site("a.example.org"), Meshes.Site("b.example.org"));

        (_, ScriptedScreen screen) = Run(existing, [Enter, Enter, "1", Enter, Enter, Enter, Enter, "abort"]);

        Assert.Equal(["These sites of the old mesh leave it: b.example.org."], screen.Notes);
    }

    [Fact]
    public void Whatever_is_answered_a_mesh_that_is_written_has_no_errors()
    {
        string[] words =
        [
            "",
            "1",
            "2",
            "3",
            "yes",
            "no",
            "none",
            "back",
            "a.org",
            "b.org",
            "c.org",
            "10.0.1.0/24",
            "10.1.0.0/16",
            "10.0.1.0/24 as 10.1.1.0/24",
            "10.0.1.0/24 as 10.2.1.0/24",
        ];
        Prop.ForAll(
                Gen.Elements(words).ArrayOf().ToArbitrary(),
                answers =>
                {
                    MeshConfig? mesh = new MeshWizard(new ScriptedScreen(answers), null).Run();
                    // As written, since that is what is read again.
                    return mesh is null
                        || MeshPreflight
                            .Check(MeshConfigText.Parse(MeshConfigText.Write(mesh), "m"), "m")
                            .All(finding => finding.Level == FindingLevel.Warning);
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500).WithEndSize(200));
    }
}

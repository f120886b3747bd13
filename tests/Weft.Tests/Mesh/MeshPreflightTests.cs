using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Weft.Config;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed partial class MeshPreflightTests
{
    static Finding[] Check(MeshConfig config) => [.. MeshPreflight.Check(config, "mesh.conf")];

    static Finding Single(MeshConfig config) => Assert.Single(Check(config));

    static void IsError(Finding finding, string message, params string[] sites)
    {
        Assert.Equal(FindingLevel.Error, finding.Level);
        Assert.Equal(message, finding.Diagnostic.Message);
        Assert.Equal(sites, finding.Sites);
        Assert.False(string.IsNullOrEmpty(finding.Diagnostic.Remedy), "a finding has a way out");
    }

    static void IsWarning(Finding finding, string message, params string[] sites)
    {
        Assert.Equal(FindingLevel.Warning, finding.Level);
        Assert.Equal(message, finding.Diagnostic.Message);
        Assert.Equal(sites, finding.Sites);
        Assert.False(string.IsNullOrEmpty(finding.Diagnostic.Remedy), "a finding has a way out");
    }

    [Fact]
    public void A_good_mesh_has_no_findings() => Assert.Empty(Check(Meshes.Three));

    [Fact]
    public void Any_mesh_of_the_generator_has_no_errors() =>
        Prop.ForAll(Meshes.Any, config => Check(config).All(f => f.Level == FindingLevel.Warning))
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void The_same_lan_at_two_sites_is_refused_where_the_second_stands()
    {
        Finding finding = Single(
            Meshes.Of(Meshes.Site("a.example.org", "10.0.1.0/24"), Meshes.Site("b.example.org", "10.0.1.0/24"))
        );

        IsError(
            finding,
            "Lan = 10.0.1.0/24 is claimed twice, by b.example.org and a.example.org",
            "b.example.org",
            "a.example.org"
        );
        Assert.Equal(20, finding.Diagnostic.Line);
    }

    [Theory]
    [InlineData("10.0.0.0/16", "10.0.7.0/24")]
    [InlineData("10.0.7.0/24", "10.0.0.0/16")]
    [InlineData("fd00::/48", "fd00::/64")]
    public void Overlapping_lans_are_refused_whichever_is_wider(string one, string other) =>
        IsError(
            Single(Meshes.Of(Meshes.Site("a.example.org", one), Meshes.Site("b.example.org", other))),
            $"Lan = {other} of b.example.org overlaps Lan = {one} of a.example.org",
            "b.example.org",
            "a.example.org"
        );

    [Fact]
    public void A_lan_that_holds_two_others_is_reported_against_each()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Site("a.example.org", "10.0.1.0/24"),
            Meshes.Site("b.example.org", "10.0.2.0/24"),
            Meshes.Site("c.example.org", "10.0.0.0/16")
        );

        Assert.Equal(
            [
                "Lan = 10.0.0.0/16 of c.example.org overlaps Lan = 10.0.1.0/24 of a.example.org",
                "Lan = 10.0.0.0/16 of c.example.org overlaps Lan = 10.0.2.0/24 of b.example.org",
            ],
            Check(config).Select(f => f.Diagnostic.Message)
        );
    }

    [Fact]
    public void Neighbouring_lans_do_not_overlap() =>
        Assert.Empty(
            Check(Meshes.Of(Meshes.Site("a.example.org", "10.0.0.0/24"), Meshes.Site("b.example.org", "10.0.1.0/24")))
        );

    [Fact]
    public void A_thousand_equal_lans_are_told_without_half_a_million_lines()
    {
        MeshSite[] sites = [.. Enumerable.Range(0, 1000).Select(i => Meshes.Site($"s{i}.example.org", "10.0.0.0/24"))];

        Finding[] found = Check(Meshes.Of("10.192.0.0/16", sites));

        Assert.Equal(101, found.Length);
        Assert.Contains(found, f => f.Diagnostic.Message == "499400 more overlaps of networks, not listed");
    }

    [Fact]
    public void A_lan_in_the_tunnel_network_is_refused() =>
        IsError(
            Single(Meshes.Of(Meshes.Site("a.example.org", "192.168.0.0/16"), Meshes.Site("b.example.org"))),
            "Lan = 192.168.0.0/16 of a.example.org overlaps the tunnel network 192.168.192.0/24",
            "a.example.org"
        );

    [Fact]
    public void A_lan_within_another_of_the_same_site_is_worth_a_word() =>
        IsWarning(
            Single(Meshes.Of(Meshes.Site("a.example.org", "10.0.0.0/16", "10.0.1.0/24"), Meshes.Site("b.example.org"))),
            "Lan = 10.0.1.0/24 of a.example.org lies within its Lan = 10.0.0.0/16",
            "a.example.org"
        );

    [Theory]
    [InlineData("0.0.0.0/0", "is the whole Internet")]
    [InlineData("::/0", "is the whole Internet")]
    [InlineData("127.0.0.0/8", "holds a loopback address")]
    [InlineData("169.254.0.0/16", "holds a link-local address")]
    [InlineData("fe80::/64", "holds a link-local address")]
    [InlineData("224.0.0.0/8", "holds a multicast address")]
    public void A_lan_that_no_router_carries_is_refused(string lan, string why) =>
        IsError(
            Single(Meshes.Of(Meshes.Site("a.example.org", lan), Meshes.Site("b.example.org"))),
            $"Lan = {lan} {why} (a.example.org)",
            "a.example.org"
        );

    [Fact]
    public void Two_sites_of_one_name_are_refused_whatever_the_case() =>
        IsError(
            Single(Meshes.Of(Meshes.Site("a.example.org"), Meshes.Natted("A.Example.org"))),
            "two sites are called A.Example.org",
            "A.Example.org",
            "a.example.org"
        );

    [Theory]
    [InlineData("../../etc", "has a '/', and a name becomes a folder")]
    [InlineData("/etc/passwd", "has a '/', and a name becomes a folder")]
    [InlineData("a\\b", "has a '\\', and a name becomes a folder")]
    [InlineData("..", "ends with a dot")]
    [InlineData(".", "ends with a dot")]
    [InlineData(".hidden.org", "has an empty part between dots")]
    [InlineData("a..b", "has an empty part between dots")]
    [InlineData("a.example.org.", "ends with a dot")]
    [InlineData("-a.example.org", "has a part that begins or ends with a hyphen")]
    [InlineData("a b.example.org", "has a ' '; a name has letters, digits, hyphens and dots")]
    [InlineData("münchen.example.org", "has a 'ü'; a name has letters, digits, hyphens and dots")]
    [InlineData("fd00::1", "has a ':'; a name has letters, digits, hyphens and dots")]
    [InlineData("1.2.3", "ends with a number, as only an address does")]
    [InlineData("", "is empty")]
    public void A_name_that_is_no_host_name_is_refused(string name, string why) =>
        IsError(
            Single(Meshes.Of(Meshes.Natted(name), Meshes.Site("b.example.org"))),
            $"the name \"{name}\" {why}",
            name
        );

    [Fact]
    public void A_control_character_in_a_name_is_not_shown_as_such() =>
        IsError(
            Single(Meshes.Of(Meshes.Natted("a\u001b[2J"), Meshes.Site("b.example.org"))),
            "the name \"a?[2J\" has a control character",
            "a\u001b[2J"
        );

    [Fact]
    public void A_name_leaves_room_for_the_endings_of_its_files()
    {
        string longest = string.Join('.', Enumerable.Repeat(new string('a', 49), 5));
        Assert.Empty(Check(Meshes.Of(Meshes.Site(longest), Meshes.Site("b.example.org"))));
        Assert.NotEmpty(Check(Meshes.Of(Meshes.Site(longest + ".aa"), Meshes.Site("b.example.org"))));
    }

    [Fact]
    public void An_address_is_a_name_too() =>
        Assert.Empty(Check(Meshes.Of(Meshes.Site("203.0.113.5"), Meshes.Site("b.example.org"))));

    [Fact]
    public void A_name_without_a_domain_is_worth_a_word_where_others_dial_it()
    {
        IsWarning(
            Single(Meshes.Of(Meshes.Site("berlin"), Meshes.Site("b.example.org"))),
            "others dial berlin as \"berlin\", which has no domain",
            "berlin"
        );
        Assert.Empty(Check(Meshes.Of(Meshes.Natted("berlin"), Meshes.Site("b.example.org"))));
    }

    [Fact]
    public void A_network_too_small_is_refused_with_the_size_that_fits() =>
        IsError(
            Single(
                Meshes.Of(
                    "10.9.9.0/30",
                    Meshes.Site("a.example.org"),
                    Meshes.Site("b.example.org"),
                    Meshes.Site("c.example.org")
                )
            ),
            "Network = 10.9.9.0/30 has room for 2 sites, and there are 3"
        );

    [Fact]
    public void Tunnel_addresses_must_lie_in_the_network_and_be_one_each()
    {
        MeshSite At(string name, params string[] addresses) =>
            Meshes.Site(name) with
            {
                Addresses = [.. addresses.Select(IPAddress.Parse)],
            };

        IsError(
            Single(Meshes.Of(At("a.example.org", "10.1.1.1"), Meshes.Site("b.example.org"))),
            "Address = 10.1.1.1 of a.example.org lies in no network of the mesh",
            "a.example.org"
        );
        IsError(
            Single(Meshes.Of(At("a.example.org", "192.168.192.255"), Meshes.Site("b.example.org"))),
            "Address = 192.168.192.255 of a.example.org names the network 192.168.192.0/24, not a host in it",
            "a.example.org"
        );
        IsError(
            Single(Meshes.Of(At("a.example.org", "192.168.192.9"), At("b.example.org", "192.168.192.9"))),
            "b.example.org and a.example.org both have Address = 192.168.192.9",
            "b.example.org",
            "a.example.org"
        );
        IsError(
            Single(Meshes.Of(At("a.example.org", "192.168.192.9", "192.168.192.8"), Meshes.Site("b.example.org"))),
            "a.example.org has 2 addresses in 192.168.192.0/24 (192.168.192.9, 192.168.192.8)",
            "a.example.org"
        );
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Site("a.example.org") with
            {
                Port = 0,
                EndpointPort = 1,
            },
            Meshes.Site("b.example.org") with
            {
                EndpointPort = 0,
            },
            Meshes.Site("c.example.org") with
            {
                Mtu = 100,
            }
        );

        Assert.Equal(
            [
                "Check = 0 is not from 1 to 86400 seconds",
                "Port = 0 of a.example.org is not a port that others can dial",
                "the endpoint of b.example.org has port 0",
                "Mtu = 100 of c.example.org is not from 576 to 65455",
            ],
            Check(config with { Check = TimeSpan.Zero }).Select(f => f.Diagnostic.Message)
        );
    }

    [Fact]
    public void Ipv6_needs_an_mtu_of_1280()
    {
        MeshSite small = Meshes.Site("a.example.org") with { Mtu = 1200 };

        Assert.Empty(Check(Meshes.Of(small, Meshes.Site("b.example.org"))));
        Assert.Equal(
            "Mtu = 1200 of a.example.org is not from 1280 to 65455",
            Single(Meshes.Of("fd12::/64", small, Meshes.Site("b.example.org"))).Diagnostic.Message
        );
    }

    [Fact]
    public void An_mtu_beyond_ethernet_is_worth_a_word() =>
        Assert.Equal(
            FindingLevel.Warning,
            Single(Meshes.Of(Meshes.Site("a.example.org") with { Mtu = 9000 }, Meshes.Site("b.example.org"))).Level
        );

    [Fact]
    public void A_mesh_needs_a_network_and_sites()
    {
        Assert.Equal(
            ["the mesh has no network for its tunnel addresses", "the mesh has no sites"],
            Check(new MeshConfig()).Select(f => f.Diagnostic.Message)
        );
        Assert.Equal(FindingLevel.Warning, Single(Meshes.Of(Meshes.Site("a.example.org"))).Level);
    }

    [Fact]
    public void Every_fault_is_told_in_one_run_in_the_order_of_the_file()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Site("a.example.org", "10.0.1.0/24") with
            {
                Mtu = 10,
            },
            Meshes.Natted("../b", "192.168.192.0/25") with
            {
                Relay = true,
            },
            Meshes.Site("A.example.org", "10.0.1.128/25")
        );

        Finding[] found = Check(config);

        Assert.Equal(6, found.Length);
        Assert.Equal([10, 20, 20, 20, 30, 30], found.Select(f => f.Diagnostic.Line));
    }

    [Fact]
    public void A_finding_points_at_the_value_that_it_is_about()
    {
        MeshSite second = Meshes.Site("b.example.org", "10.0.2.0/24", "10.0.1.0/24") with
        {
            Places = [new MeshPlace("Lan", 31, 7), new MeshPlace("Name", 30, 8), new MeshPlace("Lan", 31, 20)],
        };

        Finding finding = Single(Meshes.Of(Meshes.Site("a.example.org", "10.0.1.0/24"), second));

        Assert.Equal((31, 20), (finding.Diagnostic.Line, finding.Diagnostic.Column));
    }
}

using System.Net;
using Weft.Config;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class MappedLanTests
{
    static MeshSite Site(string name, string lan, string? shown = null) =>
        Meshes.Site(name, lan) with
        {
            Maps = shown is null ? [] : [new LanMap(Meshes.Net(lan), Meshes.Net(shown))],
        };

    static Finding[] Check(params MeshSite[] sites) => [.. MeshPreflight.Check(Meshes.Of(sites), "mesh.conf")];

    [Fact]
    public void Two_sites_with_the_same_lan_are_offered_a_prefix_each()
    {
        Finding finding = Assert.Single(
            Check(Site("a.example.org", "192.168.1.0/24"), Site("b.example.org", "192.168.1.0/24"))
        );

        Assert.Equal(
            "map a.example.org with Lan = 192.168.1.0/24 as 10.201.0.0/24 and b.example.org with Lan = 192.168.1.0/24 as "
                + "10.201.1.0/24, renumber one of the two LANs, or leave it out of the mesh",
            finding.Diagnostic.Remedy
        );
        // What is offered is good.
        Assert.Empty(
            Check(
                Site("a.example.org", "192.168.1.0/24", "10.201.0.0/24"),
                Site("b.example.org", "192.168.1.0/24", "10.201.1.0/24")
            )
        );
    }

    [Fact]
    public void To_map_one_of_two_is_not_enough_since_its_hosts_would_not_find_the_other()
    {
        Finding finding = Assert.Single(
            Check(Site("a.example.org", "192.168.1.0/24", "10.201.0.0/24"), Site("b.example.org", "192.168.1.0/24"))
        );

        Assert.Equal(FindingLevel.Error, finding.Level);
        Assert.StartsWith(
            "map b.example.org with Lan = 192.168.1.0/24 as 10.201.1.0/24",
            finding.Diagnostic.Remedy,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("10.201.1.0/24", "10.5.0.0/24", "10.201.1.0/24")]
    [InlineData("10.5.0.0/24", "10.5.0.0/16", null)]
    public void Nothing_is_mapped_to_where_another_lan_is(string shown, string other, string? othersShown)
    {
        Finding[] findings = Check(
            Site("a.example.org", "192.168.1.0/24", shown),
            Site("b.example.org", other, othersShown)
        );

        Assert.Contains(findings, f => f.Level == FindingLevel.Error && f.Sites.Length == 2);
        Assert.All(findings, f => Assert.Contains("as 10.", f.Diagnostic.Remedy));
    }

    [Fact]
    public void Nothing_is_mapped_onto_itself_or_onto_the_tunnel_network()
    {
        MeshSite both = Meshes.Site("a.example.org", "10.1.0.0/24", "10.2.0.0/24") with
        {
            Maps = [new LanMap(Meshes.Net("10.1.0.0/24"), Meshes.Net("10.2.0.0/24"))],
        };
        Assert.Contains(
            Check(both, Meshes.Site("b.example.org")),
            f =>
                f.Level == FindingLevel.Error
                && f.Diagnostic.Message.EndsWith("so one address would mean two hosts", StringComparison.Ordinal)
        );
        Assert.Contains(
            Check(Site("a.example.org", "10.1.0.0/24", "192.168.192.0/24"), Meshes.Site("b.example.org")),
            f => f.Diagnostic.Message.Contains("overlaps the tunnel network", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_others_route_what_is_shown_and_the_site_itself_knows_both()
    {
        MeshConfig mesh = Meshes.Of(
            Site("a.example.org", "192.168.1.0/24", "10.201.0.0/24"),
            Site("b.example.org", "192.168.1.0/24", "10.201.1.0/24"),
            Meshes.Natted("c.example.org"),
            Meshes.Natted("d.example.org", "192.168.1.0/24") with
            {
                Maps = [new LanMap(Meshes.Net("192.168.1.0/24"), Meshes.Net("10.201.2.0/24"))],
            }
        );
        using MeshKeys keys = Meshes.KeysOf(mesh);
        MeshPlan plan = MeshPlan.Of(mesh, keys);

        Assert.Equal("192.168.192.2/32, 10.201.1.0/24", plan.ConfigOf(0).Peer("b.example.org").Allowed());
        Assert.Contains("10.201.2.0/24", plan.ConfigOf(2).Peer("a.example.org").Allowed());
        Assert.DoesNotContain("192.168.1.0/24", plan.ConfigOf(2).Peer("a.example.org").Allowed());
        InterfaceSection own = plan.ConfigOf(0).Interface;
        Assert.Equal([Meshes.Net("192.168.1.0/24")], own.Lans);
        Assert.Equal("192.168.1.0/24 as 10.201.0.0/24", Assert.Single(own.Maps).ToString());
    }

    [Theory]
    [InlineData("192.168.1.0/24", "10.201.7.0/24", "10.201.7.9", "192.168.1.9")]
    [InlineData("192.168.1.64/26", "10.201.7.128/26", "10.201.7.191", "192.168.1.127")]
    [InlineData("fd01:1::/64", "fdc9::/64", "fdc9::a:b", "fd01:1::a:b")]
    public void An_address_keeps_the_bits_after_the_prefix(
        string real,
        string shown,
        string address,
        string expected
    ) =>
        Assert.Equal(
            IPAddress.Parse(expected),
            new LanMap(Meshes.Net(real), Meshes.Net(shown)).ToReal(IPAddress.Parse(address))
        );

    [Theory]
    [InlineData("192.168.1.0/24 as 10.201.0.0/16", "192.168.1.0/24 cannot be mapped to 10.201.0.0/16")]
    [InlineData("192.168.1.0/24 as fdc9::/24", "192.168.1.0/24 cannot be mapped to fdc9::/24")]
    [InlineData("192.168.1.0/24 is 10.201.0.0/24", "'192.168.1.0/24 is 10.201.0.0/24' is not a network")]
    [InlineData("192.168.1.0/24 as", "'192.168.1.0/24 as' is not a network")]
    [InlineData("192.168.1.0/24 as 10.201.0.1/24", "'10.201.0.1/24' has bits set after its prefix")]
    public void A_map_that_cannot_be_is_a_fault_of_the_file(string lan, string fault)
    {
        string text = $"[Mesh]\nNetwork = 192.168.192.0/24\n[Site]\nName = a.example.org\nLan = {lan}\n";

        Assert.Contains(
            MeshConfigText.Parse(text, "m").Faults,
            f => f.Line == 5 && f.Message.StartsWith(fault, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Prefixes_that_are_offered_are_free_and_none_is_offered_twice()
    {
        FreePrefixes free = new([IpRange.Of(Meshes.Net("10.201.0.0/16")), IpRange.Of(Meshes.Net("10.202.1.0/24"))]);

        Assert.Equal(Meshes.Net("10.202.0.0/24"), free.Next(System.Net.Sockets.AddressFamily.InterNetwork, 24));
        Assert.Equal(Meshes.Net("10.202.2.0/24"), free.Next(System.Net.Sockets.AddressFamily.InterNetwork, 24));
        Assert.Equal(Meshes.Net("10.203.0.0/16"), free.Next(System.Net.Sockets.AddressFamily.InterNetwork, 16));
        Assert.Null(free.Next(System.Net.Sockets.AddressFamily.InterNetwork, 8));
        Assert.Equal(Meshes.Net("fdc9::/64"), free.Next(System.Net.Sockets.AddressFamily.InterNetworkV6, 64));
    }
}

using Weft.Config;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class DomainTests
{
    static MeshSite Site(string name, string? domain) => Meshes.Site(name) with { Domain = domain };

    static string[] Errors(params MeshSite[] sites) =>
        [
            .. MeshPreflight
                .Check(Meshes.Of(sites), "mesh.conf")
                .Where(f => f.Level == FindingLevel.Error)
                .Select(f => f.Diagnostic.Message),
        ];

    [Fact]
    public void Domains_of_their_own_are_good() =>
        Assert.Empty(
            MeshPreflight.Check(Meshes.Of(Site("a.example.org", "a.lan"), Site("b.example.org", "b.lan")), "m")
        );

    [Fact]
    public void A_domain_belongs_to_one_site() =>
        Assert.Equal(
            ["Domain = A.lan is that of b.example.org and of a.example.org"],
            Errors(Site("a.example.org", "a.lan"), Site("b.example.org", "A.lan"))
        );

    [Fact]
    public void A_domain_lies_in_no_other() =>
        Assert.Equal(
            ["Domain = b.corp.lan of b.example.org lies within Domain = corp.lan of a.example.org"],
            Errors(Site("a.example.org", "corp.lan"), Site("b.example.org", "b.corp.lan"))
        );

    [Theory]
    [InlineData("example.org")]
    [InlineData("b.example.org")]
    [InlineData("org")]
    public void A_name_that_is_dialled_lies_in_no_domain(string domain) =>
        Assert.Contains(
            Errors(Site("a.example.net", domain), Site("b.example.org", null)),
            e =>
                e.StartsWith(
                    $"others dial b.example.org at b.example.org, which lies in Domain = {domain}",
                    StringComparison.Ordinal
                )
        );

    [Fact]
    public void An_address_that_is_dialled_lies_in_no_domain_and_nobody_dials_a_site_behind_nat() =>
        Assert.Empty(
            Errors(
                Site("a.example.net", "example.org"),
                Site("b.example.org", null) with
                {
                    EndpointHost = "203.0.113.7",
                },
                Site("c.example.org", null) with
                {
                    Nat = true,
                }
            )
        );

    [Fact]
    public void A_domain_of_the_neighbourhood_is_told() =>
        Assert.Contains(
            MeshPreflight.Check(Meshes.Of(Site("a.example.org", "a.local"), Site("b.example.org", "b.lan")), "m"),
            f =>
                f.Level == FindingLevel.Warning
                && f.Diagnostic.Message.Contains("ends in local", StringComparison.Ordinal)
        );

    [Fact]
    public void Every_file_says_each_domain_beside_its_site_and_both_files_read_back()
    {
        MeshConfig mesh = Meshes.Of(
            Site("a.example.org", "a.lan"),
            Meshes.Natted("c.example.org", "10.0.3.0/24") with
            {
                Domain = "c.lan",
            },
            Meshes.Natted("d.example.org", "192.168.1.0/24") with
            {
                Domain = "d.lan",
                Maps = [new LanMap(Meshes.Net("192.168.1.0/24"), Meshes.Net("10.201.1.0/24"))],
            }
        );
        Assert.Equal(
            mesh.Sites[2].Domain,
            MeshConfigText.Parse(MeshConfigText.Write(mesh), "m").Value!.Sites[2].Domain
        );
        Assert.Equal(mesh.Sites[2].Maps, MeshConfigText.Parse(MeshConfigText.Write(mesh), "m").Value!.Sites[2].Maps);

        using MeshKeys keys = Meshes.KeysOf(mesh);
        string text = SiteConfigText.Write(MeshPlan.Of(mesh, keys).ConfigOf(1));
        ParseResult<SiteConfig> read = SiteConfigText.Parse(text, "wg0.conf");

        Assert.Empty(read.Faults);
        Assert.Equal("c.lan", read.Value!.Interface.Domain);
        PeerSection relay = Assert.Single(read.Value.Peers);
        Assert.Equal("a.lan", relay.Domain);
        CarriedSite far = Assert.Single(relay.Carries);
        Assert.Equal("d.lan", far.Domain);
        Assert.Equal("192.168.1.0/24 as 10.201.1.0/24", Assert.Single(far.Maps).ToString());
        Assert.Equal(text, SiteConfigText.Write(read.Value));
    }
}

using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class NameChecksTests
{
    static ImmutableArray<Finding> Judge(MeshConfig config, params (string Site, string? Address)[] answers) =>
        NameChecks.Judge(
            config,
            "mesh.conf",
            [
                .. answers.Select(a => new ResolvedEndpoint(
                    new PeerSection
                    {
                        Site = a.Site,
                        PublicKey = default,
                        Endpoint = new HostPort(a.Site, 51820),
                    },
                    a.Address is null ? [] : [new IPEndPoint(IPAddress.Parse(a.Address), 51820)],
                    a.Address is null ? "Name or service not known" : null
                )),
            ]
        );

    static string Only(ImmutableArray<Finding> findings)
    {
        Finding finding = Assert.Single(findings);
        Assert.Equal(FindingLevel.Warning, finding.Level);
        Assert.NotNull(finding.Diagnostic.Remedy);
        return finding.Diagnostic.Message;
    }

    [Fact]
    public void A_name_that_does_not_resolve_is_told_with_its_reason_and_its_line()
    {
        ImmutableArray<Finding> findings = Judge(
            Meshes.Three,
            ("a.example.org", "203.0.113.1"),
            ("b.example.org", null)
        );

        Assert.Equal(
            "b.example.org, where others dial b.example.org, does not resolve here: Name or service not known",
            Only(findings)
        );
        Assert.Equal(20, findings[0].Diagnostic.Line);
        Assert.Equal(["b.example.org"], findings[0].Sites);
    }

    [Theory]
    [InlineData("10.0.2.1", "which lies in Lan = 10.0.2.0/24 of b.example.org")]
    [InlineData("192.168.192.2", "which lies in the tunnel network 192.168.192.0/24")]
    [InlineData("192.168.1.2", "a private address")]
    [InlineData("127.0.1.1", "a loopback address")]
    public void A_name_that_leads_where_the_sites_cannot_follow_is_told(string address, string what) =>
        Assert.Contains(what, Only(Judge(Meshes.Three, ("a.example.org", address))), StringComparison.Ordinal);

    [Fact]
    public void Two_names_of_one_address_and_port_are_told_with_both_sites()
    {
        ImmutableArray<Finding> findings = Judge(
            Meshes.Three,
            ("a.example.org", "203.0.113.1"),
            ("b.example.org", "203.0.113.1")
        );

        Assert.Contains("are both dialled at 203.0.113.1:51820", Only(findings), StringComparison.Ordinal);
        Assert.Equal(["b.example.org", "a.example.org"], findings[0].Sites);
    }

    [Fact]
    public void Names_that_lead_to_public_addresses_are_fine() =>
        Assert.Empty(Judge(Meshes.Three, ("a.example.org", "203.0.113.1"), ("b.example.org", "2001:db9::1")));

    [Fact]
    public void Where_no_name_resolves_the_first_are_listed_and_the_rest_counted()
    {
        MeshSite[] sites = [.. Enumerable.Range(0, 100).Select(i => Meshes.Site($"s{i}.example.org"))];

        ImmutableArray<Finding> findings = Judge(Meshes.Of(sites), [.. sites.Select(s => (s.Name, (string?)null))]);

        Assert.Equal(21, findings.Length);
        Assert.Contains(findings, f => f.Diagnostic.Message.StartsWith("80 more names", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_names_that_are_dialled_are_looked_up()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Site("a.example.org") with
            {
                EndpointHost = "203.0.113.1",
            },
            Meshes.Site("b.example.org") with
            {
                EndpointHost = "localhost",
            },
            Meshes.Natted("c.example.org")
        );

        ResolvedEndpoint answer = Assert.Single(NameChecks.Ask(config));

        Assert.Equal("b.example.org", answer.Peer.Site);
        Assert.Contains(answer.Addresses, a => IPAddress.IsLoopback(a.Address));
    }
}

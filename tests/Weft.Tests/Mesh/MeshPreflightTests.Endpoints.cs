using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

/// <summary>Who can be dialled, and from behind what.</summary>
public sealed partial class MeshPreflightTests
{
    [Fact]
    public void Two_sites_dialled_at_one_endpoint_are_refused() =>
        IsError(
            Single(
                Meshes.Of(
                    Meshes.Site("a.example.org"),
                    Meshes.Site("b.example.org") with
                    {
                        EndpointHost = "A.example.org",
                    }
                )
            ),
            "b.example.org and a.example.org are both dialled at A.example.org:51820",
            "b.example.org",
            "a.example.org"
        );

    [Fact]
    public void Two_sites_behind_one_address_with_two_ports_are_fine() =>
        Assert.Empty(
            Check(
                Meshes.Of(
                    Meshes.Site("a.example.org") with
                    {
                        EndpointHost = "203.0.113.1",
                    },
                    Meshes.Site("b.example.org") with
                    {
                        EndpointHost = "203.0.113.1",
                        EndpointPort = 51821,
                    }
                )
            )
        );

    [Theory]
    [InlineData("192.168.1.5")]
    [InlineData("100.64.0.1")]
    [InlineData("fd00::5")]
    public void A_private_address_as_endpoint_is_worth_a_word(string address) =>
        IsWarning(
            Single(
                Meshes.Of(Meshes.Site("a.example.org") with { EndpointHost = address }, Meshes.Site("b.example.org"))
            ),
            $"the endpoint {address} of a.example.org is a private address, which the Internet does not reach",
            "a.example.org"
        );

    [Fact]
    public void An_endpoint_inside_a_lan_of_the_mesh_is_refused() =>
        IsError(
            Single(
                Meshes.Of(
                    Meshes.Site("a.example.org", "10.0.1.0/24") with
                    {
                        EndpointHost = "10.0.1.1",
                    },
                    Meshes.Site("b.example.org")
                )
            ),
            "the endpoint 10.0.1.1 of a.example.org lies in Lan = 10.0.1.0/24 of a.example.org, so the way to it leads into the tunnel itself",
            "a.example.org"
        );

    [Theory]
    [InlineData("127.0.0.1", "a loopback address")]
    [InlineData("224.0.0.1", "a multicast address")]
    public void An_endpoint_that_nobody_can_dial_is_refused(string address, string why) =>
        IsError(
            Single(
                Meshes.Of(Meshes.Site("a.example.org") with { EndpointHost = address }, Meshes.Site("b.example.org"))
            ),
            $"the endpoint {address} of a.example.org is {why}",
            "a.example.org"
        );

    [Fact]
    public void Sites_behind_nat_without_a_public_one_are_refused() =>
        IsError(
            Single(Meshes.Of(Meshes.Natted("a.example.org"), Meshes.Natted("b.example.org"))),
            "every site is behind NAT (a.example.org, b.example.org), so none can be dialled",
            "a.example.org",
            "b.example.org"
        );

    [Fact]
    public void A_relay_behind_nat_is_refused() =>
        IsError(
            Single(Meshes.Of(Meshes.Natted("a.example.org") with { Relay = true }, Meshes.Site("b.example.org"))),
            "a.example.org is a relay and behind NAT, where nobody can dial it",
            "a.example.org"
        );

    [Fact]
    public void An_endpoint_behind_nat_is_worth_a_word() =>
        IsWarning(
            Single(Meshes.Of(Meshes.Natted("a.example.org") with { EndpointPort = 5 }, Meshes.Site("b.example.org"))),
            "a.example.org is behind NAT, so nobody dials its Endpoint",
            "a.example.org"
        );

    [Fact]
    public void A_keepalive_on_the_wrong_side_is_worth_a_word() =>
        IsWarning(
            Single(Meshes.Of(Meshes.Site("a.example.org") with { Keepalive = 25 }, Meshes.Site("b.example.org"))),
            "a.example.org is public and needs no Keepalive",
            "a.example.org"
        );

    [Theory]
    [InlineData((ushort)0)]
    [InlineData((ushort)300)]
    public void A_keepalive_that_does_not_hold_the_mapping_is_worth_a_word(ushort keepalive) =>
        Assert.Equal(
            FindingLevel.Warning,
            Single(
                Meshes.Of(Meshes.Natted("a.example.org") with { Keepalive = keepalive }, Meshes.Site("b.example.org"))
            ).Level
        );
}

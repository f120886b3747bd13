using System.Net;
using Weft.Config;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

public sealed class EndpointChoiceTests
{
    const long Now = 1_000_000;

    static readonly IPEndPoint s_roamed = IPEndPoint.Parse("203.0.113.9:4000");
    static readonly IPEndPoint s_named = IPEndPoint.Parse("203.0.113.1:51820");

    static readonly PeerSection s_peer = new()
    {
        PublicKey = Sites.Peer(2),
        Endpoint = new HostPort("b.example.org", 51820),
    };

    [Fact]
    public void A_peer_that_talks_keeps_the_endpoint_that_it_roamed_to() =>
        Assert.False(Choice(handshake: Now - 100, known: "b.example.org:51820").Wants(s_peer));

    [Theory]
    [InlineData(0, "b.example.org:51820")]
    [InlineData(Now - 181, "b.example.org:51820")]
    [InlineData(Now + 3600, "b.example.org:51820")]
    [InlineData(Now - 100, "other.example.org:51820")]
    [InlineData(Now - 100, null)]
    public void A_peer_that_is_silent_or_whose_line_changed_is_looked_up(long handshake, string? known) =>
        Assert.True(Choice(handshake, known).Wants(s_peer));

    [Fact]
    public void A_peer_without_an_endpoint_in_the_file_is_left_alone() =>
        Assert.False(Choice(0, null).Wants(s_peer with { Endpoint = null }));

    [Fact]
    public void A_name_that_still_means_the_same_address_sets_nothing()
    {
        EndpointChoice choice = Choice(0, null);

        Assert.Null(choice.Pick(Sites.Peer(2), [s_named, s_roamed]));
        Assert.Equal(s_named, choice.Pick(Sites.Peer(2), [s_named]));
        Assert.Equal(s_named, choice.Pick(Sites.Peer(3), [s_named, s_roamed]));
        Assert.Null(choice.Pick(Sites.Peer(3), []));
    }

    static EndpointChoice Choice(long handshake, string? known)
    {
        Dictionary<string, string> endpoints = [];
        if (known is not null)
            endpoints[Sites.Peer(2).ToString()] = known;
        DeviceStatus device = new()
        {
            Name = "wg0",
            Peers =
            [
                new PeerStatus
                {
                    PublicKey = Sites.Peer(2),
                    Endpoint = s_roamed,
                    LastHandshake = new HandshakeTime(handshake, 0),
                },
            ],
        };
        return new EndpointChoice(endpoints, device, Now);
    }
}

using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Control;

public sealed class FarSiteTests
{
    static readonly PublicKey s_first = Sites.Peer(2);
    static readonly PublicKey s_standIn = Sites.Peer(3);
    static readonly PublicKey s_far = Sites.Peer(4);

    static string Line => $"# Weft.Relay = d.example.org {s_far} 192.168.192.4/32, 10.0.4.0/24";

    static SiteFile File() =>
        Sites.File(
            peers: Sites
                .TwoPeers.Replace("[Peer]", $"[Peer]\n{Line}", StringComparison.Ordinal)
                .Replace("10.0.2.0/24", "10.0.2.0/24, 192.168.192.4/32, 10.0.4.0/24", StringComparison.Ordinal)
        );

    [Fact]
    public void The_relay_with_its_prefixes_is_the_first_wherever_it_stands_in_the_file()
    {
        SiteConfig config = File().Config;
        SiteConfig reversed = config with { Peers = [.. config.Peers.Reverse()] };

        Assert.Equal([s_first, s_standIn], Assert.Single(FarSite.Of(config)).Relays);
        Assert.Equal([s_first, s_standIn], Assert.Single(FarSite.Of(reversed)).Relays);
    }

    [Fact]
    public void It_is_a_link_of_its_own_probed_at_its_own_address()
    {
        SiteLink link = SiteLink.Of(File().Config)[^1];

        Assert.Equal(new SiteLink(s_far, "d.example.org", IPAddress.Parse("192.168.192.4"), IsFar: true), link);
    }

    [Fact]
    public void All_is_with_the_first_relay_while_all_is_well()
    {
        WantedState wanted = Sites.Wanted(File());

        Assert.Equal("192.168.192.2/32 10.0.2.0/24 192.168.192.4/32 10.0.4.0/24", Allowed(wanted, 0));
        Assert.Equal("10.0.2.0/24 10.0.3.0/24 10.0.4.0/24", Routes(wanted));
    }

    public static TheoryData<byte[], string> Falls =>
        new()
        {
            { [4], "the way" },
            { [2], "relay" },
            { [2, 4], "both" },
        };

    [Theory]
    [MemberData(nameof(Falls))]
    public void Its_networks_move_to_the_relay_that_stands_in_and_its_own_address_stays(byte[] down, string what)
    {
        WantedState wanted = Sites.Wanted(File(), down: [.. down.Select(Sites.Peer)]);

        Assert.EndsWith("192.168.192.4/32", Allowed(wanted, 0));
        Assert.Equal("192.168.192.3/32 10.0.3.0/24 10.0.4.0/24", Allowed(wanted, 1));
        // A dead relay takes only its own network along.
        Assert.Equal(
            what == "the way" ? "10.0.2.0/24 10.0.3.0/24 10.0.4.0/24" : "10.0.3.0/24 10.0.4.0/24",
            Routes(wanted)
        );
    }

    [Fact]
    public void Without_anybody_to_carry_its_networks_have_no_route()
    {
        Assert.Equal("10.0.2.0/24", Routes(Sites.Wanted(File(), down: [s_far, s_standIn])));
        Assert.Equal("", Routes(Sites.Wanted(File(), down: [s_first, s_standIn])));
    }

    [Fact]
    public void A_dead_relay_that_only_stands_in_changes_nothing_for_it()
    {
        Assert.Equal("10.0.2.0/24 10.0.4.0/24", Routes(Sites.Wanted(File(), down: [s_standIn])));
    }

    [Fact]
    public void The_move_is_one_step_that_changes_one_peer_and_can_be_taken_back()
    {
        WantedState well = Sites.Wanted(File());
        HostState running = Sites.After(well, new HostState { Link = Sites.Link });

        HostStep step = Assert.Single(HostPlan.Interface(Sites.Wanted(File(), running, down: [s_far]), running));

        ChangeDevice change = Assert.IsType<ChangeDevice>(step);
        PeerConfig moved = Assert.Single(change.Change.Peers);
        Assert.Equal(s_standIn, moved.PublicKey);
        Assert.False(moved.ReplaceAllowedIps);
        Assert.Contains(
            change.Undo!.Peers,
            p => p.PublicKey == s_first && p.AllowedIps.Any(a => a.Prefix.ToString() == "10.0.4.0/24")
        );
    }

    static string Allowed(WantedState wanted, int peer) => string.Join(' ', wanted.Device.Peers[peer].AllowedIps);

    static string Routes(WantedState wanted) =>
        string.Join(" ", wanted.Routes.Select(r => r.Destination.ToString()).Order());
}

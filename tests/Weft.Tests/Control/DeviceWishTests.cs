using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Control;

public sealed class DeviceWishTests
{
    static readonly Dictionary<PublicKey, IPEndPoint> s_nowhere = [];
    static readonly HashSet<IPNetwork> s_none = [];

    [Fact]
    public void A_prefix_that_two_peers_claim_goes_to_the_last_and_that_settles_it()
    {
        string peers = Sites.TwoPeers.Replace("10.0.3.0/24", "10.0.2.0/24", StringComparison.Ordinal);

        DeviceWish wish = DeviceWish.Of(Sites.File(peers: peers).Config, s_nowhere);

        Assert.Equal(["192.168.192.2/32"], wish.Peers[0].AllowedIps.Select(p => p.ToString()));
        Assert.Equal(["10.0.2.0/24", "192.168.192.3/32"], wish.Peers[1].AllowedIps.Select(p => p.ToString()).Order());
    }

    [Fact]
    public void The_devices_own_key_among_the_peers_is_passed_over()
    {
        string own = Sites.Key.ToPublicKey().ToString();
        string peers = Sites.TwoPeers.Replace(Sites.Peer(3).ToString(), own, StringComparison.Ordinal);

        DeviceWish wish = DeviceWish.Of(Sites.File(peers: peers).Config, s_nowhere);

        Assert.Equal(Sites.Peer(2), Assert.Single(wish.Peers).PublicKey);
    }

    [Fact]
    public void Prefixes_are_added_without_emptying_the_list_unless_some_have_to_go()
    {
        PeerStatus actual = new() { PublicKey = Sites.Peer(2), AllowedIps = [IPNetwork.Parse("10.0.2.0/24")] };
        PeerWish more = new()
        {
            PublicKey = Sites.Peer(2),
            AllowedIps = [IPNetwork.Parse("10.0.2.0/24"), IPNetwork.Parse("10.0.4.0/24")],
        };
        PeerWish other = new() { PublicKey = Sites.Peer(2), AllowedIps = [IPNetwork.Parse("10.0.4.0/24")] };

        PeerConfig added = more.Difference(more.AllowedIps.ToHashSet(), actual)!;
        PeerConfig replaced = other.Difference(other.AllowedIps.ToHashSet(), actual)!;

        Assert.False(added.ReplaceAllowedIps);
        Assert.Equal(["10.0.4.0/24"], added.AllowedIps.Select(a => a.Prefix.ToString()));
        Assert.True(replaced.ReplaceAllowedIps);
        Assert.Equal(["10.0.4.0/24"], replaced.AllowedIps.Select(a => a.Prefix.ToString()));
    }

    [Fact]
    public void A_prefix_that_moves_to_another_peer_takes_one_change_and_empties_no_list()
    {
        DeviceWish before = DeviceWish.Of(Sites.File().Config, s_nowhere);
        DeviceStatus actual = Sites.After(Sites.Wanted(Sites.File()), new HostState()).Device!;
        IPNetwork moved = IPNetwork.Parse("10.0.2.0/24");
        DeviceWish after = before with
        {
            Peers =
            [
                before.Peers[0] with
                {
                    AllowedIps = before.Peers[0].AllowedIps.Remove(moved),
                },
                before.Peers[1] with
                {
                    AllowedIps = before.Peers[1].AllowedIps.Add(moved),
                },
            ],
        };

        PeerConfig change = Assert.Single(after.Difference(actual)!.Peers);

        Assert.Equal(Sites.Peer(3), change.PublicKey);
        Assert.False(change.ReplaceAllowedIps);
        Assert.Equal(moved, Assert.Single(change.AllowedIps).Prefix);
    }

    [Fact]
    public void A_preshared_key_and_a_keepalive_that_left_the_file_are_switched_off()
    {
        PeerStatus actual = new()
        {
            PublicKey = Sites.Peer(2),
            PresharedKey = PresharedKey.Generate(),
            PersistentKeepalive = 25,
        };

        PeerConfig change = new PeerWish { PublicKey = Sites.Peer(2) }.Difference(s_none, actual)!;

        Assert.True(change.PresharedKey!.IsZero);
        Assert.Equal((ushort)0, change.PersistentKeepalive);
        Assert.True(change.UpdateOnly);
    }

    [Fact]
    public void An_all_zero_preshared_key_is_none()
    {
        PeerStatus actual = new() { PublicKey = Sites.Peer(2) };
        PeerWish wish = new() { PublicKey = Sites.Peer(2), PresharedKey = new PresharedKey(new byte[32]) };

        Assert.Null(wish.Difference(s_none, actual));
    }

    [Fact]
    public void Many_prefixes_are_compared_in_no_time()
    {
        ImmutableArray<IPNetwork> prefixes =
        [
            .. Enumerable
                .Range(0, 100_000)
                .Select(i => new IPNetwork(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), 32)),
        ];
        PeerWish wish = new() { PublicKey = Sites.Peer(2), AllowedIps = prefixes };
        PeerStatus actual = new() { PublicKey = Sites.Peer(2), AllowedIps = [.. prefixes.Reverse()] };

        Assert.Null(wish.Difference(prefixes.ToHashSet(), actual));
    }
}

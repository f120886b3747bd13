using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Control;

public sealed class KeyChangeTests
{
    static readonly PublicKey s_old = Sites.Peer(2);
    static readonly PublicKey s_new = Sites.Peer(4);

    static SiteConfig File =>
        Sites
            .File(
                peers: $"""
                {Sites.TwoPeers}
                [Peer]
                # Weft.Site = b.example.org
                # Weft.Replaces = {s_old}
                PublicKey = {s_new}
                """
            )
            .Config;

    /// <summary>A device on which the allowed IPs are with one key, and each key shook hands at some second; 0 is never.</summary>
    static DeviceStatus Device(PublicKey owner, long oldSeconds, long newSeconds) =>
        new()
        {
            Name = "wg0",
            Peers =
            [
                Peer(s_old, oldSeconds, owner == s_old ? ["192.168.192.2/32", "10.0.2.0/24"] : []),
                Peer(Sites.Peer(3), 50, ["192.168.192.3/32", "10.0.3.0/24"]),
                Peer(s_new, newSeconds, owner == s_new ? ["192.168.192.2/32", "10.0.2.0/24"] : []),
            ],
        };

    static PeerStatus Peer(PublicKey key, long seconds, string[] prefixes) =>
        new()
        {
            PublicKey = key,
            LastHandshake = new HandshakeTime(seconds, 0),
            AllowedIps = [.. prefixes.Select(p => IPNetwork.Parse(p))],
        };

    static string[] AllowedIps(SiteConfig config, PublicKey key) =>
        [.. config.Peers.Single(p => p.PublicKey == key).AllowedIps.Select(a => a.Prefix.ToString())];

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(100, 0, false)]
    [InlineData(100, 90, false)]
    [InlineData(100, 101, true)]
    [InlineData(0, 1, true)]
    public void The_allowed_ips_are_with_the_key_of_the_last_handshake(long old, long now, bool isNew)
    {
        SiteConfig applied = KeyChange.Applied(File, Device(s_old, old, now));

        string[] all = ["192.168.192.2/32", "10.0.2.0/24"];
        Assert.Equal(isNew ? [] : all, AllowedIps(applied, s_old));
        Assert.Equal(isNew ? all : [], AllowedIps(applied, s_new));
        Assert.Equal(["192.168.192.3/32", "10.0.3.0/24"], AllowedIps(applied, Sites.Peer(3)));
    }

    [Fact]
    public void A_host_without_the_device_begins_with_the_old_key()
    {
        Assert.Empty(AllowedIps(KeyChange.Applied(File, device: null), s_new));
    }

    [Fact]
    public void A_move_is_due_until_it_is_made_and_again_when_the_peer_returns_to_its_old_key()
    {
        Assert.Empty(KeyChange.Due(File, Device(s_old, 100, 0)));
        Assert.Equal(s_new, Assert.Single(KeyChange.Due(File, Device(s_old, 100, 101))).PublicKey);
        Assert.Empty(KeyChange.Due(File, Device(s_new, 100, 101)));
        Assert.Single(KeyChange.Due(File, Device(s_new, 102, 101)));
    }

    [Fact]
    public void The_move_says_nothing_of_other_peers_and_empties_no_list()
    {
        DeviceStatus device = Device(s_old, 100, 101);
        SiteConfig applied = KeyChange.Applied(File, device);

        DeviceConfig? change = DeviceWish
            .Of(applied, new Dictionary<PublicKey, IPEndPoint>())
            .Difference(
                device with
                {
                    PrivateKey = Sites.Key,
                    PublicKey = Sites.Key.ToPublicKey(),
                    ListenPort = 51820,
                }
            );

        PeerConfig moved = Assert.Single(change!.Peers);
        Assert.Equal(s_new, moved.PublicKey);
        Assert.False(moved.ReplaceAllowedIps);
        Assert.Equal(2, moved.AllowedIps.Length);
    }

    [Fact]
    public void The_comment_reads_back_as_it_was_written()
    {
        ParseResult<SiteConfig> read = SiteConfigText.Parse(SiteConfigText.Write(File), "wg0.conf");

        Assert.Empty(read.Faults);
        Assert.Equal(s_old, read.Value!.Peers[2].Replaces);
        Assert.Null(read.Value.Peers[0].Replaces);
        Assert.True(KeyChange.IsUnderWay(read.Value));
    }
}

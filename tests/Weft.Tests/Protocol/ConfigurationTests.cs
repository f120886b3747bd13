using System.Net;
using Weft.Crypto;
using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class ConfigurationTests
{
    readonly World _world = new();
    readonly Host _a;
    readonly Host _b;

    public ConfigurationTests() => (_a, _b) = _world.AddPair();

    Tunnel PeerA => _a.PeerOf(_b);

    [Fact]
    public void Our_own_key_as_a_peer_is_ignored() => Assert.Null(_a.Node.AddPeer(_a.PublicKey));

    [Fact]
    public void A_private_key_whose_public_key_is_a_peer_removes_that_peer()
    {
        Tunnel removed = PeerA;
        _a.Node.SetPrivateKey(_b.Key);
        Assert.Empty(_a.Node.Peers);
        Assert.Null(_a.Node.AllowedIps.Find(IPAddress.Parse("10.0.0.2")));
        Assert.Empty(removed.AllowedIps);
    }

    [Fact]
    public void Peers_are_listed_in_the_order_in_which_they_were_made()
    {
        Host c = _world.AddHost("c");
        Host d = _world.AddHost("d");
        Tunnel third = _a.Node.AddPeer(c.PublicKey)!;
        Tunnel fourth = _a.Node.AddPeer(d.PublicKey)!;
        Assert.Same(third, _a.Node.AddPeer(c.PublicKey));
        Assert.Equal([PeerA, third, fourth], _a.Node.Peers);
        _a.Node.RemovePeer(third);
        Assert.Equal([PeerA, fourth], _a.Node.Peers);
        Assert.Equal([PeerA, fourth, _a.Node.AddPeer(c.PublicKey)!], _a.Node.Peers);
    }

    [Fact]
    public void An_interface_has_at_most_as_many_peers_as_the_kernels()
    {
        Assert.Equal(1 << 20, Node.MaximumPeers);
        using Node node = new(_world.Chance) { PeerLimit = 2 };
        node.AddPeer(_a.PublicKey);
        node.AddPeer(_b.PublicKey);
        Assert.NotNull(node.AddPeer(_b.PublicKey));
        Assert.Throws<InvalidOperationException>(() => node.AddPeer(_world.AddHost("c").PublicKey));
        Assert.Equal(2, node.Peers.Count);
    }

    [Fact]
    public void A_new_private_key_shakes_hands_with_the_next_packet()
    {
        _a.SendTo(_b);
        _world.RunFor(1);
        using PrivateKey key = new(Enumerable.Repeat((byte)9, 32).ToArray());
        PublicKey old = _a.PublicKey;
        _a.ChangeKey(key);
        Assert.False(PeerA.TryReserve(_world.Now, 1, out _, out _));
        _b.Node.RemovePeer(_b.Node.FindPeer(old)!);
        _b.Knows(_a);
        _a.SendTo(_b, id: 3);
        _world.Settle();
        Assert.Equal(3, Host.IdOf(_b.Received[^1].Packet));
    }

    [Fact]
    public void A_new_private_key_expires_what_was_being_shaken_under_the_old_one()
    {
        using PrivateKey key = new(Enumerable.Repeat((byte)9, 32).ToArray());
        _world.Wire.Loses = sent => sent.IsData || sent.IsKeepalive;
        _a.SendTo(_b);
        _world.Settle();
        Assert.NotNull(_b.PeerOf(_a).Slots.Next);
        Tunnel peer = _b.PeerOf(_a);
        _b.Node.SetPrivateKey(key);
        _world.Wire.Heal();
        _a.SendTo(_b);
        _world.Settle();
        // What comes on it is still opened, and confirms it; nothing is sealed with it.
        Assert.NotNull(peer.Slots.Current);
        Assert.False(peer.TryReserve(_world.Now, 1, out _, out _));

        _world.Wire.IsCut = true;
        _a.Node.ForgetSessions();
        _world.RunFor(6);
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(1, _a.Node.Index.Count);
        _a.Node.SetPrivateKey(key);
        Assert.Equal(0, _a.Node.Index.Count);
    }

    [Fact]
    public void Setting_the_same_private_key_again_disturbs_nothing()
    {
        _a.SendTo(_b);
        _world.Settle();
        using PrivateKey same = new(_a.Key.Span);
        _a.Node.SetPrivateKey(same);
        Assert.True(PeerA.TryReserve(_world.Now, 1, out _, out _));
    }

    [Fact]
    public void A_new_preshared_key_leaves_the_session_and_is_used_by_the_next_handshake()
    {
        _a.SendTo(_b);
        _world.Settle();
        using PresharedKey key = new(Enumerable.Repeat((byte)3, 32).ToArray());
        _a.Node.SetPresharedKey(PeerA, key);
        _b.Node.SetPresharedKey(_b.PeerOf(_a), key);
        _a.SendTo(_b);
        _world.RunFor(125);
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(3, _b.Received.Count);
        Assert.Equal(2, _world.Sent.Count(sent => sent.Kind == DatagramKind.Response));
        Assert.True(key.Equals(PeerA.PresharedKey));
    }

    [Fact]
    public void A_changed_endpoint_is_tried_at_once_and_not_after_the_retry()
    {
        Endpoint right = _b.Address;
        _world.Move(_b, Endpoint.V4(0xc633_6401, 1000));
        _a.SendTo(_b);
        _world.RunFor(1);
        Assert.Empty(_b.Received);
        _a.Node.SetEndpoint(PeerA, _b.Address);
        _world.Settle();
        Assert.Single(_b.Received);
        Assert.NotEqual(right, _b.Address);
    }

    [Fact]
    public void A_changed_endpoint_is_where_the_session_goes_on()
    {
        _a.SendTo(_b);
        _world.Settle();
        _world.Sent.Clear();
        _world.Move(_b, Endpoint.V4(0xc633_6401, 1000));
        _a.Node.SetEndpoint(PeerA, _b.Address);
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(2, _b.Received.Count);
        Assert.Single(_world.Sent);
    }

    [Fact]
    public void Setting_the_endpoint_that_is_set_keeps_the_sticky_source()
    {
        Endpoint remote = Endpoint.V4(1, 1);
        _a.Node.SetEndpoint(PeerA, remote.WithSource(5, 6));
        _a.Node.SetEndpoint(PeerA, remote);
        PeerA.TryGetEndpoint(out Endpoint endpoint);
        Assert.Equal(6, endpoint.SourceInterface);
    }

    [Fact]
    public void An_endpoint_that_comes_after_the_keepalive_is_used_at_once()
    {
        Host c = _world.AddHost("c");
        c.Knows(_a, dials: false);
        _a.Knows(c, dials: false);
        _a.Node.SetPersistentKeepalive(_a.PeerOf(c), 25);
        _world.RunFor(3);
        Assert.Empty(_world.Sent);
        _a.Node.SetEndpoint(_a.PeerOf(c), c.Address);
        _world.Settle();
        Assert.NotNull(_a.PeerOf(c).Slots.Current);
    }

    [Fact]
    public void A_removed_peer_is_forgotten_at_once()
    {
        _a.SendTo(_b);
        _world.Settle();
        Tunnel removed = PeerA;
        byte[] datagram = [.. _world.Sent[^1].Bytes];
        Session session = removed.Slots.Current!;
        _a.Node.RemovePeer(removed);
        Assert.Empty(_a.Node.Peers);
        Assert.Equal(0, _a.Node.Index.Count);
        Assert.True(session.IsWiped);
        Assert.False(removed.TryReserve(_world.Now, 1, out _, out _));
        Assert.False(removed.Stage(_world.Now, datagram, _a));
        Assert.Equal(0, removed.Staging.Count);
        Assert.False(removed.DatagramReceived(_world.Now, session, _b.Address, 32, false));
        _world.RunFor(100);
        Assert.DoesNotContain(_world.Sent, sent => sent.From == _a && sent.Time > new Instant(1_000_000_000_000));
    }

    [Fact]
    public void The_interface_going_down_wipes_keys_and_coming_up_starts_anew()
    {
        _a.SendTo(_b);
        _world.Settle();
        Session session = PeerA.Slots.Current!;
        _a.Node.InterfaceDown();
        Assert.True(session.IsWiped);
        _b.SendTo(_a);
        _world.RunFor(1);
        Assert.Empty(_a.Received);
        _a.Node.InterfaceUp();
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(2, _b.Received.Count);
    }

    [Fact]
    public void After_a_suspend_the_old_keys_are_gone_and_traffic_goes_on()
    {
        _a.SendTo(_b);
        _world.RunFor(6);
        Session session = PeerA.Slots.Current!;
        _a.Node.ForgetSessions();
        Assert.True(session.IsWiped);
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(2, _b.Received.Count);
    }

    [Fact]
    public void Counters_count_headers_padding_and_handshakes_and_no_cookies()
    {
        _a.SendTo(_b, length: 100);
        _world.Settle();
        Assert.Equal(148UL + 144, PeerA.SentBytes);
        Assert.Equal(92UL, PeerA.ReceivedBytes);
        Assert.Equal(148UL + 144, _b.PeerOf(_a).ReceivedBytes);
        Assert.Equal(92UL, _b.PeerOf(_a).SentBytes);
        _world.RunFor(10);
        Assert.Equal(92UL + 32, PeerA.ReceivedBytes);
    }

    [Fact]
    public void Ten_thousand_idle_peers_cost_nothing_between_their_deadlines()
    {
        byte[] key = new byte[32];
        for (int i = 0; i < 10_000; i++)
        {
            BitConverter.TryWriteBytes(key, i + 100);
            Tunnel peer = _a.Node.AddPeer(new PublicKey(key))!;
            _a.Node.AllowIp(peer, new IPNetwork(new IPAddress([10, 9, (byte)(i >> 8), (byte)i]), 32));
        }
        _a.Tick();
        Assert.Equal(Instant.Never, _a.Node.NextDeadline);
        Assert.Equal(10_001, _a.Node.Peers.Count);
        _a.Node.RemoveAllPeers();
        Assert.Empty(_a.Node.Peers);
    }
}

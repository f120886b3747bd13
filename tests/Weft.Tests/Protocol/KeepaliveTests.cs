using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

/// <summary>When an empty packet goes out: because an answer is owed, or because it was asked for.</summary>
public sealed class KeepaliveTests
{
    readonly World _world = new();
    readonly Host _a;
    readonly Host _b;

    public KeepaliveTests() => (_a, _b) = _world.AddPair();

    Tunnel PeerA => _a.PeerOf(_b);

    Tunnel PeerB => _b.PeerOf(_a);

    [Fact]
    public void Answers_data_with_a_keepalive_after_10_seconds_of_having_nothing_to_say()
    {
        Connect();
        _a.SendTo(_b);
        _world.Settle();
        _world.Sent.Clear();
        _world.RunFor(9.9);
        Assert.Empty(_world.Sent);
        _world.RunFor(0.1);
        SentDatagram answer = Assert.Single(_world.Sent);
        Assert.Same(_b, answer.From);
        Assert.True(answer.IsKeepalive);
        _world.RunFor(100);
        Assert.Single(_world.Sent);
    }

    [Fact]
    public void Data_that_comes_while_a_keepalive_is_due_gets_another_keepalive()
    {
        Connect();
        _a.SendTo(_b);
        _world.RunFor(5);
        _a.SendTo(_b);
        _world.Sent.Clear();
        _world.RunFor(5);
        Assert.Single(_world.Sent);
        _world.RunFor(10);
        Assert.Equal(2, _world.Sent.Count);
        _world.RunFor(100);
        Assert.Equal(2, _world.Sent.Count);
    }

    [Fact]
    public void Data_that_is_answered_needs_no_keepalive()
    {
        Connect();
        _a.SendTo(_b);
        _world.RunFor(9);
        _b.SendTo(_a);
        _world.RunFor(2);
        Assert.DoesNotContain(_world.Sent, sent => sent.From == _b && sent.IsKeepalive);
    }

    [Fact]
    public void Keepalives_are_not_answered_with_keepalives()
    {
        Connect();
        _world.Sent.Clear();
        _world.RunFor(100);
        Assert.Empty(_world.Sent);
    }

    [Fact]
    public void Persistent_keepalive_sends_when_nothing_was_sent_or_heard_for_its_interval()
    {
        Connect();
        _a.Node.SetPersistentKeepalive(PeerA, 25);
        _world.Settle();
        _world.Sent.Clear();
        _world.RunFor(24.9);
        Assert.Empty(_world.Sent);
        _world.RunFor(0.1);
        Assert.True(Assert.Single(_world.Sent).IsKeepalive);
        _world.RunFor(20);
        _b.SendTo(_a);
        _world.RunFor(9.9);
        _world.Sent.Clear();
        // The answering keepalive restarts the interval too.
        _world.RunFor(25);
        Assert.Single(_world.Sent);
    }

    [Fact]
    public void Persistent_keepalive_is_sent_the_moment_it_is_turned_on()
    {
        Connect();
        _world.RunFor(1);
        _world.Sent.Clear();
        _a.Node.SetPersistentKeepalive(PeerA, 600);
        _world.Settle();
        Assert.True(Assert.Single(_world.Sent).IsKeepalive);
        _a.Node.SetPersistentKeepalive(PeerA, 300);
        _world.Settle();
        Assert.Single(_world.Sent);
    }

    [Fact]
    public void Persistent_keepalive_shakes_hands_when_the_interface_comes_up()
    {
        _a.Node.InterfaceDown();
        _a.Node.SetPersistentKeepalive(PeerA, 25);
        _world.RunFor(60);
        Assert.Empty(_world.Sent);
        _a.Node.InterfaceUp();
        _world.Settle();
        Assert.Equal(DatagramKind.Initiation, _world.Sent[0].Kind);
        Assert.True(_world.Sent[^1].IsKeepalive);
    }

    [Fact]
    public void Persistent_keepalive_shakes_hands_when_the_key_arrives_later()
    {
        using Weft.Crypto.PrivateKey none = new(new byte[32]);
        using Weft.Crypto.PrivateKey key = new(_a.Key.Span);
        _a.Node.SetPrivateKey(none);
        Assert.Null(_a.Node.PrivateKey);
        _a.Node.SetPersistentKeepalive(PeerA, 25);
        _world.RunFor(60);
        Assert.Empty(_world.Sent);
        _a.Node.SetPrivateKey(key);
        _world.Settle();
        Assert.Equal(DatagramKind.Initiation, _world.Sent[0].Kind);
        Assert.True(_world.Sent[^1].IsKeepalive);
    }

    [Fact]
    public void Persistent_keepalive_keeps_a_session_for_ever()
    {
        _a.Node.SetPersistentKeepalive(PeerA, 25);
        _world.RunFor(3600);
        Assert.True(PeerA.TryReserve(_world.Now, 1, out _, out _));
        Assert.InRange(Initiations(), 22, 30);
    }

    [Fact]
    public void Persistent_keepalive_is_not_sent_while_the_peer_is_heard()
    {
        Connect();
        _b.Node.SetPersistentKeepalive(PeerB, 20);
        _a.Node.SetPersistentKeepalive(PeerA, 25);
        _world.Settle();
        _world.Sent.Clear();
        _world.RunFor(100);
        Assert.Equal(5, _world.Sent.Count);
        Assert.All(_world.Sent, sent => Assert.Same(_b, sent.From));
    }

    [Fact]
    public void Persistent_keepalives_to_many_peers_come_to_go_together_and_none_is_late()
    {
        const int others = 20;
        for (int i = 0; i < others; i++)
        {
            Host other = _world.AddHost($"other {i}");
            other.Knows(_a);
            Tunnel tunnel = _a.Knows(other, keepalive: 25);
            _world.Settle();
            Assert.NotNull(tunnel.Slots.Current);
            // One every 50 ms: all of them within a second.
            _world.RunFor(0.05);
        }
        _world.Sent.Clear();

        _world.RunFor(75);
        foreach (IGrouping<Endpoint, SentDatagram> peer in _world.Sent.GroupBy(sent => sent.To))
        {
            Assert.Equal(3, peer.Count());
            Assert.All(peer, sent => Assert.True(sent.IsKeepalive));
            foreach ((SentDatagram one, SentDatagram next) in peer.Zip(peer.Skip(1)))
                Assert.InRange((next.Time - one.Time).TotalSeconds, 25 * 31 / 32.0, 25.001);
        }
        Assert.Equal(others * 3, _world.Sent.Count);
        Assert.InRange(_world.Sent.Select(sent => sent.Time).Distinct().Count(), 3, 6);
    }

    [Fact]
    public void A_packet_that_waits_for_our_key_leaves_when_it_comes()
    {
        using Weft.Crypto.PrivateKey none = new(new byte[32]);
        using Weft.Crypto.PrivateKey key = new(_a.Key.Span);
        _a.Node.SetPrivateKey(none);
        _a.SendTo(_b);
        _world.RunFor(1);
        Assert.Empty(_world.Sent);
        _a.Node.SetPrivateKey(key);
        _world.Settle();
        Assert.Single(_b.Received);
    }

    void Connect() => _world.Connect(_a, _b);

    int Initiations() => _world.Sent.Count(sent => sent.Kind == DatagramKind.Initiation);
}

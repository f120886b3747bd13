using Weft.Crypto;
using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class HandshakeTests
{
    readonly World _world = new();

    [Fact]
    public void A_first_packet_makes_a_session_and_arrives()
    {
        (Host a, Host b) = _world.AddPair();
        a.SendTo(b, id: 7);
        _world.Settle();
        Assert.Equal(7, Host.IdOf(Assert.Single(b.Received).Packet));
        Assert.Equal(
            [DatagramKind.Initiation, DatagramKind.Response, DatagramKind.Data],
            _world.Sent.Select(sent => sent.Kind)
        );
        Assert.Equal([148, 92, 32 + 112], _world.Sent.Select(sent => sent.Bytes.Length));
    }

    [Fact]
    public void Handshakes_are_marked_af41_and_data_carries_only_ecn()
    {
        (Host a, Host b) = _world.AddPair();
        a.SendPacket(Host.Packet(a, b, trafficClass: 0xb9));
        _world.Settle();
        Assert.Equal([(byte)0x88, (byte)0x88, (byte)1], _world.Sent.Select(sent => sent.TrafficClass));
    }

    [Fact]
    public void With_nothing_staged_the_initiator_confirms_with_a_keepalive()
    {
        (Host a, Host b) = _world.AddPair();
        a.Node.SetPersistentKeepalive(a.PeerOf(b), 25);
        _world.Settle();
        Assert.True(_world.Sent[^1].IsKeepalive);
        Assert.NotNull(b.PeerOf(a).Slots.Current);
    }

    [Fact]
    public void Both_sides_note_when_the_handshake_was_completed()
    {
        (Host a, Host b) = _world.AddPair();
        _world.Wire.Delay = TimeSpan.FromMilliseconds(100);
        WallTime begin = _world.Wall;
        a.SendTo(b);
        _world.RunFor(1);
        Assert.Equal(begin.Before(-200_000_000), a.PeerOf(b).LastHandshake);
        Assert.Equal(begin.Before(-300_000_000), b.PeerOf(a).LastHandshake);
    }

    [Fact]
    public void Equal_preshared_keys_work_and_unequal_ones_do_not()
    {
        using PresharedKey key = new(Enumerable.Repeat((byte)7, 32).ToArray());
        (Host a, Host b) = _world.AddPair(key);
        a.SendTo(b);
        _world.Settle();
        Assert.Single(b.Received);

        using PresharedKey none = new(new byte[32]);
        b.Node.SetPresharedKey(b.PeerOf(a), none);
        Assert.Null(b.PeerOf(a).PresharedKey);
        a.Node.ForgetSessions();
        _world.RunFor(10);
        a.SendTo(b);
        _world.RunFor(10);
        Assert.Single(b.Received);

        a.Node.SetPresharedKey(a.PeerOf(b), none);
        _world.RunFor(10);
        Assert.Equal(2, b.Received.Count);
    }

    [Fact]
    public void Two_sides_that_start_at_once_both_finish_without_a_retry()
    {
        (Host a, Host b) = _world.AddPair();
        _world.Wire.Delay = TimeSpan.FromMilliseconds(50);
        a.SendTo(b);
        b.SendTo(a);
        _world.RunFor(0.3);
        Assert.Single(a.Received);
        Assert.Single(b.Received);
        a.SendTo(b);
        b.SendTo(a);
        _world.RunFor(0.3);
        Assert.Equal(2, a.Received.Count);
        Assert.Equal(2, b.Received.Count);
        Assert.Equal(2, _world.Sent.Count(sent => sent.Kind == DatagramKind.Initiation));
    }

    [Fact]
    public void A_replayed_initiation_is_not_answered()
    {
        (Host a, Host b) = _world.AddPair();
        a.SendTo(b);
        _world.Settle();
        byte[] initiation = _world.Sent[0].Bytes;
        _world.RunFor(10);
        _world.Sent.Clear();
        b.Receive([.. initiation], a.Address);
        _world.Settle();
        Assert.Empty(_world.Sent);
    }

    [Fact]
    public void An_initiation_within_20_ms_of_another_is_not_answered()
    {
        (Host a, Host b) = _world.AddPair();
        SendFreshInitiation(a, b);
        _world.RunFor(0.019);
        SendFreshInitiation(a, b);
        _world.RunFor(0);
        Assert.Equal(1, _world.Sent.Count(sent => sent.Kind == DatagramKind.Response));
        _world.RunFor(0.001);
        SendFreshInitiation(a, b);
        _world.RunFor(0);
        Assert.Equal(2, _world.Sent.Count(sent => sent.Kind == DatagramKind.Response));
    }

    [Fact]
    public void A_wall_clock_set_back_does_not_make_initiations_look_replayed()
    {
        (Host a, Host b) = _world.AddPair();
        a.SendTo(b);
        _world.Settle();
        a.WallError = TimeSpan.FromDays(-400);
        a.Node.ForgetSessions();
        _world.RunFor(10);
        a.SendTo(b);
        _world.Settle();
        Assert.Equal(2, b.Received.Count);
    }

    [Fact]
    public void A_stranger_is_not_answered()
    {
        Host a = _world.AddHost("a");
        Host b = _world.AddHost("b");
        a.Knows(b);
        a.SendTo(b);
        _world.Settle();
        Assert.Equal(DatagramKind.Initiation, Assert.Single(_world.Sent).Kind);
    }

    [Fact]
    public void A_forged_response_changes_nothing_and_the_real_one_still_counts()
    {
        (Host a, Host b) = _world.AddPair();
        _world.Wire.Loses = sent => sent.Kind == DatagramKind.Response;
        a.SendTo(b);
        _world.Settle();
        byte[] response = _world.Sent[^1].Bytes;
        byte[] forged = [.. response];
        forged[50] ^= 1;
        ResignMac1(forged, a);
        a.Receive(forged, Endpoint.V4(0x01020304, 5));
        Assert.Null(a.PeerOf(b).Slots.Current);
        Assert.True(a.PeerOf(b).TryGetEndpoint(out Endpoint endpoint));
        Assert.Equal(b.Address, endpoint);
        Assert.Equal(0UL, a.PeerOf(b).ReceivedBytes);
        a.Receive([.. response], b.Address);
        _world.Settle();
        Assert.Single(b.Received);
    }

    [Fact]
    public void A_response_counts_once()
    {
        (Host a, Host b) = _world.AddPair();
        a.SendTo(b);
        _world.Settle();
        Session? current = a.PeerOf(b).Slots.Current;
        a.Receive([.. _world.Sent[1].Bytes], b.Address);
        Assert.Same(current, a.PeerOf(b).Slots.Current);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void Peers_with_a_key_of_low_order_are_accepted_and_stay_silent(string hex)
    {
        Host a = _world.AddHost("a");
        Assert.True(PublicKey.TryParseHex(hex, out PublicKey low));
        Tunnel peer = a.Node.AddPeer(low)!;
        a.Node.SetEndpoint(peer, Endpoint.V4(0x0a000001, 1));
        a.Node.SetPersistentKeepalive(peer, 1);
        _world.RunFor(300);
        Assert.Empty(_world.Sent);
        Assert.Equal(0, a.Node.Index.Count);
    }

    [Fact]
    public void An_initiation_in_the_name_of_a_peer_whose_key_is_of_low_order_changes_nothing()
    {
        Host b = _world.AddHost("b");
        PublicKey low = default;
        Tunnel peer = b.Node.AddPeer(low)!;
        // Anyone knows the secret of such a key with any other: zero.
        byte[] message = new byte[InitiationMessage.Length];
        InitiationMessage initiation = new(message);
        initiation.WriteHeader(1);
        SymmetricState state = new(new byte[SymmetricState.StorageLength]);
        IkPsk2.Start(state, LocalIdentity.Prologue, b.PublicKey);
        byte[] timestamp = new byte[Tai64N.Length];
        Tai64N.From(_world.Wall).Write(timestamp);
        using PrivateKey ephemeral = PrivateKey.Generate();
        Assert.True(IkPsk2.WriteFirst(state, ephemeral, low, b.PublicKey, new byte[32], timestamp, initiation.Noise));
        new CookieJar(b.PublicKey).Sign(_world.Now, message);
        b.Receive(message, Endpoint.V4(0x01020304, 5));
        Assert.Empty(_world.Sent);
        Assert.False(peer.TryGetEndpoint(out _));
        Assert.Equal(0UL, peer.ReceivedBytes);
    }

    [Fact]
    public void The_private_key_reads_back_clamped()
    {
        Host a = _world.AddHost("a");
        using PrivateKey key = new(Enumerable.Repeat((byte)0xff, 32).ToArray());
        a.Node.SetPrivateKey(key);
        byte[] expected = [0xf8, .. Enumerable.Repeat((byte)0xff, 30), 0x7f];
        Assert.Equal(expected, a.Node.PrivateKey!.Span);
    }

    [Fact]
    public void Timestamps_are_sent_in_steps_that_hide_the_load()
    {
        Tai64N stamp = Tai64N.From(new WallTime(1_000_000_000, 123_456_789));
        byte[] bytes = new byte[Tai64N.Length];
        stamp.Write(bytes);
        Assert.Equal("400000003b9aca0a07000000", Convert.ToHexStringLower(bytes));
        Assert.Equal(stamp, Tai64N.Read(bytes));
        Assert.True(stamp.Next() > stamp);
        Tai64N last = Tai64N.From(new WallTime(1, 999_999_999));
        Assert.Equal(Tai64N.From(new WallTime(2, 0)), last.Next());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_clock_that_came_up_in_1970_locks_a_host_out_unless_there_is_a_floor(bool hasFloor)
    {
        (Host a, Host b) = _world.AddPair();
        a.SendTo(b);
        _world.RunFor(10);
        Assert.Single(b.Received);
        a.WallError = TimeSpan.FromSeconds(-a.Wall.Seconds);
        if (hasFloor)
            a.StampFloor = new StampFloor(_world.Wall.Before(-1_000_000_000), _world.Now);
        a.Restart();
        a.SendTo(b);
        _world.RunFor(10);
        Assert.Equal(hasFloor ? 2 : 1, b.Received.Count);

        // What is set anew is not stamped twice alike, although the clock stands where it was.
        a.Node.RemovePeer(a.PeerOf(b));
        a.Knows(b);
        a.SendTo(b);
        _world.RunFor(10);
        Assert.Equal(hasFloor ? 3 : 1, b.Received.Count);
    }

    [Fact]
    public void Indices_are_released_with_what_they_stood_for()
    {
        (Host a, Host b) = _world.AddPair();
        for (int i = 0; i < 20; i++)
        {
            a.SendTo(b);
            b.SendTo(a);
            _world.RunFor(130);
        }
        Assert.InRange(a.Node.Index.Count, 1, 4);
        Assert.InRange(b.Node.Index.Count, 1, 4);
        _world.RunFor(600);
        Assert.Equal(0, a.Node.Index.Count);
        Assert.Equal(0, b.Node.Index.Count);
    }

    /// <summary>An initiation that the sender's own rules would hold back.</summary>
    void SendFreshInitiation(Host from, Host to)
    {
        using LocalIdentity own = new(from.Key);
        using PeerHandshake handshake = new(to.PublicKey);
        byte[] message = new byte[InitiationMessage.Length];
        Assert.True(
            handshake.TryInitiate(own, new EphemeralKeys(_world.Chance), NextWall(), 1, new InitiationMessage(message))
        );
        new CookieJar(to.PublicKey).Sign(_world.Now, message);
        to.Receive(message, from.Address);
    }

    WallTime NextWall() => new(_world.Wall.Seconds + 1000 + _wallSteps++, 0);

    long _wallSteps;

    static void ResignMac1(byte[] message, Host receiver) => new CookieJar(receiver.PublicKey).Sign(default, message);
}

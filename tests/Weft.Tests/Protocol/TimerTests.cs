using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class TimerTests
{
    readonly World _world = new();
    readonly Host _a;
    readonly Host _b;

    public TimerTests() => (_a, _b) = _world.AddPair();

    Tunnel PeerA => _a.PeerOf(_b);

    Tunnel PeerB => _b.PeerOf(_a);

    [Fact]
    public void Rekeys_after_120_seconds_when_the_initiator_sends()
    {
        Connect();
        _world.RunFor(119.9);
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(0, Initiations());
        _world.RunFor(0.1);
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(1, Initiations());
    }

    [Fact]
    public void The_responder_does_not_rekey_when_it_sends()
    {
        Connect();
        _world.RunFor(175);
        _b.SendTo(_a);
        _world.Wire.IsCut = true;
        _world.Settle();
        _b.SendTo(_a);
        _world.Settle();
        Assert.DoesNotContain(_world.Sent, sent => sent.From == _b && sent.Kind == DatagramKind.Initiation);
    }

    [Fact]
    public void The_initiator_rekeys_once_when_it_receives_after_165_seconds()
    {
        Connect();
        _world.RunFor(164.9);
        _b.SendTo(_a);
        _world.Settle();
        Assert.Equal(0, Initiations());
        _world.RunFor(0.1);
        _world.Wire.Loses = sent => sent.From == _a;
        _b.SendTo(_a);
        _b.SendTo(_a);
        _world.Settle();
        Assert.Equal(1, Initiations());
    }

    [Fact]
    public void The_initiator_rekeys_when_it_receives_late_in_every_session()
    {
        Connect();
        for (int session = 1; session <= 3; session++)
        {
            _world.RunFor(165);
            _b.SendTo(_a);
            _world.Settle();
            Assert.Equal(session, Initiations());
        }
    }

    [Fact]
    public void A_rekey_on_receiving_is_asked_for_once_and_given_up_like_any_other()
    {
        Connect();
        _world.RunFor(165);
        _world.Wire.Loses = sent => sent.From == _a || sent.Kind == DatagramKind.Initiation;
        for (int second = 165; second < 180; second++)
        {
            _b.SendTo(_a);
            _world.RunFor(1);
        }
        _world.RunFor(300);
        Assert.Equal(18, _world.Sent.Count(sent => sent.From == _a && sent.Kind == DatagramKind.Initiation));
    }

    [Fact]
    public void The_responder_does_not_rekey_when_it_receives()
    {
        Connect();
        _world.Wire.Loses = sent => sent.Kind == DatagramKind.Initiation;
        _world.RunFor(170);
        _a.SendTo(_b);
        _world.RunFor(5);
        Assert.NotEmpty(_b.Received);
        Assert.DoesNotContain(_world.Sent, sent => sent.From == _b && sent.Kind == DatagramKind.Initiation);
    }

    [Fact]
    public void Nothing_is_sealed_with_a_key_of_180_seconds()
    {
        Connect();
        _world.RunFor(179.9);
        Assert.True(PeerB.TryReserve(_world.Now, 1, out _, out _));
        _world.RunFor(0.1);
        Assert.False(PeerB.TryReserve(_world.Now, 1, out _, out _));
    }

    [Fact]
    public void Nothing_is_opened_with_a_key_of_180_seconds()
    {
        Connect();
        _world.Wire.Delay = TimeSpan.FromSeconds(1);
        _world.RunFor(179.5);
        _b.SendTo(_a);
        _world.RunFor(1);
        Assert.Empty(_a.Received);
        Assert.Equal([OpenResult.Expired], _a.Refused);
    }

    [Fact]
    public void Retries_after_5_seconds_and_up_to_a_third_of_a_second_more()
    {
        _world.Wire.IsCut = true;
        _a.SendTo(_b);
        _world.RunFor(60);
        Instant[] times = [.. _world.Sent.Select(sent => sent.Time)];
        Assert.InRange(times.Length, 11, 12);
        double[] gaps = [.. times.Zip(times.Skip(1), (first, second) => (second - first).TotalSeconds)];
        Assert.All(gaps, gap => Assert.InRange(gap, 5, 5.334));
        Assert.True(gaps.Distinct().Count() > 5, "the jitter is drawn anew each time");
    }

    [Fact]
    public void Jitter_is_anything_from_0_to_333_milliseconds()
    {
        TimeSpan[] drawn = [.. Enumerable.Range(0, 10_000).Select(_ => _a.Node.DrawJitter())];
        Assert.Equal(TimeSpan.Zero, drawn.Min());
        Assert.Equal(TimeSpan.FromMilliseconds(333), drawn.Max());
        Assert.InRange(drawn.Average(jitter => jitter.TotalMilliseconds), 160, 173);
    }

    [Fact]
    public void Gives_up_after_90_seconds_and_drops_what_is_staged()
    {
        _world.Wire.IsCut = true;
        _a.SendTo(_b);
        _world.RunFor(89.9);
        Assert.Equal(1, PeerA.Staging.Count);
        _world.RunFor(6.2);
        Assert.Equal(18, Initiations());
        Assert.Equal(0, PeerA.Staging.Count);
        _world.RunFor(600);
        Assert.Equal(18, Initiations());
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(19, Initiations());
    }

    [Fact]
    public void Does_not_give_up_while_packets_keep_coming()
    {
        _world.Wire.IsCut = true;
        for (int i = 0; i < 30; i++)
        {
            _a.SendTo(_b);
            _world.RunFor(10);
        }
        Assert.InRange(Initiations(), 55, 61);
    }

    [Fact]
    public void One_initiation_is_sent_in_5_seconds_however_many_packets_wait()
    {
        _world.Settle();
        _world.Wire.IsCut = true;
        for (int i = 0; i < 40; i++)
        {
            _a.SendTo(_b);
            _world.RunFor(0.1);
        }
        Assert.Equal(1, Initiations());
        Assert.Equal(1, _a.Wakes);
    }

    [Fact]
    public void Shakes_hands_anew_when_data_stays_unanswered_for_15_seconds()
    {
        Connect();
        _world.RunFor(20);
        _world.Wire.Loses = sent => sent.From == _b;
        _world.Sent.Clear();
        _a.SendTo(_b);
        _world.RunFor(14.9);
        Assert.Equal(0, Initiations());
        _world.RunFor(0.5);
        Assert.Equal(1, Initiations());
    }

    [Fact]
    public void Silence_counts_from_the_first_unanswered_data()
    {
        Connect();
        _world.RunFor(20);
        _world.Wire.IsCut = true;
        for (int i = 0; i < 15; i++)
        {
            _a.SendTo(_b);
            _world.RunFor(1);
        }
        Assert.Equal(0, Initiations());
        _world.RunFor(0.34);
        Assert.Equal(1, Initiations());
    }

    [Fact]
    public void Keys_are_wiped_540_seconds_after_the_newest_was_made()
    {
        Connect();
        Session session = PeerA.Slots.Current!;
        _world.RunFor(539.9);
        Assert.False(session.IsWiped);
        _world.RunFor(0.1);
        Assert.True(session.IsWiped);
        Assert.Null(PeerA.Slots.Current);
        Assert.Null(PeerB.Slots.Current);
        Assert.Equal(0, _a.Node.Index.Count);
    }

    [Fact]
    public void What_a_handshake_half_made_is_wiped_540_seconds_after_giving_up()
    {
        _world.Wire.IsCut = true;
        _a.SendTo(_b);
        _world.RunFor(90 + 539.9);
        Assert.Equal(1, _a.Node.Index.Count);
        _world.RunFor(6.2);
        Assert.Equal(0, _a.Node.Index.Count);
    }

    [Fact]
    public void Rekeys_after_2_to_the_60_messages()
    {
        Connect();
        _world.RunFor(10);
        PeerB.Slots.Current!.NextCounter = 1UL << 60;
        _world.Sent.Clear();
        _b.SendTo(_a);
        _world.Settle();
        Assert.Equal(1, Initiations());
    }

    [Fact]
    public void Nothing_is_sealed_after_2_to_the_64_minus_2_to_the_13_minus_1_messages()
    {
        Connect();
        Session session = PeerA.Slots.Current!;
        session.NextCounter = ulong.MaxValue - (1UL << 13) - 2;
        Assert.False(session.TryReserve(3, out _));
        Assert.True(session.TryReserve(2, out ulong first));
        Assert.Equal(ulong.MaxValue - (1UL << 13) - 2, first);
        Assert.False(session.TryReserve(1, out _));
        Assert.False(PeerA.TryReserve(_world.Now, 1, out _, out _));
    }

    [Fact]
    public void Nothing_is_opened_after_2_to_the_64_minus_2_to_the_13_minus_1_messages()
    {
        Connect();
        Session from = PeerA.Slots.Current!;
        Session to = PeerB.Slots.Current!;
        byte[] datagram = new byte[32];
        from.Seal(ulong.MaxValue - (1UL << 13), default, datagram, 1420);
        Assert.Equal(OpenResult.Expired, to.Open(_world.Now, datagram, out _));
        from.Seal(ulong.MaxValue - (1UL << 13) - 1, default, datagram, 1420);
        Assert.Equal(OpenResult.Opened, to.Open(_world.Now, datagram, out _));
    }

    [Fact]
    public void Nothing_is_due_on_a_node_that_is_down()
    {
        Connect();
        _a.SendTo(_b);
        _a.Node.InterfaceDown();
        _a.Tick();
        Assert.Equal(Instant.Never, _a.Node.NextDeadline);
        Assert.Equal(0, _a.Node.Index.Count);
        _world.RunFor(100);
        // It waits for the interface, not for a time.
        _a.SendTo(_b);
        Assert.Equal(1, PeerA.Staging.Count);
        Assert.Equal(Instant.Never, _a.Node.NextDeadline);
    }

    [Fact]
    public void A_node_that_goes_down_drops_what_is_staged()
    {
        _world.Wire.IsCut = true;
        _a.SendTo(_b);
        Assert.Equal(1, PeerA.Staging.Count);
        _a.Node.InterfaceDown();
        Assert.Equal(0, PeerA.Staging.Count);
    }

    [Fact]
    public void Silence_is_noticed_after_15_seconds_and_up_to_a_third_of_a_second_more()
    {
        List<double> waits = [];
        for (int i = 0; i < 8; i++)
        {
            Connect();
            _world.RunFor(30);
            _world.Wire.IsCut = true;
            _world.Sent.Clear();
            _a.SendTo(_b);
            _world.RunFor(18);
            waits.Add((_world.Sent[1].Time - _world.Sent[0].Time).TotalSeconds);
            _world.Wire.Heal();
            _a.Node.ForgetSessions();
            _b.Node.ForgetSessions();
            _world.RunFor(30);
        }
        Assert.All(waits, wait => Assert.InRange(wait, 15, 15.334));
        Assert.True(waits.Distinct().Count() > 4, "the jitter is drawn anew each time");
    }

    [Fact]
    public void Giving_up_takes_back_the_keepalive_that_was_owed()
    {
        Connect();
        _world.Wire.Loses = sent => sent.From == _a || sent.Kind == DatagramKind.Initiation;
        _a.SendTo(_b);
        // The last of 18 tries is over 105 to 111.4 s after the data that stayed unanswered.
        _world.RunFor(104.9);
        _b.SendTo(_a);
        _world.RunFor(15);
        Assert.NotEmpty(_a.Received);
        Assert.Equal(18, Initiations());
        Assert.DoesNotContain(_world.Sent, sent => sent.From == _a && sent.IsKeepalive);
    }

    void Connect() => _world.Connect(_a, _b);

    int Initiations() => _world.Sent.Count(sent => sent.Kind == DatagramKind.Initiation);
}

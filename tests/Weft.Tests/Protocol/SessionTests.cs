using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class SessionTests
{
    readonly World _world = new();
    readonly Host _a;
    readonly Host _b;

    public SessionTests() => (_a, _b) = _world.AddPair();

    Tunnel PeerA => _a.PeerOf(_b);

    Tunnel PeerB => _b.PeerOf(_a);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(100, 112)]
    [InlineData(1408, 1408)]
    [InlineData(1409, 1420)]
    [InlineData(1420, 1420)]
    [InlineData(1421, 1436)]
    [InlineData(2840, 2840)]
    public void Packets_are_padded_to_16_but_not_beyond_the_mtu(int length, int padded) =>
        Assert.Equal(padded + 32, Session.DatagramLength(length, 1420));

    [Fact]
    public void Padding_is_zeros_and_is_trimmed_by_the_inner_length()
    {
        Connect();
        _a.SendTo(_b, length: 101);
        Assert.Equal(112 + 32, _world.Sent[^1].Bytes.Length);
        byte[] datagram = [.. _world.Sent[^1].Bytes];
        Assert.Equal(OpenResult.Opened, PeerB.Slots.Current!.Open(_world.Now, datagram, out int length));
        Assert.Equal(112, length);
        Assert.All(datagram[(16 + 101)..(16 + 112)], octet => Assert.Equal(0, octet));
        _world.Wire.Loses = null;
        _a.SendTo(_b, length: 101);
        _world.Settle();
        Assert.Equal(101, _b.Received[^1].Packet.Length);
    }

    [Fact]
    public void A_packet_may_already_stand_where_it_is_sealed()
    {
        Connect();
        byte[] packet = Host.Packet(_a, _b, 5, 99);
        byte[] datagram = new byte[2000];
        packet.CopyTo(datagram, 16);
        datagram.AsSpan(16 + 99).Fill(0xee);
        Assert.True(PeerA.Slots.Current!.TryReserve(1, out ulong counter));
        int length = PeerA.Slots.Current!.Seal(counter, datagram.AsSpan(16, 99), datagram, 1420);
        Assert.Equal(OpenResult.Opened, PeerB.Slots.Current!.Open(_world.Now, datagram.AsSpan(0, length), out _));
        Assert.Equal([.. packet, .. new byte[13]], datagram[16..(16 + 112)]);
    }

    [Fact]
    public void A_datagram_opens_once()
    {
        Connect();
        _world.Wire.Loses = sent => sent.IsData;
        _a.SendTo(_b);
        byte[] datagram = _world.Sent[^1].Bytes;
        Session session = PeerB.Slots.Current!;
        Assert.Equal(OpenResult.Opened, session.Open(_world.Now, [.. datagram], out _));
        Assert.Equal(OpenResult.Replayed, session.Open(_world.Now, [.. datagram], out _));
    }

    [Fact]
    public void A_forged_datagram_does_not_move_the_window()
    {
        Connect();
        Session from = PeerA.Slots.Current!;
        Session to = PeerB.Slots.Current!;
        byte[] forged = new byte[32];
        from.Seal(1_000_000, default, forged, 1420);
        forged[^1] ^= 1;
        Assert.Equal(OpenResult.Forged, to.Open(_world.Now, forged, out _));
        byte[] real = new byte[32];
        from.Seal(5, default, real, 1420);
        Assert.Equal(OpenResult.Opened, to.Open(_world.Now, real, out _));
    }

    [Fact]
    public void All_64_bits_of_a_counter_go_into_the_header_and_the_nonce()
    {
        Connect();
        HashSet<string> headers = [];
        HashSet<string> tags = [];
        for (int bit = 0; bit < 64; bit++)
        {
            byte[] datagram = new byte[32];
            PeerA.Slots.Current!.Seal(1UL << bit, default, datagram, 1420);
            headers.Add(Convert.ToHexString(datagram.AsSpan(8, 8)));
            tags.Add(Convert.ToHexString(datagram.AsSpan(16)));
        }
        Assert.Equal((64, 64), (headers.Count, tags.Count));
    }

    [Fact]
    public void A_datagram_cut_short_is_refused()
    {
        Connect();
        _world.Wire.Loses = sent => sent.IsData;
        _a.SendTo(_b);
        byte[] datagram = _world.Sent[^1].Bytes;
        for (int length = 32; length < datagram.Length; length++)
            Assert.Equal(
                OpenResult.Forged,
                PeerB.Slots.Current!.Open(_world.Now, datagram.AsSpan(0, length).ToArray(), out _)
            );
    }

    [Fact]
    public void The_responder_uses_the_next_session_only_after_data_came_on_it()
    {
        _world.Wire.Loses = sent => sent.Kind == DatagramKind.Data;
        _a.SendTo(_b);
        _world.Settle();
        Assert.NotNull(PeerB.Slots.Next);
        Assert.Null(PeerB.Slots.Current);
        Assert.False(PeerB.TryReserve(_world.Now, 1, out _, out _));
        Assert.True(PeerB.LastHandshake.IsNever);
        _world.Wire.Loses = null;
        Session next = PeerB.Slots.Next!;
        _a.SendTo(_b);
        _world.Settle();
        Assert.Same(next, PeerB.Slots.Current);
        Assert.Null(PeerB.Slots.Next);
        Assert.False(PeerB.LastHandshake.IsNever);
    }

    [Fact]
    public void An_initiator_with_a_pending_next_session_demotes_it_to_previous()
    {
        SessionSlots slots = PeerB.Slots;
        Session current = New(1, true);
        Session next = New(2, false);
        Session newest = New(3, true);
        slots.AddAsInitiator(current);
        slots.AddAsResponder(next);
        slots.AddAsInitiator(newest);
        Assert.Same(next, slots.Previous);
        Assert.Same(newest, slots.Current);
        Assert.Null(slots.Next);
        Assert.True(current.IsWiped);
        Assert.False(next.IsWiped);
    }

    [Fact]
    public void A_confirmed_session_pushes_the_current_one_to_previous_and_the_previous_one_out()
    {
        SessionSlots slots = PeerB.Slots;
        Session first = New(1, true);
        Session second = New(2, true);
        Session third = New(3, false);
        slots.AddAsInitiator(first);
        slots.AddAsInitiator(second);
        slots.AddAsResponder(third);
        Assert.Same(first, slots.Previous);
        Assert.False(slots.TryConfirm(second));
        Assert.True(slots.TryConfirm(third));
        Assert.False(slots.TryConfirm(third));
        Assert.Same(second, slots.Previous);
        Assert.Same(third, slots.Current);
        Assert.True(first.IsWiped);
        Assert.Null(_b.Node.FindSession(Header(1)));
        Assert.Same(third, _b.Node.FindSession(Header(3)));
    }

    [Fact]
    public void What_was_sent_on_the_old_session_still_arrives_after_a_rekey()
    {
        Connect();
        _world.RunFor(119);
        _world.Wire.Delay = TimeSpan.FromSeconds(10);
        _a.SendTo(_b, id: 1);
        _world.RunFor(1);
        _world.Wire.Delay = TimeSpan.Zero;
        _a.SendTo(_b, id: 2);
        _world.RunFor(1);
        Assert.NotNull(PeerB.Slots.Previous);
        _world.RunFor(9);
        Assert.Equal([2, 1], _b.Received.Select(received => Host.IdOf(received.Packet)));
    }

    [Fact]
    public void No_packet_is_lost_to_a_rekey()
    {
        Connect();
        _world.Wire.Delay = TimeSpan.FromMilliseconds(40);
        _world.KeepsSent = false;
        for (int i = 0; i < 10_000; i++)
        {
            _a.SendTo(_b, i);
            _b.SendTo(_a, i);
            _world.RunFor(0.1);
        }
        _world.RunFor(1);
        Assert.Equal(Enumerable.Range(0, 10_000), _b.Received.Select(received => Host.IdOf(received.Packet)));
        Assert.Equal(Enumerable.Range(0, 10_000), _a.Received.Select(received => Host.IdOf(received.Packet)));
    }

    [Fact]
    public void Counters_are_reserved_once_by_however_many_threads()
    {
        Session session = New(1, true);
        const int Threads = 4;
        const int Each = 5_000;
        ulong[][] taken = new ulong[Threads][];
        Thread[] threads = new Thread[Threads];
        for (int t = 0; t < Threads; t++)
        {
            int mine = t;
            taken[t] = new ulong[Each];
            threads[t] = new Thread(() =>
            {
                for (int i = 0; i < Each; i++)
                    Assert.True(session.TryReserve(3, out taken[mine][i]));
            });
        }
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(
            Enumerable.Range(0, Threads * Each).Select(i => (ulong)i * 3),
            taken.SelectMany(counters => counters).Order()
        );
    }

    [Fact]
    public void No_index_is_given_twice_however_chance_falls()
    {
        SessionIndex index = new(new StutteringChance());
        HashSet<uint> given = [];
        for (int i = 0; i < 100; i++)
            Assert.True(given.Add(index.Reserve(PeerB)));
        Assert.Equal(100, index.Count);
    }

    [Fact]
    public void A_retired_session_seals_and_opens_nothing_and_its_keys_are_gone()
    {
        Connect();
        Session session = PeerA.Slots.Current!;
        _a.Node.RemovePeer(PeerA);
        Assert.True(session.IsWiped);
        Assert.Equal(0, session.Seal(99, default, new byte[32], 1420));
        Assert.Equal(OpenResult.Expired, session.Open(_world.Now, new byte[32], out _));
    }

    [Fact]
    public void Retiring_while_others_seal_wipes_after_the_last_of_them()
    {
        for (uint round = 0; round < 200; round++)
        {
            Session session = New(round, true);
            byte[] expected = new byte[1056];
            session.Seal(0, new byte[1024], expected, 1420);
            Thread thread = new(() =>
            {
                byte[] datagram = new byte[1056];
                while (session.Seal(0, new byte[1024], datagram, 1420) != 0)
                    Assert.Equal(expected, datagram);
            });
            thread.Start();
            session.Retire();
            thread.Join();
            Assert.True(session.IsWiped);
        }
    }

    void Connect()
    {
        _a.SendTo(_b);
        _world.Settle();
        Assert.NotNull(PeerB.Slots.Current);
        _world.Sent.Clear();
        _b.Received.Clear();
    }

    Session New(uint index, bool isInitiator) =>
        new(PeerB, index, index, isInitiator, _world.Now, new byte[32], new byte[32]);

    /// <summary>Draws each number three times.</summary>
    sealed class StutteringChance : IEntropy
    {
        int _drawn;

        public void Fill(Span<byte> bytes) => bytes.Fill((byte)(_drawn++ / 3));
    }

    static byte[] Header(byte receiver) => [4, 0, 0, 0, receiver, .. new byte[27]];
}

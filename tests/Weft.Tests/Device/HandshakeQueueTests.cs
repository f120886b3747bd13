using Weft.Device;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Device;

public sealed class HandshakeQueueTests
{
    static readonly Instant s_now = TestEnd.TestTime;

    [Fact]
    public void Messages_come_out_as_they_went_in_the_newest_first_and_say_how_many_wait()
    {
        HandshakeQueue queue = new();
        queue.TryWrite(s_now, HandshakeClaim.Unproven, [1, 2, 3], Endpoint.V4(1, 1));
        queue.TryWrite(s_now, HandshakeClaim.Unproven, [4], Endpoint.V6(2, 2));
        byte[] datagram = new byte[Datagram.LongestHandshake];

        Assert.True(queue.TryRead(s_now, datagram, out int length, out Endpoint from, out int queued));
        Assert.Equal((1, Endpoint.V6(2, 2), 2), (length, from, queued));
        Assert.Equal(4, datagram[0]);
        Assert.True(queue.TryRead(s_now, datagram, out length, out from, out queued));
        Assert.Equal((3, Endpoint.V4(1, 1), 1), (length, from, queued));
        Assert.Equal([1, 2, 3], datagram[..3]);
        Assert.False(queue.TryRead(s_now, datagram, out _, out _, out _));
    }

    [Fact]
    public void Proven_messages_have_room_and_come_first_however_many_others_wait()
    {
        HandshakeQueue queue = new();
        byte[] datagram = new byte[Datagram.LongestHandshake];
        for (int i = 0; i < 5000; i++)
            queue.TryWrite(s_now, HandshakeClaim.Unproven, datagram, default);
        // The first of a source that was silent has room elsewhere.
        Assert.Equal(4096 + 1, queue.Count);
        Assert.True(queue.TryWrite(s_now, HandshakeClaim.Proven, [7], Endpoint.V4(1, 1)));
        Assert.False(queue.TryWrite(s_now, HandshakeClaim.None, [8], Endpoint.V4(1, 1)));
        Assert.True(queue.TryRead(s_now, datagram, out int length, out _, out int queued));
        Assert.Equal((1, 7, HandshakeQueue.Capacity + 2), (length, datagram[0], queued));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_is_new_passes_a_flood_from_addresses_that_the_sender_owns(bool isIPv6)
    {
        HandshakeQueue queue = new();
        Fill(queue, isIPv6);
        Assert.True(queue.TryWrite(s_now, HandshakeClaim.Proven, [7], Source(isIPv6, 9)));
        byte[] datagram = new byte[Datagram.LongestHandshake];
        Assert.True(queue.TryRead(s_now, datagram, out _, out Endpoint from, out _));
        Assert.Equal(Source(isIPv6, 9), from);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_is_new_does_not_stand_behind_thousands_of_addresses_that_came_before(bool isIPv6)
    {
        HandshakeQueue queue = new();
        for (uint i = 0; i < 10_000; i++)
        {
            queue.TryWrite(s_now, HandshakeClaim.Unproven, [1], Source(isIPv6, 10 + i));
            queue.TryWrite(s_now, HandshakeClaim.Proven, [2], Source(isIPv6, 10 + i));
        }
        queue.TryWrite(s_now, HandshakeClaim.Unproven, [7], Source(isIPv6, 9));
        Assert.InRange(ReadsUntil(queue, Source(isIPv6, 9)), 1, 2);
        queue.TryWrite(s_now, HandshakeClaim.Proven, [7], Source(isIPv6, 9));
        Assert.InRange(ReadsUntil(queue, Source(isIPv6, 9)), 1, 6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_source_is_fresh_again_after_a_silence(bool isIPv6)
    {
        FreshSources sources = new(TimeSpan.FromSeconds(4));
        Assert.True(sources.Take(s_now, Source(isIPv6, 1)));
        Assert.True(sources.Take(s_now, Source(isIPv6, 2)));
        Assert.False(sources.Take(s_now + TimeSpan.FromSeconds(3), Source(isIPv6, 1)));
        Assert.False(sources.Take(s_now + TimeSpan.FromSeconds(6), Source(isIPv6, 1)));
        Assert.True(sources.Take(s_now + TimeSpan.FromSeconds(6), Source(isIPv6, 2)));
        Assert.True(sources.Take(s_now + TimeSpan.FromSeconds(10), Source(isIPv6, 1)));
    }

    [Fact]
    public void Hardly_any_source_is_taken_for_one_of_thousands_that_keep_sending()
    {
        FreshSources sources = new(TimeSpan.FromSeconds(4));
        for (uint i = 0; i < 8000; i++)
            sources.Take(s_now, Source(isIPv6: false, i));
        int fresh = 0;
        for (uint i = 10_000; i < 11_000; i++)
            fresh += sources.Take(s_now, Source(isIPv6: false, i)) ? 1 : 0;
        Assert.InRange(fresh, 997, 1000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_is_new_and_has_no_cookie_yet_passes_a_flood_from_thousands_of_addresses(bool isIPv6)
    {
        HandshakeQueue queue = new();
        for (uint i = 0; i < 20_000; i++)
            queue.TryWrite(s_now, HandshakeClaim.Unproven, [1], Source(isIPv6, i % 500));
        queue.TryWrite(s_now, HandshakeClaim.Unproven, [7], Source(isIPv6, 1_000));
        for (uint i = 0; i < 20_000; i++)
            queue.TryWrite(s_now, HandshakeClaim.Unproven, [1], Source(isIPv6, i % 500));
        Assert.InRange(ReadsUntil(queue, Source(isIPv6, 1_000)), 1, 2);
    }

    [Fact]
    public void No_kind_of_message_waits_for_ever_behind_another()
    {
        HandshakeQueue queue = new();
        Fill(queue, isIPv6: false);
        byte[] datagram = new byte[Datagram.LongestHandshake];
        List<Endpoint> read = [];
        for (int i = 0; i < 20; i++)
        {
            Assert.True(queue.TryRead(s_now, datagram, out _, out Endpoint from, out _));
            read.Add(from);
        }
        Assert.InRange(read.Count(from => from == default), 10, 18);
    }

    [Fact]
    public void Sources_that_keep_sending_get_a_quarter_of_the_time_and_hold_up_nobody_else()
    {
        HandshakeQueue queue = new();
        byte[] datagram = new byte[Datagram.LongestHandshake];
        Instant now = s_now;
        Instant end = now + TimeSpan.FromSeconds(1);
        TimeSpan work = TimeSpan.FromMicroseconds(100);
        int computed = 0;
        bool hasBeenHeld = false;
        while (now < end)
        {
            queue.TryWrite(now, HandshakeClaim.Proven, [2], Source(false, 1));
            if (queue.TryRead(now, datagram, out _, out _, out _))
            {
                computed++;
                now += work;
                continue;
            }
            if (!hasBeenHeld)
                OthersAreServed(now);
            hasBeenHeld = true;
            Assert.True(queue.NextRead > now);
            now = queue.NextRead;
        }
        Assert.InRange(computed * work.TotalSeconds, 0.24, 0.27);

        void OthersAreServed(Instant now)
        {
            Assert.True(queue.TryWrite(now, HandshakeClaim.Proven, [3], Source(false, 9)));
            Assert.True(queue.NextRead <= now);
            Assert.True(queue.TryRead(now, datagram, out _, out _, out _));
            Assert.Equal(3, datagram[0]);
            Assert.True(queue.TryWrite(now, HandshakeClaim.Unproven, [4], default));
            Assert.True(queue.TryRead(now, datagram, out _, out _, out _));
            Assert.Equal(4, datagram[0]);
        }
    }

    [Fact]
    public void A_full_ring_takes_what_comes_and_drops_the_oldest()
    {
        const int capacity = 100;
        HandshakeRing ring = new(capacity);
        byte[] datagram = new byte[Datagram.LongestHandshake];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < capacity + 30; i++)
            {
                BitConverter.TryWriteBytes(datagram, i);
                ring.Write(datagram, default);
                Assert.Equal(Math.Min(i + 1, capacity), ring.Count);
            }
            for (int i = capacity + 29; i >= 30; i--)
            {
                Assert.True(ring.TryRead(datagram, out _, out _));
                Assert.Equal(i, BitConverter.ToInt32(datagram));
            }
            Assert.False(ring.TryRead(datagram, out _, out _));
        }
    }

    /// <summary>As full of messages from nowhere, and of proven ones from one source, as can be.</summary>
    static void Fill(HandshakeQueue queue, bool isIPv6)
    {
        for (int i = 0; i < 2 * HandshakeQueue.Capacity; i++)
        {
            queue.TryWrite(s_now, HandshakeClaim.Unproven, [1], default);
            queue.TryWrite(s_now, HandshakeClaim.Proven, [2], Source(isIPv6, 1));
        }
    }

    static int ReadsUntil(HandshakeQueue queue, Endpoint wanted)
    {
        byte[] datagram = new byte[Datagram.LongestHandshake];
        int reads = 0;
        Endpoint from;
        do
        {
            reads++;
            Assert.True(queue.TryRead(s_now, datagram, out _, out from, out _));
        } while (from != wanted);
        return reads;
    }

    static Endpoint Source(bool isIPv6, uint number) =>
        isIPv6 ? Endpoint.V6((UInt128)number << 64 | 5, 1) : Endpoint.V4(number, 1);
}

using Weft.Device;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Device;

public sealed class HandshakeQueueTests
{
    [Fact]
    public void Messages_come_out_as_they_went_in_and_say_how_many_wait()
    {
        HandshakeQueue queue = new();
        queue.TryWrite(HandshakeClaim.Unproven, [1, 2, 3], Endpoint.V4(1, 1));
        queue.TryWrite(HandshakeClaim.Unproven, [4], Endpoint.V6(2, 2));
        byte[] datagram = new byte[Datagram.LongestHandshake];

        Assert.True(queue.TryRead(datagram, out int length, out Endpoint from, out int queued));
        Assert.Equal((3, Endpoint.V4(1, 1), 2), (length, from, queued));
        Assert.Equal([1, 2, 3], datagram[..3]);
        Assert.True(queue.TryRead(datagram, out length, out from, out queued));
        Assert.Equal((1, Endpoint.V6(2, 2), 1), (length, from, queued));
        Assert.False(queue.TryRead(datagram, out _, out _, out _));
    }

    [Fact]
    public void Proven_messages_have_room_and_come_first_however_many_others_wait()
    {
        HandshakeQueue queue = new();
        byte[] datagram = new byte[Datagram.LongestHandshake];
        while (queue.TryWrite(HandshakeClaim.Unproven, datagram, default)) { }
        Assert.Equal(4096, queue.Count);
        Assert.True(queue.TryWrite(HandshakeClaim.Proven, [7], Endpoint.V4(1, 1)));
        Assert.False(queue.TryWrite(HandshakeClaim.None, [8], Endpoint.V4(1, 1)));
        Assert.True(queue.TryRead(datagram, out int length, out _, out int queued));
        Assert.Equal((1, 7, HandshakeQueue.Capacity + 1), (length, datagram[0], queued));
    }

    [Fact]
    public void A_full_ring_drops_what_comes_and_keeps_what_it_has()
    {
        const int capacity = 100;
        HandshakeRing ring = new(capacity);
        byte[] datagram = new byte[Datagram.LongestHandshake];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < capacity; i++)
            {
                BitConverter.TryWriteBytes(datagram, i);
                Assert.True(ring.TryWrite(datagram, default));
            }
            Assert.False(ring.TryWrite(datagram, default));
            for (int i = 0; i < capacity; i++)
            {
                Assert.True(ring.TryRead(datagram, out _, out _));
                Assert.Equal(i, BitConverter.ToInt32(datagram));
            }
        }
    }
}

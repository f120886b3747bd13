using Weft.Device;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Device;

public sealed class HandshakeRingTests
{
    [Fact]
    public void Messages_come_out_as_they_went_in_and_say_how_many_wait()
    {
        HandshakeRing ring = new();
        ring.TryWrite([1, 2, 3], Endpoint.V4(1, 1));
        ring.TryWrite([4], Endpoint.V6(2, 2));
        byte[] datagram = new byte[Datagram.LongestHandshake];

        Assert.True(ring.TryRead(datagram, out int length, out Endpoint from, out int queued));
        Assert.Equal((3, Endpoint.V4(1, 1), 2), (length, from, queued));
        Assert.Equal([1, 2, 3], datagram[..3]);
        Assert.True(ring.TryRead(datagram, out length, out from, out queued));
        Assert.Equal((1, Endpoint.V6(2, 2), 1), (length, from, queued));
        Assert.False(ring.TryRead(datagram, out _, out _, out _));
    }

    [Fact]
    public void A_full_ring_drops_what_comes_and_keeps_what_it_has()
    {
        HandshakeRing ring = new();
        byte[] datagram = new byte[Datagram.LongestHandshake];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < HandshakeRing.Capacity; i++)
            {
                BitConverter.TryWriteBytes(datagram, i);
                Assert.True(ring.TryWrite(datagram, default));
            }
            Assert.False(ring.TryWrite(datagram, default));
            for (int i = 0; i < HandshakeRing.Capacity; i++)
            {
                Assert.True(ring.TryRead(datagram, out _, out _, out _));
                Assert.Equal(i, BitConverter.ToInt32(datagram));
            }
        }
    }
}

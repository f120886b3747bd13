using System.Net;
using Weft.Device;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Device;

/// <summary>What is held to be a WireGuard message in a tunnel because nobody can tell any more.</summary>
public sealed class RoutingLoopTests
{
    const byte Tcp = 6;
    const byte Udp = 17;
    const byte Ospf = 89;

    [Theory]
    [InlineData(Udp, 64, true, 56)]
    [InlineData(Udp, 255, true, 56)]
    [InlineData(Udp, 9, true, 1)]
    [InlineData(Udp, 8, false, 0)]
    [InlineData(Tcp, 8, true, 0)]
    [InlineData(Ospf, 1, true, 0)]
    public void Only_what_was_a_datagram_can_have_been_a_message(byte whole, byte hopLimit, bool passes, byte left)
    {
        byte[] packet = new byte[40 + 8 + 100];
        packet[0] = 0x60;
        packet[5] = 108;
        packet[6] = 44; // a fragment
        packet[7] = hopLimit;
        packet[40] = whole;
        Endpoint to = Endpoint.From(new IPEndPoint(IPAddress.Parse("2001:db8::1"), 51820));

        Assert.Equal(passes, RoutingLoop.MayPass(packet, in to, out byte outer));
        Assert.Equal(left, outer);
        // What names nothing is nothing.
        Assert.True(RoutingLoop.MayPass(packet.AsSpan(0, 40), in to, out _));
    }
}

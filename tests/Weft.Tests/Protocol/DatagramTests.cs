using System.Net;
using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class DatagramTests
{
    [Theory]
    [InlineData(1, 148, DatagramKind.Initiation)]
    [InlineData(1, 147, DatagramKind.None)]
    [InlineData(1, 149, DatagramKind.None)]
    [InlineData(2, 92, DatagramKind.Response)]
    [InlineData(2, 91, DatagramKind.None)]
    [InlineData(2, 93, DatagramKind.None)]
    [InlineData(3, 64, DatagramKind.Cookie)]
    [InlineData(3, 63, DatagramKind.None)]
    [InlineData(3, 65, DatagramKind.None)]
    [InlineData(4, 32, DatagramKind.Data)]
    [InlineData(4, 31, DatagramKind.None)]
    [InlineData(4, 65535, DatagramKind.Data)]
    [InlineData(0, 148, DatagramKind.None)]
    [InlineData(5, 148, DatagramKind.None)]
    [InlineData(4, 0, DatagramKind.None)]
    public void Kinds_are_told_by_type_and_length(byte type, int length, DatagramKind kind)
    {
        byte[] datagram = new byte[length];
        if (length > 0)
            datagram[0] = type;
        Assert.Equal(kind, Datagram.KindOf(datagram));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_reserved_bytes_must_be_zero(int position)
    {
        byte[] datagram = new byte[148];
        datagram[0] = 1;
        datagram[position] = 1;
        Assert.Equal(DatagramKind.None, Datagram.KindOf(datagram));
    }

    [Fact]
    public void Endpoints_keep_scope_and_compare_by_value()
    {
        IPEndPoint linkLocal = new(IPAddress.Parse("fe80::1%7"), 51820);
        Endpoint endpoint = Endpoint.From(linkLocal);
        Assert.Equal(7u, endpoint.ScopeId);
        Assert.Equal(linkLocal, endpoint.ToIPEndPoint());
        Assert.Equal(endpoint, Endpoint.From(linkLocal));
        Assert.NotEqual(endpoint, endpoint.WithSource(1, 0));
        Assert.Equal(endpoint, endpoint.WithSource(1, 5).WithoutSource());
        IPEndPoint v4 = new(IPAddress.Parse("192.0.2.1"), 9);
        Assert.Equal(Endpoint.V4(0xc000_0201, 9), Endpoint.From(v4));
        Assert.Equal(v4, Endpoint.V4(0xc000_0201, 9).ToIPEndPoint());
        Assert.False(default(Endpoint).IsSet);
        Assert.Null(default(Endpoint).ToIPEndPoint());
    }

    [Fact]
    public void Random_and_mutated_datagrams_change_nothing()
    {
        World world = new(11);
        (Host a, Host b) = world.AddPair();
        a.SendTo(b);
        world.Settle();
        byte[][] real = [.. world.Sent.Select(sent => sent.Bytes)];
        world.Wire.IsCut = true;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] datagram = [.. real[world.Chance.Below(real.Length)]];
            if (world.Chance.Chance(0.3))
                world.Chance.Fill(datagram.AsSpan(4));
            datagram[world.Chance.Below(datagram.Length)] ^= (byte)(1 + world.Chance.Below(255));
            if (world.Chance.Chance(0.2))
                datagram = datagram[..world.Chance.Below(datagram.Length)];
            b.Receive(datagram, Endpoint.V4(7, 7));
        }
        b.PeerOf(a).TryGetEndpoint(out Endpoint endpoint);
        Assert.Equal(a.Address, endpoint);
        Assert.Single(b.Received);
        Assert.Equal(148UL + 144, b.PeerOf(a).ReceivedBytes);
        world.Wire.Heal();
        a.SendTo(b);
        world.Settle();
        Assert.Equal(2, b.Received.Count);
    }
}

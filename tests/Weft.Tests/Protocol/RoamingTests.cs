using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class RoamingTests
{
    readonly World _world = new();
    readonly Host _a;
    readonly Host _b;

    public RoamingTests() => (_a, _b) = _world.AddPair();

    [Fact]
    public void Data_from_another_address_moves_the_endpoint()
    {
        Connect();
        Endpoint elsewhere = Endpoint.V6((UInt128)0x2001_0db8 << 96 | 1, 4444, 3);
        _world.Move(_a, elsewhere);
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(elsewhere, EndpointOf(_b, _a));
        _b.SendTo(_a);
        _world.Settle();
        Assert.Single(_a.Received);
    }

    [Fact]
    public void A_handshake_from_another_address_moves_the_endpoint()
    {
        Connect();
        _world.Move(_a, Endpoint.V4(0xc633_6401, 7));
        _world.Wire.Loses = sent => sent.Kind != DatagramKind.Initiation;
        _a.Node.ForgetSessions();
        _world.RunFor(10);
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(_a.Address, EndpointOf(_b, _a));
        // And the answer's, which comes from elsewhere than where the question went.
        _world.Wire.Loses = sent => sent.Kind == DatagramKind.Response;
        _world.RunFor(6);
        byte[] response = _world.Sent.Last(sent => sent.Kind == DatagramKind.Response).Bytes;
        _a.Receive([.. response], Endpoint.V4(0xc633_6402, 8));
        Assert.Equal(Endpoint.V4(0xc633_6402, 8), EndpointOf(_a, _b));
    }

    [Fact]
    public void The_endpoint_moves_even_if_the_packet_inside_is_refused()
    {
        Connect();
        Host c = _world.AddHost("c");
        _a.Node.AllowIp(_a.PeerOf(_b), new System.Net.IPNetwork(System.Net.IPAddress.Parse("10.0.0.3"), 32));
        _world.Move(_a, Endpoint.V4(0xc633_6401, 7));
        ulong before = _b.PeerOf(_a).ReceivedBytes;
        _b.Received.Clear();
        byte[] packet = Host.Packet(c, _b);
        _a.SendPacket(packet);
        _world.Settle();
        Assert.Empty(_b.Received);
        Assert.Equal(before, _b.PeerOf(_a).ReceivedBytes);
        Assert.Equal(_a.Address, EndpointOf(_b, _a));
    }

    [Fact]
    public void Forged_and_replayed_datagrams_move_nothing()
    {
        Connect();
        _a.SendTo(_b);
        _world.Settle();
        byte[] replayed = [.. _world.Sent[^1].Bytes];
        byte[] forged = [.. replayed];
        forged[^1] ^= 1;
        _b.Receive(replayed, Endpoint.V4(1, 1));
        _b.Receive(forged, Endpoint.V4(1, 1));
        Assert.Equal([OpenResult.Replayed, OpenResult.Forged], _b.Refused);
        Assert.Equal(_a.Address, EndpointOf(_b, _a));
    }

    [Fact]
    public void Replies_leave_from_the_address_and_interface_that_packets_came_to()
    {
        _b.Interface = 9;
        Connect();
        Endpoint endpoint = EndpointOf(_b, _a);
        Assert.Equal(9, endpoint.SourceInterface);
        Assert.Equal(_b.Address.Address, endpoint.SourceAddress);
        _b.SendTo(_a);
        Assert.Equal(9, _world.Sent[^1].To.SourceInterface);
        Assert.Equal(9, _world.Sent.First(sent => sent.Kind == DatagramKind.Response).To.SourceInterface);
        _b.Interface = 10;
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(10, EndpointOf(_b, _a).SourceInterface);
    }

    [Fact]
    public void A_source_that_routes_no_longer_lead_back_by_is_left_until_they_do_again()
    {
        _b.Interface = 9;
        Connect();
        Routes routes = new() { Way = 9 };
        _b.Node.Sources.Check(routes);
        Assert.True(EndpointOf(_b, _a).HasSource);

        routes.Way = 4;
        _b.Node.Sources.Check(routes);
        Assert.True(EndpointOf(_b, _a).HasSource, "nothing said that the routes changed");
        _b.Node.Sources.DoubtAll();
        _b.Node.Sources.Check(routes);
        Assert.False(EndpointOf(_b, _a).HasSource);

        // Packets that still come to the old address don't bring it back, nor ask again for each.
        int asked = routes.Asked;
        for (int i = 0; i < 10; i++)
        {
            _a.SendTo(_b);
            _world.Settle();
            _b.Node.Sources.Check(routes);
        }
        Assert.False(EndpointOf(_b, _a).HasSource);
        Assert.Equal(asked, routes.Asked);

        routes.Way = 9;
        _b.Node.Sources.DoubtAll();
        _b.Node.Sources.Check(routes);
        Assert.Equal(9, EndpointOf(_b, _a).SourceInterface);
    }

    [Fact]
    public void A_new_source_is_checked_once()
    {
        _b.Interface = 9;
        Connect();
        Routes routes = new() { Way = 4 };
        Assert.False(_b.Node.Sources.IsEmpty);
        _b.Node.Sources.Check(routes);
        Assert.Equal(1, routes.Asked);
        Assert.True(_b.Node.Sources.IsEmpty);
        Assert.False(EndpointOf(_b, _a).HasSource);
    }

    [Fact]
    public void A_handshake_retry_forgets_the_source()
    {
        _a.Interface = 2;
        Connect();
        Assert.True(EndpointOf(_a, _b).HasSource);
        _a.Node.ForgetSessions();
        _world.Wire.IsCut = true;
        _world.RunFor(6);
        _a.SendTo(_b);
        _world.RunFor(4.9);
        Assert.True(EndpointOf(_a, _b).HasSource);
        _world.RunFor(0.5);
        Assert.False(EndpointOf(_a, _b).HasSource);
    }

    [Fact]
    public void Fifteen_seconds_of_silence_forget_the_source()
    {
        _a.Interface = 2;
        Connect();
        _world.RunFor(11);
        _world.Wire.IsCut = true;
        _a.SendTo(_b);
        _world.RunFor(14.9);
        Assert.True(EndpointOf(_a, _b).HasSource);
        _world.RunFor(0.5);
        Assert.False(EndpointOf(_a, _b).HasSource);
    }

    [Fact]
    public void A_changed_port_or_mark_forgets_all_sources()
    {
        _a.Interface = 2;
        Connect();
        _a.Node.ForgetSources();
        Assert.False(EndpointOf(_a, _b).HasSource);
        Assert.Equal(_b.Address, EndpointOf(_a, _b));
    }

    void Connect()
    {
        _a.SendTo(_b);
        _world.Settle();
        Assert.Single(_b.Received);
    }

    static Endpoint EndpointOf(Host host, Host peer)
    {
        host.PeerOf(peer).TryGetEndpoint(out Endpoint endpoint);
        return endpoint;
    }

    /// <summary>A host all of whose packets leave one way.</summary>
    sealed class Routes : ISourceRoutes
    {
        public int Way { get; set; }

        public int Asked { get; private set; }

        public bool LeaveBySource(in Endpoint heard)
        {
            Asked++;
            return heard.SourceInterface == Way;
        }
    }
}

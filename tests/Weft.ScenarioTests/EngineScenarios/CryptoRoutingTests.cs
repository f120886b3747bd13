using System.Globalization;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>Which packets a peer may send and be sent, and what becomes of the others.</summary>
public sealed class CryptoRoutingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_source_that_is_not_the_peers_is_refused_and_the_endpoint_follows_all_the_same(bool outerIpv6)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, outerIpv6: outerIpv6).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        string received = TunnelPair.Peers(pair.Responder)[0][5];
        PacketCounter arrived = PacketCounter.Add(right, "input", "iifname wg0 ip saddr 10.10.0.9");

        // Moved, and speaking with an address that is not its own.
        left.AddAddress("wg0", "10.10.0.9/32");
        pair.Initiator.Wg("set", "wg0", "listen-port", "4000");
        left.Try("ping", "-n", "-c", "2", "-i", "0.1", "-W", "1", "-I", "10.10.0.9", TunnelPair.ResponderInner4);

        Assert.Equal(0, arrived.Packets);
        Assert.Equal(received, TunnelPair.Peers(pair.Responder)[0][5]);
        Assert.EndsWith(":4000", TunnelPair.Peers(pair.Responder)[0][2]);

        pair.Responder.Wg("set", "wg0", "peer", pair.InitiatorKeys.Public, "allowed-ips", "10.10.0.0/24");
        left.Run("ping", "-n", "-c", "1", "-W", "5", "-I", "10.10.0.9", TunnelPair.ResponderInner4);
        Assert.Equal(1, arrived.Packets);
    }

    [Fact]
    public async Task Packets_that_nobody_takes_are_answered_with_unreachable()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        Host left = pair.InitiatorHost;
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);

        // Nobody's address; a peer without endpoint; a peer that is gone.
        Unreachable(left, "10.10.0.77");
        Unreachable(left, "fd10::77");
        KeyPair silent = KeyPair.Generate();
        pair.Initiator.Wg("set", "wg0", "peer", silent.Public, "allowed-ips", "10.10.0.78/32,fd10::78/128");
        Unreachable(left, "10.10.0.78");
        Unreachable(left, "fd10::78");
        pair.Initiator.Wg("set", "wg0", "peer", pair.ResponderKeys.Public, "remove");
        Unreachable(left, TunnelPair.ResponderInner4);
        Unreachable(left, TunnelPair.ResponderInner6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wireguard_inside_wireguard_carries(bool outerIpv6)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, outerIpv6: outerIpv6).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        (KeyPair leftKeys, KeyPair rightKeys) = (KeyPair.Generate(), KeyPair.Generate());
        Device inner = Device.Start(left, Engine.Weft, "wg1");
        Device innerRight = Device.Start(right, Engine.Weft, "wg1");
        inner.SetConf(
            $"""
            [Interface]
            PrivateKey = {leftKeys.Private}
            ListenPort = 7777
            [Peer]
            PublicKey = {rightKeys.Public}
            AllowedIPs = 10.20.0.2/32
            Endpoint = {TunnelPair.ResponderInner4}:7777
            """
        );
        innerRight.SetConf(
            $"""
            [Interface]
            PrivateKey = {rightKeys.Private}
            ListenPort = 7777
            [Peer]
            PublicKey = {leftKeys.Public}
            AllowedIPs = 10.20.0.1/32
            """
        );
        left.AddAddress("wg1", "10.20.0.1/24");
        right.AddAddress("wg1", "10.20.0.2/24");
        left.Run("ip", "link", "set", "wg1", "mtu", "1340", "up");
        right.Run("ip", "link", "set", "wg1", "mtu", "1340", "up");
        TunnelPair.Ping(left, "10.20.0.2");
        await Transfer.OverTcp(left, right, "10.20.0.2", 3_000_000);
        await Transfer.OverTcp(right, left, "10.20.0.1", 3_000_000);
        Assert.Equal("10.10.0.2:7777", TunnelPair.Peers(inner)[0][2]);
    }

    [Fact]
    public async Task A_way_to_the_peer_that_leads_through_itself_stays_bounded()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        Host left = pair.InitiatorHost;
        string peer = pair.ResponderKeys.Public;
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        pair.Initiator.Wg("set", "wg0", "peer", peer, "allowed-ips", "0.0.0.0/0");
        left.Run("ip", "route", "add", "10.0.0.2/32", "dev", "wg0");
        long before = Sent(pair.Initiator);
        left.Try("ping", "-n", "-c", "20", "-i", "0.01", "-W", "1", "-s", "1300", TunnelPair.ResponderInner4);
        long looped = Sent(pair.Initiator) - before;
        Assert.InRange(looped, 0, 100_000);

        left.Run("ip", "route", "del", "10.0.0.2/32", "dev", "wg0");
        Wait.Until(() => TunnelPair.Reaches(left, TunnelPair.ResponderInner4), seconds: 8);
    }

    static long Sent(Device device) => long.Parse(TunnelPair.Peers(device)[0][6], CultureInfo.InvariantCulture);

    static void Unreachable(Host from, string to)
    {
        CommandResult result = from.Try("ping", "-n", "-c", "1", "-W", "2", to);
        Assert.NotEqual(0, result.Status);
        string text = result.Output + result.Errors;
        Assert.Contains(to.Contains(':') ? "Address unreachable" : "Destination Host Unreachable", text);
    }
}

using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>Which of its addresses a host answers from.</summary>
public sealed class SourceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Replies_leave_from_where_packets_came_to_until_that_is_gone(bool outerIpv6)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, outerIpv6: outerIpv6).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        (string second, string bits) = outerIpv6 ? ("fd00::22", "64") : ("10.0.0.22", "24");
        right.AddAddress("eth0", $"{second}/{bits}");

        // Another address of the same interface, and one of an interface that packets don't come by.
        Aim(pair, second, outerIpv6);
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        await Transfer.OverTcp(left, right, TunnelPair.ResponderInner4, 2_000_000);
        Assert.Equal(Text(second, outerIpv6), Seen(pair.Initiator));

        string inside = outerIpv6 ? "fd99::2" : "10.99.0.2";
        right.Sh("ip link add inside type veth peer name nowhere; ip link set inside up; ip link set nowhere up");
        right.AddAddress("inside", inside + (outerIpv6 ? "/128" : "/32"));
        left.AddRoute(inside, pair.ResponderOuter);
        Aim(pair, inside, outerIpv6);
        TunnelPair.Ping(left, TunnelPair.ResponderInner6);
        Assert.Equal(Text(inside, outerIpv6), Seen(pair.Initiator));

        // The address goes away: the next packet leaves from what is left, and the peer follows.
        Aim(pair, second, outerIpv6);
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        right.Run("ip", "address", "del", $"{second}/{bits}", "dev", "eth0");
        Assert.True(TunnelPair.Reaches(right, TunnelPair.InitiatorInner4));
        Assert.Equal(Text(pair.ResponderOuter, outerIpv6), Seen(pair.Initiator));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_better_route_takes_the_address_of_its_own_interface(bool outerIpv6)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, outerIpv6: outerIpv6).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        lab.Connect(left, "eth1", right, "eth1");
        (string leftSecond, string rightSecond, string bits) = outerIpv6
            ? ("fd01::1", "fd01::2", "64")
            : ("10.0.1.1", "10.0.1.2", "24");
        left.AddAddress("eth1", $"{leftSecond}/{bits}");
        right.AddAddress("eth1", $"{rightSecond}/{bits}");
        // Else both could stay with their second addresses for good: a packet that leaves before the right end has heard that
        // its route is gone, from its second address by the first way, has the left one answer from its own second.
        string family = outerIpv6 ? "-6" : "-4";
        left.Run("ip", family, "route", "add", rightSecond, "dev", "eth1", "src", outerIpv6 ? "fd00::1" : "10.0.0.1");
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        Assert.Equal(Text(pair.ResponderOuter, outerIpv6), Seen(pair.Initiator));

        string target = outerIpv6 ? "fd00::1/128" : "10.0.0.1/32";
        right.AddRoute(target, leftSecond);
        Wait.Until(
            () =>
                TunnelPair.Reaches(right, TunnelPair.InitiatorInner4)
                && Seen(pair.Initiator) == Text(rightSecond, outerIpv6),
            seconds: 4
        );

        right.Run("ip", family, "route", "del", target);
        Wait.Until(
            () =>
                TunnelPair.Reaches(right, TunnelPair.InitiatorInner6)
                && Seen(pair.Initiator) == Text(pair.ResponderOuter, outerIpv6),
            seconds: 4
        );
    }

    [Fact]
    public async Task The_endpoint_follows_a_peer_from_family_to_family()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        foreach (string address in (string[])["fd00::2", "10.0.0.2", "fd00::2"])
        {
            bool isIpv6 = address.Contains(':');
            Aim(pair, address, isIpv6);
            Assert.True(TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4));
            Assert.Equal(Text(isIpv6 ? "fd00::1" : "10.0.0.1", isIpv6), Seen(pair.Responder));
            Assert.True(TunnelPair.Reaches(pair.ResponderHost, TunnelPair.InitiatorInner6));
        }
    }

    static void Aim(TunnelPair pair, string address, bool isIpv6) =>
        pair.Initiator.Wg("set", "wg0", "peer", pair.ResponderKeys.Public, "endpoint", Text(address, isIpv6));

    static string Text(string address, bool isIpv6) => isIpv6 ? $"[{address}]:51820" : $"{address}:51820";

    static string Seen(Device device) => TunnelPair.Peers(device)[0][2];
}

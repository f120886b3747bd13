using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>Tunnels between every two implementations, in either role, over every kind of outer network.</summary>
public sealed class InteropTests
{
    public static TheoryData<Engine, Engine, Underlay, bool, bool> EveryTunnel()
    {
        TheoryData<Engine, Engine, Underlay, bool, bool> cases = new();
        (Engine, Engine)[] engines = [(Engine.Weft, Engine.Weft), (Engine.Weft, Engine.Go), (Engine.Go, Engine.Weft)];
        foreach ((Engine initiator, Engine responder) in engines)
        {
            foreach (Underlay underlay in Enum.GetValues<Underlay>())
            {
                foreach (bool presharedKey in (bool[])[false, true])
                {
                    cases.Add(initiator, responder, underlay, presharedKey, false);
                    cases.Add(initiator, responder, underlay, presharedKey, true);
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(EveryTunnel))]
    public async Task A_tunnel_carries_both_families_both_ways(
        Engine initiator,
        Engine responder,
        Underlay underlay,
        bool presharedKey,
        bool outerIpv6
    )
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, underlay, presharedKey, outerIpv6).Start(initiator, responder);

        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner6);
        TunnelPair.Ping(pair.ResponderHost, TunnelPair.InitiatorInner4);
        TunnelPair.Ping(pair.ResponderHost, TunnelPair.InitiatorInner6);

        Assert.NotEqual(0, TunnelPair.LatestHandshake(pair.Initiator));
        Assert.NotEqual(0, TunnelPair.LatestHandshake(pair.Responder));
        string learned = TunnelPair.Peers(pair.Responder)[0][2];
        Assert.StartsWith(outerIpv6 ? "[fd00::1]:" : "10.0.0.1:", learned);
    }

    [Theory]
    [InlineData(Engine.Weft, Engine.Weft)]
    [InlineData(Engine.Weft, Engine.Go)]
    [InlineData(Engine.Go, Engine.Weft)]
    public async Task A_wrong_preshared_key_keeps_the_tunnel_shut(Engine initiator, Engine responder)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, presharedKey: true).Start(initiator, responder);
        string conf = pair.ResponderConf;
        int at = conf.IndexOf("PresharedKey", StringComparison.Ordinal);
        pair.Responder.SetConf(conf.Remove(at, conf.IndexOf('\n', at) - at));
        Assert.False(TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4));
        Assert.Equal(0, TunnelPair.LatestHandshake(pair.Initiator));
    }
}

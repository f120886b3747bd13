using System.Globalization;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>Routes that send a tunnel's datagrams into tunnels again.</summary>
public sealed class RoutingLoopTests
{
    const int Pings = 20;

    /// <summary>As many datagrams as seven levels can make of one, and something for the handshakes.</summary>
    const long MostBytes = Pings * 2 * 8 * 1500 + 50_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_devices_each_of_which_leads_to_the_other_stay_bounded(bool ipv6)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, outerIpv6: ipv6).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        string other = ipv6 ? "fd00::3" : "10.0.0.3";
        Device second = AddSecondTunnel(left, right, other);
        pair.Initiator.Wg("set", "wg0", "peer", pair.ResponderKeys.Public, "allowed-ips", "0.0.0.0/0,::/0");
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        TunnelPair.Ping(left, "10.20.0.2");

        // From here on either tunnel's datagrams go into the other.
        left.Sh($"ip route add {pair.ResponderOuter} dev wg1; ip route add {other} dev wg0");
        long before = Sent(pair.Initiator) + Sent(second);
        (Usage usage, Usage secondUsage) = (Usage.Of(pair.Initiator), Usage.Of(second));
        foreach (string to in (string[])[TunnelPair.ResponderInner4, "10.20.0.2"])
        {
            left.Try("ping", "-n", "-c", $"{Pings}", "-i", "0.01", "-W", "1", "-s", "1300", to);
        }

        Assert.InRange(Sent(pair.Initiator) + Sent(second) - before, Pings * 1300, 2 * MostBytes);
        // Nothing is left that goes round.
        long after = Sent(pair.Initiator) + Sent(second);
        left.Run("sleep", "2");
        Assert.InRange(Sent(pair.Initiator) + Sent(second) - after, 0, 10_000);
        Assert.InRange(Usage.Of(pair.Initiator).ProcessorSince(usage).TotalSeconds, 0, 0.5);
        Assert.InRange(Usage.Of(second).ProcessorSince(secondUsage).TotalSeconds, 0, 0.5);

        left.Sh($"ip route del {pair.ResponderOuter} dev wg1; ip route del {other} dev wg0");
        Wait.Until(() => TunnelPair.Reaches(left, TunnelPair.ResponderInner4), seconds: 10);
        Wait.Until(() => TunnelPair.Reaches(left, "10.20.0.2"), seconds: 10);
    }

    /// <summary>Another tunnel between the hosts, with another outer address at the far end.</summary>
    static Device AddSecondTunnel(Host left, Host right, string outer)
    {
        (KeyPair leftKeys, KeyPair rightKeys) = (KeyPair.Generate(), KeyPair.Generate());
        bool ipv6 = outer.Contains(':');
        right.AddAddress("eth0", outer + (ipv6 ? "/64" : "/24"));
        Device device = Device.Start(left, Engine.Weft, "wg1");
        Device other = Device.Start(right, Engine.Weft, "wg1");
        device.SetConf(Conf(leftKeys.Private, rightKeys.Public, $"Endpoint = {(ipv6 ? $"[{outer}]" : outer)}:7777"));
        other.SetConf(Conf(rightKeys.Private, leftKeys.Public, "ListenPort = 7777"));
        left.AddAddress("wg1", "10.20.0.1/24");
        right.AddAddress("wg1", "10.20.0.2/24");
        left.Run("ip", "link", "set", "wg1", "up");
        right.Run("ip", "link", "set", "wg1", "up");
        return device;
    }

    static string Conf(string key, string peer, string rest)
    {
        string end = $"[Peer]\nPublicKey = {peer}\nAllowedIPs = 0.0.0.0/0, ::/0\n";
        return rest.StartsWith("Listen", StringComparison.Ordinal)
            ? $"[Interface]\nPrivateKey = {key}\n{rest}\n{end}"
            : $"[Interface]\nPrivateKey = {key}\n{end}{rest}\n";
    }

    static long Sent(Device device) => long.Parse(TunnelPair.Peers(device)[0][6], CultureInfo.InvariantCulture);
}

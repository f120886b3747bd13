using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>
/// A peer of the attacked device on a host and a wire of its own, who begins anew each time: without cookie or session, and
/// from an address that the device has not heard of.
/// </summary>
sealed class Newcomer
{
    const string Target = "10.77.255.1";

    readonly Host _host;
    readonly Device _device;
    readonly string _peer;
    int _times;

    Newcomer(Host host, Device device, string peer) => (_host, _device, _peer) = (host, device, peer);

    internal static Newcomer Add(Lab lab, TunnelPair attacked)
    {
        Host host = lab.AddHost("newcomer");
        lab.Connect(host, "eth0", attacked.ResponderHost, "eth2");
        attacked.ResponderHost.AddAddress("eth2", $"{Target}/16");
        KeyPair keys = KeyPair.Generate();
        attacked.Responder.Wg("set", "wg0", "peer", keys.Public, "allowed-ips", "10.10.0.3/32");
        Device device = Device.Start(host, Engine.Weft, "wg1");
        device.SetConf($"[Interface]\nPrivateKey = {keys.Private}\n");
        host.Run("ip", "link", "set", "wg1", "up");
        return new Newcomer(host, device, attacked.ResponderKeys.Public);
    }

    /// <summary>Has it shake hands, and says after how many seconds it was in.</summary>
    internal double Shake()
    {
        _device.Wg("set", "wg1", "peer", _peer, "remove");
        _host.Sh($"ip address flush dev eth0; ip address add 10.77.{_times / 200}.{1 + _times % 200}/16 dev eth0");
        _times++;
        string endpoint = $"{Target}:{TunnelPair.Port}";
        _device.Wg("set", "wg1", "peer", _peer, "endpoint", endpoint, "persistent-keepalive", "25");
        return Wait.Until(() => TunnelPair.LatestHandshake(_device) != 0, seconds: 20).TotalSeconds;
    }
}

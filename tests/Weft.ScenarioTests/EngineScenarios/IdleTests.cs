using System.Globalization;
using System.Text;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>What a device costs that carries nothing.</summary>
public sealed class IdleTests
{
    const int Peers = 1000;
    const int KeepaliveSeconds = 25;

    /// <summary>A session is renewed after so long.</summary>
    const double RekeySeconds = 120;

    /// <summary>Of a core.</summary>
    const double MostPercent = 0.5;

    const long MostKilobytesPerPeer = 24;

    [Fact]
    public async Task A_thousand_live_sessions_with_keepalives_take_less_than_half_a_percent_of_a_core()
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        KeyPair own = KeyPair.Generate();
        Attacker others = Attacker.Add(lab, device.Host, own.Public);
        StringBuilder conf = new($"[Interface]\nPrivateKey = {own.Private}\nListenPort = {TunnelPair.Port}\n");
        string[] keys = Attacker.Keys(device.Host, "crowd", Peers);
        for (int i = 0; i < Peers; i++)
        {
            conf.Append(
                CultureInfo.InvariantCulture,
                $"[Peer]\nPublicKey = {keys[i]}\nAllowedIPs = 10.{i >> 8}.{i & 255}.0/24\n"
                    + $"PersistentKeepalive = {KeepaliveSeconds}\n"
            );
        }

        long memory = Usage.Of(device).ResidentKilobytes;
        device.SetConf(conf.ToString());
        device.Host.Run("ip", "link", "set", "wg0", "up");
        using Running crowd = others.BeginCrowd("crowd", Peers);
        // The first rounds warm the device up; the third one's handshakes are counted.
        Attacker.WaitForRound(crowd, 2);
        Usage before = Usage.Of(device);
        Attacker.WaitForRound(crowd, 3);
        Usage after = Usage.Of(device);
        double handshakes = 100 * after.ProcessorSince(before).TotalSeconds / RekeySeconds;

        long sent = Sent(device);
        Usage shaken = Usage.Of(device);
        device.Host.Run("sleep", $"{KeepaliveSeconds + 1}");
        Usage idle = Usage.Of(device);
        double keepalives = 100 * idle.ProcessorSince(shaken).TotalSeconds / (KeepaliveSeconds + 1);

        long perPeer = (idle.ResidentKilobytes - memory) / Peers;
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Peers} live peers: {keepalives:0.000} % of a core for keepalives, {handshakes:0.000} % for renewing "
                    + $"sessions; {idle.WakesSince(shaken) / (KeepaliveSeconds + 1.0):0.0} wakes a second; "
                    + $"{perPeer} KiB a peer"
            )
        );
        // Everybody was kept alive meanwhile.
        Assert.InRange(Sent(device) - sent, Peers * 32, Peers * 32 * 3);
        Assert.InRange(keepalives + handshakes, 0, MostPercent);
        Assert.InRange(perPeer, 0, MostKilobytesPerPeer);
    }

    [Fact]
    public async Task A_device_with_nothing_to_do_sleeps()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        // The keepalive that the last answer asks for is due 10 s after it.
        pair.InitiatorHost.Run("sleep", "12");
        Usage before = Usage.Of(pair.Initiator);
        pair.InitiatorHost.Run("sleep", "10");
        Usage after = Usage.Of(pair.Initiator);
        Assert.InRange(after.WakesSince(before), 0, 20);
        Assert.InRange(after.ProcessorSince(before).TotalMilliseconds, 0, 20);
    }

    static long Sent(Device device) =>
        TunnelPair.Peers(device).Sum(peer => long.Parse(peer[6], CultureInfo.InvariantCulture));
}

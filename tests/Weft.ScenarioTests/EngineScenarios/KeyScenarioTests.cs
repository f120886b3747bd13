using System.Globalization;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>Keys, endpoints and keepalives that change under a running tunnel.</summary>
public sealed class KeyScenarioTests
{
    [Fact]
    public async Task A_new_private_key_shakes_hands_with_the_next_packet()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        KeyPair fresh = KeyPair.Generate();
        pair.Initiator.Wg(Tool.Debian, fresh.Private, "set", "wg0", "private-key", "/dev/stdin");
        pair.Responder.SetConf(pair.ResponderConf.Replace(pair.InitiatorKeys.Public, fresh.Public));
        Assert.True(TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4));
        Assert.True(TunnelPair.Reaches(pair.ResponderHost, TunnelPair.InitiatorInner6));
    }

    [Fact]
    public async Task A_preshared_key_changed_live_leaves_the_session_and_rules_the_next_handshake()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        string secret = KeyPair.RandomSecret();
        Preshare(pair.Initiator, pair.ResponderKeys.Public, secret);
        Assert.True(TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4));

        // Both start anew; only one knows the secret.
        Bounce(pair);
        Assert.False(TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4));
        Preshare(pair.Responder, pair.InitiatorKeys.Public, secret);
        Bounce(pair);
        Assert.True(TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4));
    }

    // Both changes reach the device in one piece of news; the keys must go all the same, as the kernel has it.
    [Fact]
    public async Task A_link_that_was_down_for_an_instant_has_forgotten_its_keys()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        PacketCounter initiations = PacketCounter.Add(pair.ResponderHost, "input", "iifname eth0 udp length 156");
        for (int bounce = 1; bounce <= 3; bounce++)
        {
            pair.InitiatorHost.Run("ip", "-batch", BounceFile(lab));
            Wait.Until(() => TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4), seconds: 7);
            Assert.True(initiations.Packets >= bounce, "the session outlived its interface");
        }
    }

    [Fact]
    public async Task A_changed_endpoint_is_tried_at_once()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        pair.Initiator.Wg("set", "wg0", "peer", pair.ResponderKeys.Public, "endpoint", "10.0.0.99:1");
        Assert.False(TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4));
        pair.Initiator.Wg("set", "wg0", "peer", pair.ResponderKeys.Public, "endpoint", "10.0.0.2:51820");
        // The retry would come after five seconds.
        TimeSpan shaken = Wait.Until(() => TunnelPair.LatestHandshake(pair.Initiator) != 0, seconds: 3);
        Assert.InRange(shaken.TotalSeconds, 0, 3);
    }

    [Fact]
    public async Task A_keepalive_is_sent_when_it_is_turned_on_when_the_link_comes_up_and_when_the_key_comes_later()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        string peer = pair.ResponderKeys.Public;
        pair.Initiator.Wg("set", "wg0", "peer", peer, "persistent-keepalive", "60");
        Wait.Until(() => TunnelPair.LatestHandshake(pair.Responder) != 0, seconds: 4);

        pair.InitiatorHost.Run("ip", "link", "set", "wg0", "down");
        pair.Responder.SetConf(pair.ResponderConf);
        pair.InitiatorHost.Run("ip", "link", "set", "wg0", "up");
        Wait.Until(() => ShakenAgain(pair), seconds: 4);

        pair.Initiator.Wg("set", "wg0", "private-key", "/dev/null");
        Assert.Equal("(none)", pair.Initiator.Wg("show", "wg0", "private-key").Trim());
        Forget(pair);
        pair.Initiator.Wg(Tool.Debian, pair.InitiatorKeys.Private, "set", "wg0", "private-key", "/dev/stdin");
        Wait.Until(() => ShakenAgain(pair), seconds: 4);
    }

    [Fact]
    public async Task Peers_with_low_order_keys_are_taken_and_nothing_is_ever_sent_to_them()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        string[] points =
        [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ];
        PacketCounter heard = PacketCounter.Add(pair.ResponderHost, "input", "iifname eth0 udp dport 4444");
        foreach (string point in points)
        {
            string key = Convert.ToBase64String(Convert.FromHexString(point));
            pair.Initiator.Wg(["set", "wg0", "peer", key, "endpoint", "10.0.0.2:4444", "persistent-keepalive", "1"]);
        }

        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        Assert.Equal(1 + points.Length, TunnelPair.Peers(pair.Initiator).Length);
        Assert.Equal(0, heard.Packets);
        foreach (string[] peer in TunnelPair.Peers(pair.Initiator).Where(peer => peer[2] == "10.0.0.2:4444"))
        {
            Assert.Equal("0", peer[6]);
        }
    }

    static string BounceFile(Lab lab)
    {
        string file = Path.Combine(lab.Folder, "bounce");
        File.WriteAllText(file, "link set wg0 down\nlink set wg0 up\n");
        return file;
    }

    static void Preshare(Device device, string peer, string secret) =>
        device.Wg(Tool.Debian, secret, "set", "wg0", "peer", peer, "preshared-key", "/dev/stdin");

    static void Bounce(TunnelPair pair)
    {
        foreach (Host host in (Host[])[pair.InitiatorHost, pair.ResponderHost])
        {
            host.Sh("ip link set wg0 down; ip link set wg0 up");
            Wait.Until(() => host.Run("ss", "-Hlun").Contains(":51820"));
        }
    }

    // The responder with a peer that was never heard of.
    static void Forget(TunnelPair pair)
    {
        pair.Responder.Wg("set", "wg0", "peer", pair.InitiatorKeys.Public, "remove");
        pair.Responder.SetConf(pair.ResponderConf);
        Assert.Equal(0, TunnelPair.LatestHandshake(pair.Responder));
    }

    static bool ShakenAgain(TunnelPair pair) =>
        long.Parse(TunnelPair.Peers(pair.Responder)[0][5], CultureInfo.InvariantCulture) > 0
        && TunnelPair.LatestHandshake(pair.Responder) != 0;
}

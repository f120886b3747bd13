using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>Each <c>wg</c> drives each device.</summary>
public sealed class WgToolTests
{
    [Theory]
    [InlineData(Tool.Debian, Engine.Weft)]
    [InlineData(Tool.Weft, Engine.Go)]
    [InlineData(Tool.Weft, Engine.Weft)]
    public async Task Wg_configures_a_device_and_reads_the_same_back(Tool tool, Engine engine)
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), engine);
        KeyPair own = KeyPair.Generate();
        KeyPair first = KeyPair.Generate();
        KeyPair second = KeyPair.Generate();
        string psk = KeyPair.RandomSecret();
        string conf = $"""
            [Interface]
            ListenPort = 4242
            FwMark = 0x1234
            PrivateKey = {own.Private}

            [Peer]
            PublicKey = {first.Public}
            PresharedKey = {psk}
            AllowedIPs = 10.1.0.0/16, fd01::/64
            Endpoint = 192.0.2.1:51820
            PersistentKeepalive = 25

            [Peer]
            PublicKey = {second.Public}
            AllowedIPs = 10.2.0.0/16
            Endpoint = [2001:db8::1]:51821

            """;
        device.SetConf(conf, tool);

        Assert.Equal(own.Public, device.Wg(tool, "", "show", "wg0", "public-key").Trim());
        Assert.Equal(own.Private, device.Wg(tool, "", "show", "wg0", "private-key").Trim());
        Assert.Equal("4242", device.Wg(tool, "", "show", "wg0", "listen-port").Trim());
        Assert.Equal("0x1234", device.Wg(tool, "", "show", "wg0", "fwmark").Trim());
        Assert.Contains($"{first.Public}\t{psk}", device.Wg(tool, "", "show", "wg0", "preshared-keys"));
        Assert.Contains($"{second.Public}\t[2001:db8::1]:51821", device.Wg(tool, "", "show", "wg0", "endpoints"));
        Assert.Contains($"{first.Public}\t10.1.0.0/16 fd01::/64", device.Wg(tool, "", "show", "wg0", "allowed-ips"));
        Assert.Contains($"{first.Public}\t25", device.Wg(tool, "", "show", "wg0", "persistent-keepalive"));

        string shown = device.Wg(tool, "", "showconf", "wg0");
        device.SetConf("[Interface]\n", tool);
        Assert.Equal("", device.Wg(tool, "", "show", "wg0", "peers").Trim());
        device.SetConf(shown, tool);
        Assert.Equal(shown.Length, device.Wg(tool, "", "showconf", "wg0").Length);
    }

    [Theory]
    [InlineData(Tool.Debian, Engine.Weft)]
    [InlineData(Tool.Weft, Engine.Go)]
    [InlineData(Tool.Weft, Engine.Weft)]
    public async Task Wg_set_changes_one_thing_and_leaves_the_rest(Tool tool, Engine engine)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Go, engine);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        string peer = pair.InitiatorKeys.Public;

        pair.Responder.Wg(tool, "", "set", "wg0", "peer", peer, "persistent-keepalive", "7");
        Assert.Equal($"{peer}\t7", pair.Responder.Wg(tool, "", "show", "wg0", "persistent-keepalive").Trim());
        Assert.True(TunnelPair.Reaches(pair.ResponderHost, TunnelPair.InitiatorInner4));

        pair.Responder.Wg(tool, pair.ResponderConf, "syncconf", "wg0", "/dev/stdin");
        Assert.True(TunnelPair.Reaches(pair.ResponderHost, TunnelPair.InitiatorInner4));

        KeyPair other = KeyPair.Generate();
        string added = $"[Peer]\nPublicKey = {other.Public}\nAllowedIPs = {TunnelPair.InitiatorInner4}/32\n";
        pair.Responder.Wg(tool, added, "addconf", "wg0", "/dev/stdin");
        // The newcomer took the address over.
        Assert.False(TunnelPair.Reaches(pair.ResponderHost, TunnelPair.InitiatorInner4));
        pair.Responder.Wg(tool, "", "set", "wg0", "peer", other.Public, "remove");
        Assert.Equal(peer, pair.Responder.Wg(tool, "", "show", "wg0", "peers").Trim());
    }
}

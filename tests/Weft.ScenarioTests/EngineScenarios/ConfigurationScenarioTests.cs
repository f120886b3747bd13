using System.Globalization;
using System.Text;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>Large configurations and odd ones, by both <c>wg</c>.</summary>
public sealed class ConfigurationScenarioTests
{
    [Theory]
    [InlineData(Tool.Debian)]
    [InlineData(Tool.Weft)]
    public async Task A_hundred_and_thirty_thousand_allowed_ips_and_many_peers_go_in_and_come_out(Tool tool)
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        KeyPair own = KeyPair.Generate();
        const int Prefixes = 130_560;
        StringBuilder conf = new($"[Interface]\nPrivateKey = {own.Private}\n[Peer]\nPublicKey = {Key(0)}\n");
        for (int i = 0; i < Prefixes; i++)
        {
            conf.Append(
                CultureInfo.InvariantCulture,
                $"AllowedIPs = {10 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}.0/24\n"
            );
        }

        device.SetConf(conf.ToString(), tool);
        string[] shown = device.Wg(tool, "", "show", "wg0", "allowed-ips").Split('\t', ' ');
        Assert.Equal(Prefixes, shown.Length - 1);
        Assert.Equal("10.0.0.0/24", shown[1]);

        conf.Clear().Append("[Interface]\n");
        for (int peer = 0; peer < 40; peer++)
        {
            conf.Append(CultureInfo.InvariantCulture, $"[Peer]\nPublicKey = {Key(peer)}\n");
            for (int ip = 0; ip < 52; ip++)
            {
                string prefix = ip % 2 == 0 ? $"10.{peer}.{ip}.0/24" : $"fd00:{peer:x}:{ip:x}::/64";
                conf.Append(CultureInfo.InvariantCulture, $"AllowedIPs = {prefix}\n");
            }
        }

        device.SetConf(conf.ToString(), tool);
        string[] peers = device.Wg(tool, "", "show", "wg0", "peers").Trim().Split('\n');
        Assert.Equal([.. Enumerable.Range(0, 40).Select(Key)], peers);
        string conf1 = device.Wg(tool, "", "showconf", "wg0");
        device.SetConf("[Interface]\n", tool);
        device.SetConf(conf1, tool);
        Assert.Equal(conf1, device.Wg(tool, "", "showconf", "wg0"));
    }

    [Theory]
    [InlineData(Tool.Debian)]
    [InlineData(Tool.Weft)]
    public async Task Keys_read_back_clamped_are_cleared_and_our_own_is_no_peer(Tool tool)
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        string raw = Convert.ToBase64String([.. Enumerable.Repeat((byte)0xff, 32)]);
        device.Wg(tool, raw, "set", "wg0", "private-key", "/dev/stdin");
        byte[] clamped = Convert.FromBase64String(device.Wg(tool, "", "show", "wg0", "private-key").Trim());
        Assert.Equal((0xf8, 0x7f), (clamped[0], clamped[31]));

        KeyPair own = KeyPair.Generate();
        device.Wg(tool, own.Private, "set", "wg0", "private-key", "/dev/stdin");
        device.Wg(tool, "", "set", "wg0", "peer", own.Public, "allowed-ips", "10.0.0.0/8");
        Assert.Equal("", device.Wg(tool, "", "show", "wg0", "peers"));

        KeyPair next = KeyPair.Generate();
        string secret = KeyPair.RandomSecret();
        device.Wg(tool, secret, "set", "wg0", "peer", next.Public, "preshared-key", "/dev/stdin");
        Assert.Contains(secret, device.Wg(tool, "", "show", "wg0", "preshared-keys"));
        device.Wg(tool, "", "set", "wg0", "peer", next.Public, "preshared-key", "/dev/null");
        Assert.Contains("(none)", device.Wg(tool, "", "show", "wg0", "preshared-keys"));
        device.Wg(tool, next.Private, "set", "wg0", "private-key", "/dev/stdin");
        Assert.Equal("", device.Wg(tool, "", "show", "wg0", "peers"));

        device.Wg(tool, "", "set", "wg0", "private-key", "/dev/null");
        Assert.Equal("(none)", device.Wg(tool, "", "show", "wg0", "private-key").Trim());
        Assert.NotEqual(0, device.Host.Try(tool == Tool.Weft ? Programs.Wg : Programs.DebianWg, "show", "wg7").Status);
    }

    [Fact]
    public async Task A_prefix_moves_to_whoever_claims_it_last()
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        device.Wg("set", "wg0", "peer", Key(1), "allowed-ips", "10.0.0.0/8,10.1.0.0/16,fd00::/16");
        device.Wg("set", "wg0", "peer", Key(2), "allowed-ips", "10.1.2.3/16,10.2.0.0/16");
        Assert.Equal(
            $"{Key(1)}\t10.0.0.0/8 fd00::/16\n{Key(2)}\t10.1.0.0/16 10.2.0.0/16\n",
            device.Wg("show", "wg0", "allowed-ips")
        );
        device.Wg(Tool.Weft, "", "set", "wg0", "peer", Key(2), "allowed-ips", "-10.1.0.0/16,-10.0.0.0/8,+10.3.0.0/16");
        Assert.Equal(
            $"{Key(1)}\t10.0.0.0/8 fd00::/16\n{Key(2)}\t10.2.0.0/16 10.3.0.0/16\n",
            device.Wg("show", "wg0", "allowed-ips")
        );
    }

    [Fact]
    public async Task A_peer_is_changed_in_every_way_while_it_carries_a_stream()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        string peer = pair.ResponderKeys.Public;
        string before = pair.Initiator.Wg("show", "wg0", "allowed-ips");
        string[] prefixes = before.Trim().Split('\t')[1].Split(' ');
        Task<TimeSpan> stream = Transfer.OverTcp(left, right, TunnelPair.ResponderInner4, 100_000_000);
        int changes = 0;
        do
        {
            Set("allowed-ips", string.Join(',', prefixes.Append("10.77.0.0/16")));
            Set("persistent-keepalive", changes % 2 == 0 ? "25" : "off");
            Set("allowed-ips", string.Join(',', prefixes));
            Set("endpoint", changes % 2 == 0 ? "[fd00::2]:51820" : "10.0.0.2:51820");
            pair.Initiator.Wg("set", "wg0", "fwmark", changes % 2 == 0 ? "7" : "0");
            if (changes % 4 == 0)
            {
                // Gone in the middle of it, and there again.
                Set("remove");
                Set("endpoint", $"{pair.ResponderOuter}:{TunnelPair.Port}", "allowed-ips", string.Join(',', prefixes));
            }
            changes++;
        } while (!stream.IsCompleted);

        await stream;
        Assert.InRange(changes, 2, int.MaxValue);
        Assert.False(pair.Initiator.Daemon.HasExited, pair.Initiator.Daemon.Errors);
        Assert.Equal(before, pair.Initiator.Wg("show", "wg0", "allowed-ips"));

        void Set(params string[] what) => pair.Initiator.Wg(["set", "wg0", "peer", peer, .. what]);
    }

    static string Key(int number)
    {
        byte[] key = new byte[32];
        new Random(number).NextBytes(key);
        key[31] &= 0x7f;
        return Convert.ToBase64String(key);
    }
}

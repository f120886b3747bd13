using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>What can happen to a running device from outside.</summary>
public sealed class LifeScenarioTests
{
    [Fact]
    public async Task An_interface_set_down_and_up_renamed_and_with_another_mtu_goes_on()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        Host left = pair.InitiatorHost;
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);

        left.Sh("ip link set wg0 down; ip link set wg0 up");
        Wait.Until(() => TunnelPair.Reaches(left, TunnelPair.ResponderInner4), seconds: 7);

        left.Sh("ip link set wg0 down; ip link set wg0 name other; ip link set other up");
        Wait.Until(() => TunnelPair.Reaches(left, TunnelPair.ResponderInner4), seconds: 7);
        Assert.True(pair.Initiator.Answers());

        foreach (int mtu in (int[])[9000, 576, 1420])
        {
            left.Run("ip", "link", "set", "other", "mtu", mtu.ToString(CultureInfo.InvariantCulture));
            await Transfer.OverTcp(left, pair.ResponderHost, TunnelPair.ResponderInner4, 500_000);
            await Transfer.OverTcp(pair.ResponderHost, left, TunnelPair.InitiatorInner4, 500_000);
        }

        left.Run("ip", "link", "del", "other");
        Wait.Until(() => pair.Initiator.Daemon.HasExited, seconds: 5);
    }

    [Fact]
    public async Task Ten_thousand_peers_are_taken_shown_and_cost_nothing_while_idle()
    {
        const int Peers = 10_000;
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        KeyPair own = KeyPair.Generate();
        long before = Usage.Of(device).ResidentKilobytes;
        StringBuilder conf = new($"[Interface]\nPrivateKey = {own.Private}\n");
        Random random = new(1);
        byte[] key = new byte[32];
        for (int i = 0; i < Peers; i++)
        {
            random.NextBytes(key);
            key[31] &= 0x7f;
            conf.Append(
                CultureInfo.InvariantCulture,
                $"[Peer]\nPublicKey = {Convert.ToBase64String(key)}\nEndpoint = 192.0.2.1:51820\nAllowedIPs = 10.{i >> 8}.{i & 255}.0/24\n"
            );
        }

        device.SetConf(conf.ToString());
        device.Host.Run("ip", "link", "set", "wg0", "up");
        Assert.Equal(Peers, TunnelPair.Peers(device).Length);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{(Usage.Of(device).ResidentKilobytes - before) / (double)Peers:0.0} KiB a peer"
        );
        Assert.InRange(Usage.Of(device).ResidentKilobytes - before, 0, 200 * 1024);

        // Half a percent of a core at most, once the runtime has compiled what taking them made hot.
        Wait.Until(
            () =>
            {
                Usage idle = Usage.Of(device);
                device.Host.Run("sleep", "2");
                return Usage.Of(device).ProcessorSince(idle).TotalMilliseconds <= 10;
            },
            "idle for two seconds",
            seconds: 20
        );
    }

    [Fact]
    public async Task The_uapi_takes_commands_in_any_pieces_from_ten_clients_at_once()
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        Assert.Equal("errno=0\n\nerrno=0\n\n", Everything(device, "set=1\nlisten_port=1234\n\nset=1\nfwmark=7\n\n"));
        Assert.Contains("listen_port=1234\nfwmark=7\n", Everything(device, "get=1\n\n"));
        Assert.Equal("errno=0\n\n", Everything(device, "set=1\nlisten_port=1235\n"));
        Assert.Equal("errno=0\n\n", Everything(device, "set=1\nlisten_port=1236\n\n", piece: 1));
        Assert.Equal("errno=-71\n\n", Everything(device, "set=1\nlisten_port\n\n"));
        Assert.Equal("errno=-22\n\n", Everything(device, "set=1\nlisten_port=65536\n\n"));

        string line = $"set=1\nlisten_port={new string('1', 1_000_000)}\n\nset=1\nlisten_port=1237\n\n";
        Assert.Equal("errno=-22\n\nerrno=0\n\n", Everything(device, line));
        // A peer whose last line is wrong is not there at all.
        string peer = Convert.ToHexStringLower([.. Enumerable.Repeat((byte)9, 32)]);
        Assert.Equal(
            "errno=-22\n\n",
            Everything(device, $"set=1\npublic_key={peer}\nendpoint=1.2.3.4:5\nallowed_ip=x\n\n")
        );
        Assert.DoesNotContain(peer, Everything(device, "get=1\n\n"));

        string[] answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => Task.Run(() => Everything(device, $"set=1\nfwmark={i}\n\nget=1\n\n")))
        );
        Assert.All(answers, answer => Assert.StartsWith("errno=0\n\n", answer));
        Assert.All(answers, answer => Assert.EndsWith("errno=0\n\n", answer));
    }

    [Fact]
    public async Task Without_descriptors_a_device_carries_on_and_answers_when_it_has_some_again()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        Host right = pair.ResponderHost;
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        LimitDescriptors(right, pair.Responder, 8);
        List<Socket> clients = [];
        for (int i = 0; i < 5; i++)
        {
            Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(new UnixDomainSocketEndPoint(pair.Responder.SocketPath));
            clients.Add(client);
        }

        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        // What it would open now for its interface is refused to it too.
        right.Sh("ip link set wg0 down; ip link set wg0 up; ip link set wg0 mtu 1400");
        Wait.Until(() => pair.Responder.Daemon.Errors.Contains("EMFILE", StringComparison.Ordinal), seconds: 5);
        Assert.False(pair.Responder.Daemon.HasExited, pair.Responder.Daemon.Errors);
        Assert.InRange(pair.Responder.Daemon.Errors.Split('\n').Length, 1, 30);

        LimitDescriptors(right, pair.Responder, 1024);
        clients.ForEach(client => client.Dispose());
        Wait.Until(pair.Responder.Answers, seconds: 5);
        Wait.Until(() => TunnelPair.Reaches(right, TunnelPair.InitiatorInner4), seconds: 7);
    }

    static void LimitDescriptors(Host host, Device device, int descriptors) =>
        host.RunInNetwork(
            FormattableString.Invariant($"prlimit --pid {device.Daemon.Pid} --nofile={descriptors}:1024")
        );

    static string Everything(Device device, string request, int piece = 1 << 20)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = 5000,
        };
        socket.Connect(new UnixDomainSocketEndPoint(device.SocketPath));
        byte[] bytes = Encoding.ASCII.GetBytes(request);
        for (int at = 0; at < bytes.Length; at += piece)
        {
            socket.Send(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        }

        socket.Shutdown(SocketShutdown.Send);
        StringBuilder answer = new();
        byte[] buffer = new byte[4096];
        for (int count; (count = socket.Receive(buffer)) > 0; )
        {
            answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }
}

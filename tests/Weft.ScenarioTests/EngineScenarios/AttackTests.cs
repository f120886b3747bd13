using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>A device that is flooded, on a wire of the attacker's own, as fast as one thread sends.</summary>
public sealed class AttackTests
{
    const int Sources = 64;

    /// <summary>What the device may grow by: its rings and buffers are made at the start, so mostly the runtime's own slack.</summary>
    const long MostKilobytes = 64 * 1024;

    long _sent;

    [Fact]
    public async Task Under_a_flood_sessions_go_on_a_newcomer_gets_in_within_3_seconds_and_nothing_grows()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        Host attacker = lab.AddHost("attacker");
        lab.Connect(attacker, "eth0", right, "eth1");
        right.AddAddress("eth1", "10.66.255.1/16");
        attacker.Sh("ip address add 10.66.0.1/16 dev eth0; ip route add local 10.66.0.0/17 dev lo");

        // The newcomer is known to the device and has never shaken hands.
        KeyPair keys = KeyPair.Generate();
        pair.Responder.Wg("set", "wg0", "peer", keys.Public, "allowed-ips", "10.10.0.3/32");
        Device newcomer = Device.Start(left, Engine.Weft, "wg1");
        newcomer.SetConf(
            pair.InitiatorConf.Replace(pair.InitiatorKeys.Private, keys.Private).Replace("ListenPort", "#")
        );
        left.AddAddress("wg1", "10.10.0.3/32");
        left.Run("ip", "link", "set", "wg1", "up");

        // An initiation and a data message that are genuine, and so replays wherever they come from from now on.
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        byte[][] datagrams =
        [
            Captured(pair, newcomer, 1),
            Captured(pair, pair.Initiator, 4),
            new byte[1],
            new byte[60_000],
        ];
        Random.Shared.NextBytes(datagrams[3]);
        long memory = ResidentKilobytes(pair.Responder);
        int lines = pair.Responder.Daemon.Errors.Split('\n').Length;

        PacketCounter cookies = PacketCounter.Add(attacker, "input", "iifname eth0 udp length 72");
        TimeSpan alone = await Transfer.OverTcp(left, right, TunnelPair.ResponderInner6, 60_000_000);
        using CancellationTokenSource enough = new();
        Thread flood = new(() => Flood(attacker, datagrams, enough.Token)) { IsBackground = true };
        flood.Start();
        Wait.Until(() => Volatile.Read(ref _sent) > 20_000 || !flood.IsAlive);
        using Running calling = left.Start(
            "ping",
            "-n",
            "-I",
            "10.10.0.3",
            "-c",
            "1",
            "-W",
            "5",
            TunnelPair.ResponderInner4
        );
        left.Run("ip", "route", "add", "10.10.0.2/32", "dev", "wg1", "src", "10.10.0.3", "table", "7");
        left.Run("ip", "rule", "add", "from", "10.10.0.3", "table", "7");
        newcomer.Wg("set", "wg1", "peer", pair.ResponderKeys.Public, "persistent-keepalive", "25");
        Wait.Until(() => TunnelPair.LatestHandshake(newcomer) != 0, seconds: 3);
        TimeSpan flooded = await Transfer.OverTcp(left, right, TunnelPair.ResponderInner6, 60_000_000);
        enough.Cancel();
        flood.Join();

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{_sent} datagrams of the attacker, {cookies.Packets} cookies; 60 MB in {alone} alone, {flooded} under the flood"
        );
        Assert.False(pair.Responder.Daemon.HasExited);
        Assert.InRange(ResidentKilobytes(pair.Responder) - memory, -memory, MostKilobytes);
        Assert.InRange(pair.Responder.Daemon.Errors.Split('\n').Length - lines, 0, 5);
        // Nobody at the attacker's addresses became anybody's endpoint.
        Assert.DoesNotContain(
            TunnelPair.Peers(pair.Responder),
            peer => peer[2].StartsWith("10.66.", StringComparison.Ordinal)
        );
    }

    void Flood(Host from, byte[][] datagrams, CancellationToken enough)
    {
        Socket[] sockets =
        [
            .. Enumerable
                .Range(0, Sources)
                .Select(i =>
                {
                    Socket socket = from.OpenSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse($"10.66.{i}.7"), 51820));
                    socket.Connect(IPAddress.Parse("10.66.255.1"), TunnelPair.Port);
                    return socket;
                }),
        ];
        byte[] garbage = new byte[148];
        Random random = new(4);
        // Mostly initiations, which are what costs the most; bounded whatever becomes of the test.
        while (!enough.IsCancellationRequested && _sent < 3_000_000)
        {
            Socket socket = sockets[_sent / 4 % Sources];
            random.NextBytes(garbage);
            garbage[0] = (byte)random.Next(1, 5);
            garbage.AsSpan(1, 3).Clear();
            try
            {
                socket.Send(datagrams[0]);
                socket.Send(datagrams[0]);
                socket.Send(datagrams[1]);
                socket.Send(garbage);
                if (_sent % 256 == 0)
                {
                    socket.Send(datagrams[2]);
                    socket.Send(datagrams[3]);
                }
            }
            catch (SocketException)
            {
                // The wire is full: as fast as can be is what was wanted.
            }

            Volatile.Write(ref _sent, _sent + 4);
        }

        foreach (Socket socket in sockets)
        {
            socket.Dispose();
        }
    }

    // What the device sends to its peer, taken by a socket that stands in for that peer for a moment.
    static byte[] Captured(TunnelPair pair, Device device, byte type)
    {
        using Socket socket = pair.ResponderHost.OpenSocket(
            AddressFamily.InterNetwork,
            SocketType.Dgram,
            ProtocolType.Udp
        );
        socket.Bind(new IPEndPoint(IPAddress.Parse("10.0.0.2"), 9999));
        socket.ReceiveTimeout = 5000;
        string peer = pair.ResponderKeys.Public;
        string keepalive = type == 4 ? "0" : "25";
        device.Wg("set", device.Name, "peer", peer, "endpoint", "10.0.0.2:9999", "persistent-keepalive", keepalive);
        using Running ping = pair.InitiatorHost.Start("ping", "-c", "1", "-W", "1", TunnelPair.ResponderInner4);
        byte[] buffer = new byte[2048];
        int length;
        do
        {
            length = socket.Receive(buffer);
        } while (buffer[0] != type);
        device.Wg("set", device.Name, "peer", peer, "endpoint", "10.0.0.2:51820", "persistent-keepalive", "0");
        return buffer[..length];
    }

    static long ResidentKilobytes(Device device) =>
        long.Parse(
            File.ReadLines($"/proc/{device.Daemon.Pid}/status")
                .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );
}

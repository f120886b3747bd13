using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>All kinds of traffic, over both outer families, with usual and jumbo packets.</summary>
public sealed class TrafficTests
{
    const int Million = 1_000_000;

    [Theory]
    [InlineData(false, 1420, 1500)]
    [InlineData(true, 1420, 1500)]
    [InlineData(false, 34736, 65535)]
    [InlineData(true, 34736, 65535)]
    [InlineData(false, 34736, 1500)]
    [InlineData(true, 1280, 1500)]
    public async Task Ping_tcp_udp_and_parallel_streams_pass_both_ways(bool outerIpv6, int mtu, int outerMtu)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, outerIpv6: outerIpv6).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        foreach (Host host in (Host[])[left, right])
        {
            host.Run("ip", "link", "set", "eth0", "mtu", outerMtu.ToString(CultureInfo.InvariantCulture));
            host.Run("ip", "link", "set", "wg0", "mtu", mtu.ToString(CultureInfo.InvariantCulture));
        }

        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        TunnelPair.Ping(right, TunnelPair.InitiatorInner6);
        // As large as the interface takes: nothing of it may be lost to padding or to the outer wire.
        string size = (mtu - 28).ToString(CultureInfo.InvariantCulture);
        left.Run("ping", "-n", "-c", "2", "-i", "0.2", "-W", "5", "-M", "do", "-s", size, TunnelPair.ResponderInner4);

        await Transfer.OverTcp(left, right, TunnelPair.ResponderInner4, 10 * Million);
        await Transfer.OverTcp(right, left, TunnelPair.InitiatorInner6, 10 * Million);
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    Task.Run(() =>
                        i % 2 == 0
                            ? Transfer.OverTcp(left, right, TunnelPair.ResponderInner6, Million, (ushort)(6000 + i))
                            : Transfer.OverTcp(right, left, TunnelPair.InitiatorInner4, Million, (ushort)(6000 + i))
                    )
                )
        );
        Udp(left, right, TunnelPair.ResponderInner4, mtu - 28);
        Udp(right, left, TunnelPair.InitiatorInner6, mtu - 48);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Counters_are_exact(bool outerIpv6)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, outerIpv6: outerIpv6).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        // Nobody else is to speak: no router solicitations through the tunnel.
        left.Run("ip", "address", "flush", "dev", "wg0", "scope", "link");
        right.Run("ip", "address", "flush", "dev", "wg0", "scope", "link");
        left.Run("ping", "-n", "-c", "10", "-i", "0.1", "-W", "5", "-s", "1000", TunnelPair.ResponderInner4);

        // Initiation and answer; ten packets of 1028, padded to 1040, with 16 + 16 around them. The staged first ping
        // confirms the session, so no keepalive is due.
        const int Data = 10 * (1040 + 32);
        Assert.Equal((92 + Data, 148 + Data), Counted(pair.Initiator));
        Assert.Equal((148 + Data, 92 + Data), Counted(pair.Responder));
    }

    static (long Received, long Sent) Counted(Device device)
    {
        string[] peer = TunnelPair.Peers(device)[0];
        return (long.Parse(peer[5], CultureInfo.InvariantCulture), long.Parse(peer[6], CultureInfo.InvariantCulture));
    }

    static void Udp(Host from, Host to, string address, int largest)
    {
        IPEndPoint target = new(IPAddress.Parse(address), 7000);
        using Socket receiver = to.OpenSocket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(target);
        receiver.ReceiveTimeout = 5000;
        using Socket sender = from.OpenSocket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        byte[] bytes = new byte[largest];
        byte[] received = new byte[65536];
        Random random = new(3);
        foreach (int length in (int[])[1, 2, 15, 16, 17, 500, largest - 1, largest])
        {
            random.NextBytes(bytes);
            sender.SendTo(bytes.AsSpan(0, length), target);
            int count = receiver.Receive(received);
            Assert.True(bytes.AsSpan(0, length).SequenceEqual(received.AsSpan(0, count)), $"{length} bytes of UDP");
        }
    }
}

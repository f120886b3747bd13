using Microsoft.Extensions.Logging.Abstractions;
using Weft.Device;
using Weft.Linux;
using Weft.Protocol;
using Weft.Tests.Linux;
using Xunit;

namespace Weft.Tests.Device;

/// <summary>The device's pair of sockets, in a namespace where the ports are few.</summary>
public sealed class UdpSocketsTests : IDisposable
{
    const int FirstPort = 40_000;
    const int Ports = 10;

    readonly TestNamespace _namespace = new();

    public UdpSocketsTests() =>
        _namespace.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", $"{FirstPort} {FirstPort + Ports - 1}");
            return true;
        });

    [Fact]
    public void A_port_that_is_free_in_both_families_is_found_however_many_are_taken_in_one()
    {
        List<UdpSocket> taken = [];
        try
        {
            for (ushort port = FirstPort; port < FirstPort + Ports - 1; port++)
                taken.Add(_namespace.Run(() => UdpSocket.Bind(isIPv6: true, port, mark: 0)));
            for (int round = 0; round < 3; round++)
            {
                using UdpSockets sockets = Bind(0);
                Assert.Equal(FirstPort + Ports - 1, sockets.Port);
                Assert.Equal(sockets.V4!.Port, sockets.V6!.Port);
            }
        }
        finally
        {
            taken.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public void A_port_that_is_asked_for_is_refused_when_either_family_has_it_taken()
    {
        using UdpSocket taken = _namespace.Run(() => UdpSocket.Bind(isIPv6: true, FirstPort, mark: 0));
        KernelRefusedException e = Assert.Throws<KernelRefusedException>(() => Bind(FirstPort));
        Assert.Equal(Errno.EADDRINUSE, e.Error);
        // Nothing of it stays bound.
        using UdpSocket other = _namespace.Run(() => UdpSocket.Bind(isIPv6: false, FirstPort, mark: 0));
    }

    [Fact]
    public void Datagrams_for_both_families_in_turn_each_go_to_their_own_address()
    {
        const int rounds = 8;
        TestNamespace.Ip($"-n {_namespace.Name} addr add fd00:1122:3344:5566:7788:99aa:bbcc:ddee/128 dev lo nodad");
        TestNamespace.Ip($"-n {_namespace.Name} addr add 10.11.12.13/32 dev lo");
        UInt128 address6 = ((UInt128)0xfd00112233445566 << 64) | 0x778899aabbccddee;
        using UdpSockets from = Bind(0);
        using UdpSockets to = Bind(0);
        UdpTransport transport = new(NullLogger.Instance) { Sockets = from };
        Endpoint v4 = Endpoint.V4(0x0A0B0C0D, to.Port);
        Endpoint v6 = Endpoint.V6(address6, to.Port);
        // In one call and in many; marked by which of the two it is for.
        byte[] bytes =
        [
            .. Enumerable.Range(0, 2 * rounds).SelectMany(i => Enumerable.Repeat((byte)(4 + 2 * (i % 2)), 100)),
        ];
        UdpRun[] runs = [.. Enumerable.Range(0, 2 * rounds).Select(i => Run(i))];
        transport.Send(bytes, runs, new Session[runs.Length]);
        for (int i = 0; i < runs.Length; i++)
            transport.Send(bytes.AsSpan(100 * i, 100), i % 2 == 0 ? v4 : v6, 0);

        foreach (UdpSocket socket in (UdpSocket[])[to.V4!, to.V6!])
        {
            using ReceiveBatch batch = new(16);
            int received = 0;
            while (received < 2 * rounds * 100)
            {
                int count = batch.Receive(socket);
                for (int i = 0; i < count; i++)
                {
                    received += batch[i].Length;
                    Assert.Equal(socket.IsIPv6 ? address6 : 0x0A0B0C0D, batch[i].LocalAddress);
                    byte mark = (byte)(socket.IsIPv6 ? 6 : 4);
                    Assert.Equal(-1, batch.Buffer.Slice(batch[i].Offset, batch[i].Length).IndexOfAnyExcept(mark));
                }
            }
        }

        UdpRun Run(int i) => UdpTransport.Run(100 * i, 100, 100, i % 2 == 0 ? v4 : v6, default);
    }

    [Fact]
    public void The_scope_of_an_address_is_kept_both_ways()
    {
        UdpAddress linkLocal = new(true, (UInt128)0xfe80 << 112 | 1, 51820, 7);
        Endpoint from = UdpTransport.From(new ReceivedMessage { From = linkLocal });
        Assert.Equal(7u, from.ScopeId);
        Assert.Equal(linkLocal, UdpTransport.Run(0, 32, 32, in from, default).To);
    }

    public void Dispose() => _namespace.Dispose();

    UdpSockets Bind(ushort port) => _namespace.Run(() => UdpSockets.Bind(port, mark: 0, offloads: true));
}

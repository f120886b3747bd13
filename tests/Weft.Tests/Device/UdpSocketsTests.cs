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

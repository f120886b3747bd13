using System.Net;
using System.Net.Sockets;
using Xunit;
using static Weft.Tests.Device.TestPackets;

namespace Weft.Tests.Device;

/// <summary>Alone, because it counts what the process allocates.</summary>
[CollectionDefinition(nameof(LoopAllocationTests), DisableParallelization = true)]
[Collection(nameof(LoopAllocationTests))]
public sealed class LoopAllocationTests : IDisposable
{
    const int Packets = 20_000;

    readonly DeviceWithPeer _device = new();

    [Fact]
    public void A_running_device_allocates_nothing_per_packet_on_its_threads()
    {
        using Socket inside = _device.Udp();
        SocketAddress target = new IPEndPoint(IPAddress.Parse("10.0.0.2"), 9).Serialize();
        byte[] plain = new byte[1000];
        // Comes out of the tunnel for nobody, and so sets nothing off.
        byte[] packet = Build(new Flow(IsIPv6: false, IsTcp: false, Host: 9), plain);
        List<long> perRound = [];
        for (int round = 0; round < 4; round++)
        {
            byte[][] datagrams = [.. Enumerable.Range(0, Packets).Select(_ => _device.Sealed(packet))];
            ulong received = _device.Received();
            long before = GC.GetTotalAllocatedBytes(precise: true);
            foreach (byte[] datagram in datagrams)
            {
                _device.Send(datagram);
                inside.SendTo(plain, SocketFlags.None, target);
            }
            perRound.Add(GC.GetTotalAllocatedBytes(precise: true) - before);
            // Enough of them were worked off, by a cipher that is not optimised here, for this to say something: the smallest
            // object for each would be more than is allowed below.
            Assert.InRange(_device.Received() - received, (ulong)packet.Length * Packets / 100, ulong.MaxValue);
        }
        // While it begins, and its code is compiled, other things allocate too.
        Assert.InRange(perRound.Min(), 0, Packets / 10);
    }

    public void Dispose() => _device.Dispose();
}

using System.Net;
using System.Net.Sockets;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Device;

/// <summary>What a device does with its keys when its machine has slept.</summary>
public sealed class WakeTests : IDisposable
{
    readonly DeviceWithPeer _device = new();

    [Fact]
    public void What_was_sealed_before_a_sleep_is_not_opened_after_it()
    {
        ulong before = _device.Received();
        byte[] keepalive = _device.Keepalive();
        _device.Sleep(TimeSpan.FromMinutes(1));
        _device.Send(keepalive);
        // Looked at in the order in which they come: a new session shows that the keepalive has been, and says one of its own.
        _device.Shake();
        Assert.True(SpinWait.SpinUntil(() => _device.Received() - before >= 148 + 32, DeviceWithPeer.Patience));
        Assert.Equal(32u, (_device.Received() - before) % 148);
    }

    [Fact]
    public void Nothing_leaves_after_a_sleep_before_a_handshake()
    {
        using Socket inside = _device.Udp();
        IPEndPoint target = new(IPAddress.Parse("10.0.0.2"), 9);
        inside.SendTo(new byte[10], target);
        Assert.Equal(DatagramKind.Data, _device.Next());
        _device.Sleep(TimeSpan.FromMinutes(1));
        inside.SendTo(new byte[10], target);
        Assert.Equal(DatagramKind.Initiation, _device.Next());
    }

    public void Dispose() => _device.Dispose();
}

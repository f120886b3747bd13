using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>The very first packet of a tunnel waits for what is not there yet; it is not lost.</summary>
public sealed class FirstPacketTests
{
    [Fact]
    public async Task A_packet_that_is_sent_before_the_device_has_heard_that_its_interface_is_up_arrives()
    {
        const int port = 7000;
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab);
        pair.StartResponder(Engine.Weft);
        Host left = pair.InitiatorHost;
        Device device = Device.Start(left, Engine.Weft);
        device.SetConf(pair.InitiatorConf);
        left.AddAddress("wg0", TunnelPair.InitiatorInner4 + "/24");
        using Socket from = left.OpenSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using Socket to = pair.ResponderHost.OpenSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        IPEndPoint there = new(IPAddress.Parse(TunnelPair.ResponderInner4), port);
        to.Bind(there);
        to.ReceiveTimeout = 4000;

        // As on a host with so much to do that the device is told late.
        string id = device.Daemon.Pid.ToString(CultureInfo.InvariantCulture);
        string nsenter = File.ReadAllText($"/proc/{id}/stat").Split(' ')[3];
        left.RunInNetwork($"kill -STOP {id}");
        // nsenter stops as its child does, and when it goes on, so does the child.
        Wait.Until(() => File.ReadAllText($"/proc/{nsenter}/stat").Split(' ')[2] == "T");
        left.Run("ip", "link", "set", "wg0", "up");
        from.SendTo("first"u8, there);
        left.RunInNetwork($"kill -CONT {nsenter}");

        Assert.Equal("first"u8.Length, to.Receive(new byte[100]));
    }
}

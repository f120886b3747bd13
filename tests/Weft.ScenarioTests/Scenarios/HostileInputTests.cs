using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>Whatever arrives at its sockets, a device goes on. Random, but the same in every run.</summary>
public sealed class HostileInputTests
{
    const int Datagrams = 20_000;
    const int Requests = 300;

    [Fact]
    public async Task Random_bytes_at_the_udp_port_do_not_end_a_device()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Go, Engine.Weft);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);

        using Socket socket = pair.InitiatorHost.OpenSocket(
            AddressFamily.InterNetwork,
            SocketType.Dgram,
            ProtocolType.Udp
        );
        IPEndPoint target = new(IPAddress.Parse(pair.ResponderOuter), TunnelPair.Port);
        Random random = new(1);
        byte[] bytes = new byte[9000];
        int[] lengths = [0, 1, 3, 4, 31, 32, 64, 92, 148];
        for (int sent = 0; sent < Datagrams; sent++)
        {
            random.NextBytes(bytes);
            // Half of them begin as one of the four messages does, most of these at its right length.
            int length = random.Next(4) == 0 ? random.Next(bytes.Length) : lengths[random.Next(lengths.Length)];
            if (random.Next(2) == 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes, random.Next(1, 5));
            }

            socket.SendTo(bytes.AsSpan(0, length), target);
        }

        Assert.False(pair.Responder.Daemon.HasExited);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner6);
    }

    [Fact]
    public async Task Random_bytes_at_the_uapi_socket_do_not_end_a_device()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Go, Engine.Weft);
        Random random = new(2);
        for (int request = 0; request < Requests; request++)
        {
            pair.Responder.Exchange(request % 2 == 0 ? RandomBytes(random) : RandomLines(random));
        }

        Assert.False(pair.Responder.Daemon.HasExited);
        Assert.True(pair.Responder.Answers());
        // Some of those lines were good ones: the whole configuration again, and traffic flows.
        pair.Responder.SetConf(pair.ResponderConf);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
    }

    // wireguard-go lets a client that falls silent half-way through a set shut out all others.
    [Fact]
    public async Task Clients_that_hang_up_half_way_or_say_nothing_leave_the_uapi_open_to_others()
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        List<Socket> silent = [];
        try
        {
            foreach (
                string begun in (string[])["", "g", "get=1", "get=1\n", "set=1\nlisten_port=4", "set=1\nprivate_key="]
            )
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Connect(new UnixDomainSocketEndPoint(device.SocketPath));
                socket.Send(Encoding.ASCII.GetBytes(begun));
                silent.Add(socket);
            }

            Assert.True(device.Answers());
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }

        Assert.True(device.Answers());
    }

    static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 600)];
        random.NextBytes(bytes);
        // An end, so that the device answers and the client need not wait for silence.
        return [.. "set=1\n"u8, .. bytes, .. "\n\n"u8];
    }

    // Keys as they should be, with values that mostly should not.
    static byte[] RandomLines(Random random)
    {
        string[] keys =
        [
            "private_key",
            "listen_port",
            "fwmark",
            "replace_peers",
            "public_key",
            "remove",
            "update_only",
            "preshared_key",
            "endpoint",
            "persistent_keepalive_interval",
            "replace_allowed_ips",
            "allowed_ip",
            "protocol_version",
            "set",
            "get",
            "",
        ];
        string hex = Convert.ToHexStringLower(RandomOf(random, 32));
        string[] values =
        [
            "true",
            "false",
            "",
            "0",
            "-1",
            "65536",
            "99999999999999999999",
            hex,
            hex[..63],
            new string('0', 64),
            "1.2.3.4:5",
            "[::1]:70000",
            "10.0.0.0/33",
            "-10.0.0.0/8",
            "::/0",
            "=",
        ];
        StringBuilder text = new("set=1\n");
        for (int line = random.Next(1, 12); line > 0; line--)
        {
            text.Append(keys[random.Next(keys.Length)])
                .Append('=')
                .Append(values[random.Next(values.Length)])
                .Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.Append('\n').ToString());
    }

    static byte[] RandomOf(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}

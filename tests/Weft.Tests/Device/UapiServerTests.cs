using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Config;
using Weft.Device;
using Weft.Linux;
using Xunit;

namespace Weft.Tests.Device;

public sealed class UapiServerTests : IDisposable
{
    const string Ok = "errno=0\n\n";

    readonly string _folder = Directory.CreateTempSubdirectory("weft-uapi-").FullName;
    readonly UnixListener _listener;
    readonly UapiServer _server;
    readonly ControlWake _wake = new();
    readonly StandIn _device = new();

    public UapiServerTests()
    {
        _listener = UnixListener.Bind(Path.Combine(_folder, "wg.sock"));
        _server = new UapiServer(_listener, _device, _wake, NullLogger.Instance);
        _server.Start();
    }

    [Fact]
    public void Answers_get_with_all_it_knows() =>
        Assert.Equal("listen_port=51820\nfwmark=7\nerrno=0\n\n", Ask("get=1\n\n"));

    [Fact]
    public void Commands_sent_in_one_go_are_all_answered_in_order()
    {
        string answers = Ask("set=1\nlisten_port=1\n\nset=1\nlisten_port=2\n\nget=1\n\nset=1\nfwmark=3\n\n");

        Assert.Equal($"{Ok}{Ok}listen_port=51820\nfwmark=7\nerrno=0\n\n{Ok}", answers);
        Assert.Equal([1, 2, null], _device.Applied.Select(c => (int?)c.ListenPort));
    }

    [Fact]
    public void Commands_that_come_byte_by_byte_are_answered_too()
    {
        using Socket client = Connect();
        foreach (byte b in "set=1\nlisten_port=9\n\n"u8.ToArray())
            client.Send([b]);
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal(Ok, ReadAll(client));
        Assert.Equal((ushort)9, Assert.Single(_device.Applied).ListenPort);
    }

    [Fact]
    public void The_final_blank_line_may_be_missing() => Assert.Equal(Ok, Ask("set=1\nlisten_port=5\n"));

    [Fact]
    public void What_the_device_refuses_is_answered_with_its_errno()
    {
        _device.Errno = (int)Errno.EADDRINUSE;
        Assert.Equal("errno=-98\n\n", Ask("set=1\nlisten_port=5\n\n"));
    }

    [Fact]
    public void A_faulty_command_changes_nothing_and_the_next_one_is_served()
    {
        string answers = Ask("set=1\nlisten_port=70000\n\nset=1\nlisten_port=6\n\n");

        Assert.Equal($"errno=-22\n\n{Ok}", answers);
        Assert.Equal((ushort)6, Assert.Single(_device.Applied).ListenPort);
    }

    [Fact]
    public void A_client_that_says_nothing_holds_up_nobody()
    {
        Socket[] silent = [.. Enumerable.Range(0, 10).Select(_ => Connect())];
        silent[0].Send("set=1\nlisten"u8);
        Assert.Equal(Ok, Ask("set=1\nlisten_port=5\n\n"));
        foreach (Socket client in silent)
            client.Dispose();
    }

    [Fact]
    public void However_many_say_nothing_the_next_one_is_served_and_the_most_silent_makes_room()
    {
        Socket[] silent = [.. Enumerable.Range(0, UapiServer.MaxClients).Select(_ => Connect())];
        // Who is answered has been let in, and so have all who came before.
        silent[^1].Send("get=1\n\n"u8);
        Assert.True(silent[^1].Receive(new byte[1]) > 0);
        // The first one has said something meanwhile, so it is the second one's turn to go.
        silent[0].Send("get=1\n\n"u8);
        Assert.True(silent[0].Receive(new byte[1]) > 0);
        Assert.Equal(Ok, Ask("set=1\nlisten_port=5\n\n"));
        Assert.Equal(0, silent[1].Receive(new byte[1]));
        silent[0].Shutdown(SocketShutdown.Send);
        Assert.EndsWith(Ok, ReadAll(silent[0]), StringComparison.Ordinal);
        foreach (Socket client in silent)
            client.Dispose();
    }

    [Fact]
    public void Ten_clients_at_once_are_all_served()
    {
        Parallel.For(0, 10, _ => Assert.Equal(Ok, Ask("set=1\nlisten_port=5\n\n")));
        Assert.Equal(10, _device.Applied.Count);
    }

    [Fact]
    public void Random_bytes_never_end_it()
    {
        Random random = new(9);
        for (int i = 0; i < 50; i++)
        {
            byte[] bytes = new byte[random.Next(5000)];
            random.NextBytes(bytes);
            using Socket client = Connect();
            client.Send(bytes);
            if (i % 2 == 0)
                client.Shutdown(SocketShutdown.Send);
        }
        Assert.Equal(Ok, Ask("set=1\nlisten_port=5\n\n"));
    }

    [Fact]
    public void A_client_that_does_not_read_holds_up_nobody_and_gets_all_its_answers_later()
    {
        const int commands = 100_000; // more than the buffers on both sides of the socket hold
        using Socket lazy = Connect();
        byte[] asked = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("get=1\n\n", commands)));
        Thread sending = new(() =>
        {
            lazy.Send(asked);
            lazy.Shutdown(SocketShutdown.Send);
        });
        sending.Start();
        Assert.Equal(Ok, Ask("set=1\nlisten_port=5\n\n"));
        Assert.True(sending.IsAlive);

        Assert.Equal(commands * "listen_port=51820\nfwmark=7\nerrno=0\n\n".Length, ReadAll(lazy).Length);
        sending.Join();
    }

    [Fact]
    public void A_client_that_leaves_without_reading_is_no_loss()
    {
        for (int i = 0; i < 100; i++)
        {
            using Socket client = Connect();
            client.Send("get=1\n\nget=1\n\n"u8);
        }
        Assert.Equal(Ok, Ask("set=1\nlisten_port=5\n\n"));
    }

    public void Dispose()
    {
        _server.Dispose();
        _listener.Dispose();
        Assert.Null(_wake.EndReason);
        _wake.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    string Ask(string commands)
    {
        using Socket client = Connect();
        client.Send(Encoding.ASCII.GetBytes(commands));
        client.Shutdown(SocketShutdown.Send);
        return ReadAll(client);
    }

    Socket Connect()
    {
        Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        client.Connect(new UnixDomainSocketEndPoint(_listener.Path));
        return client;
    }

    static string ReadAll(Socket client)
    {
        StringBuilder text = new();
        byte[] bytes = new byte[1000];
        int count;
        while ((count = client.Receive(bytes)) > 0)
            text.Append(Encoding.ASCII.GetString(bytes, 0, count));
        return text.ToString();
    }

    sealed class StandIn : IUapiDevice
    {
        public ConcurrentQueue<DeviceConfig> Applied { get; } = new();

        public int Errno { get; set; }

        public DeviceStatus Describe() =>
            new()
            {
                Name = "wg",
                ListenPort = 51820,
                FirewallMark = 7,
            };

        public int Apply(DeviceConfig config)
        {
            Applied.Enqueue(config);
            return Errno;
        }
    }
}

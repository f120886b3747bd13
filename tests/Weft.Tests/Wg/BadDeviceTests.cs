using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Weft.Config;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Wg;

/// <summary>Devices that do not behave: each call ends, says what was wrong, and goes on where it was only held up.</summary>
public sealed class BadDeviceTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("weft-wg-").FullName;

    UapiDevices Devices => new(_folder, TimeSpan.FromMilliseconds(200));

    string Socket => Path.Combine(_folder, "wdev0.sock");

    [Theory]
    [InlineData("listen_port=5\nlisten_po")]
    [InlineData("")]
    public void One_that_hangs_half_way_is_given_up(string answer)
    {
        using BadDevice device = new(Socket, client => client.Send(Encoding.ASCII.GetBytes(answer)));
        Assert.Equal("wdev0: the device did not answer within 0.2 s", GetFails());
        Assert.Equal("wdev0: the device did not answer within 0.2 s", SetFails());
    }

    [Fact]
    public void One_that_speaks_ever_so_slowly_is_given_up()
    {
        using BadDevice device = new(
            Socket,
            client =>
            {
                while (true)
                {
                    client.Send("fwmark=5\n"u8);
                    Thread.Sleep(20);
                }
            }
        );
        Assert.Equal("wdev0: the device did not come to the end of its answer within 2 s", GetFails());
    }

    [Theory]
    [InlineData("never a line's end")]
    [InlineData("nonsense\n")]
    [InlineData("\0\0\u00ff\n")]
    public void One_that_speaks_nonsense_without_end_is_refused_at_once(string nonsense)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(nonsense, 1000)));
        using BadDevice device = new(
            Socket,
            client =>
            {
                while (true)
                    client.Send(bytes);
            }
        );
        // Refused for what it says: no time limit had to end it.
        string message = GetFails();
        Assert.StartsWith("wdev0: ", message);
        Assert.DoesNotContain("within", message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_takes_a_long_command_in_small_bites_gets_every_byte_of_it()
    {
        IEnumerable<AllowedIpChange> prefixes = Enumerable
            .Range(0, 30_000)
            .Select(i => new AllowedIpChange([10, (byte)(i >> 8), (byte)i, 0], 24, remove: i % 7 == 0));
        DeviceConfig config = new() { Peers = [new PeerConfig { PublicKey = default, AllowedIps = [.. prefixes] }] };
        ArrayBufferWriter<byte> whole = new();
        UapiText.WriteSet(config, whole);
        using MemoryStream taken = new();
        using BadDevice device = new(
            Socket,
            client =>
            {
                byte[] bite = new byte[999];
                while (taken.Length < whole.WrittenCount && client.Receive(bite) is var count and > 0)
                    taken.Write(bite, 0, count);
                client.Send("errno=0\n\n"u8);
            }
        );
        new UapiDevices(_folder).Set("wdev0", config);
        Assert.Equal(whole.WrittenMemory.ToArray(), taken.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("listen_port=5\nlisten_po")]
    [InlineData("listen_port=5\n")]
    public void One_that_hangs_up_is_said_to(string answer)
    {
        using BadDevice device = new(
            Socket,
            client =>
            {
                client.Send(Encoding.ASCII.GetBytes(answer));
                client.Close();
            }
        );
        Assert.Equal("wdev0: the device closed the connection half-way", GetFails());
        Assert.Equal("wdev0: the device closed the connection half-way", SetFails());
    }

    [Fact]
    public void One_that_vanishes_half_way_is_no_more()
    {
        using BadDevice device = new(
            Socket,
            client =>
            {
                client.Send("listen_port=5\n"u8);
                File.Delete(Socket);
                client.Close();
            }
        );
        DeviceNotFoundException e = Assert.Throws<DeviceNotFoundException>(() => Devices.Get("wdev0"));
        Assert.Equal("wdev0: there is no such WireGuard device", e.Message);
    }

    [Fact]
    public void A_socket_that_nobody_serves_is_no_device()
    {
        using (Socket stale = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            stale.Bind(new UnixDomainSocketEndPoint(Socket));
        // The class library removes the file as it closes: what a killed device leaves stays.
        if (!File.Exists(Socket))
            File.WriteAllText(Socket, "");
        Assert.Empty(Devices.List());
        Assert.False(Devices.Exists("wdev0"));
        Assert.Throws<DeviceNotFoundException>(() => Devices.Get("wdev0"));
        Assert.Throws<DeviceNotFoundException>(() => Devices.Set("wdev0", new DeviceConfig { ListenPort = 5 }));
    }

    // Stopping makes the kernel break off calls that wait with a limit (EINTR), without any handler.
    [Fact]
    public void A_stop_and_continue_of_the_tool_while_it_waits_breaks_nothing()
    {
        using Semaphore asked = new(0, 1);
        using Semaphore goOn = new(0, 1);
        using BadDevice device = new(
            Socket,
            client =>
            {
                client.Receive(new byte[100]);
                client.Send("listen_port=5\n"u8);
                asked.Release();
                goOn.WaitOne();
                client.Send("errno=0\n\n"u8);
            }
        );
        const string script = """
            mount --bind "$1" /var/run/wireguard; exec "$2" wg show wdev0 listen-port
            """;
        string[] line = ["-m", "-n", "bash", "-c", script, "bash", _folder, WgRunner.Program];
        using Process wg = Process.Start(
            new ProcessStartInfo("unshare", line) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        Assert.True(asked.WaitOne(TimeSpan.FromSeconds(30)));
        for (int i = 0; i < 20; i++)
        {
            Signal(wg, "STOP");
            Signal(wg, "CONT");
        }
        goOn.Release();
        Assert.Equal("", wg.StandardError.ReadToEnd());
        Assert.Equal("5\n", wg.StandardOutput.ReadToEnd());
        wg.WaitForExit();
        Assert.Equal(0, wg.ExitCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static void Signal(Process process, string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    string GetFails() => Assert.Throws<OperationFailedException>(() => Devices.Get("wdev0")).Message;

    string SetFails() =>
        Assert
            .Throws<OperationFailedException>(() => Devices.Set("wdev0", new DeviceConfig { ListenPort = 5 }))
            .Message;

    /// <summary>Does to each client what it is told to, on a thread of its own, and lets go of none before its end.</summary>
    sealed class BadDevice : IDisposable
    {
        readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        readonly List<Socket> _clients = [];
        readonly Thread _thread;

        internal BadDevice(string path, Action<Socket> behave)
        {
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            _listener.Listen();
            _thread = new Thread(() => Quietly(() => Serve(behave)));
            _thread.Start();
        }

        public void Dispose()
        {
            _listener.Dispose();
            _thread.Join();
            foreach (Socket client in _clients)
                client.Dispose();
        }

        void Serve(Action<Socket> behave)
        {
            while (true)
            {
                Socket client = _listener.Accept();
                _clients.Add(client);
                new Thread(() => Quietly(() => behave(client))).Start();
            }
        }

        static void Quietly(Action work)
        {
            try
            {
                work();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client went, or the test is over.
            }
        }
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Crypto;
using Weft.Device;
using Weft.Protocol;
using Weft.Tests.Linux;
using Xunit;

namespace Weft.Tests.Device;

/// <summary>
/// A whole device in a namespace of its own, whose machine sleeps when the test says so, and a peer of it that the test
/// plays. They have a session when the constructor returns. One thread.
/// </summary>
sealed class DeviceWithPeer : IDisposable, INodeOutput
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    static readonly SocketAddress s_device = new IPEndPoint(IPAddress.Loopback, 1).Serialize();

    readonly TestNamespace _namespace = new();
    readonly string _folder = Directory.CreateTempSubdirectory("weft-wake-").FullName;
    readonly Node _peer = new(new SystemEntropy());
    readonly Tunnel _tunnel;
    readonly Socket _socket;
    readonly DeviceHost _host;
    readonly Thread _running;
    Instant _now = TestEnd.TestTime;
    long _asleepTicks;

    public DeviceWithPeer()
    {
        _socket = Udp();
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 2));
        _socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        TaskCompletionSource<DeviceHost> made = new();
        DeviceOptions options = new() { Name = "wg0", SocketFolder = _folder };
        _running = new Thread(() =>
            _namespace.Run(() =>
            {
                made.SetResult(DeviceHost.Create(options, Asleep, NullLogger.Instance));
                return made.Task.Result.Run();
            })
        );
        _running.Start();
        _host = made.Task.Result;

        using PrivateKey key = PrivateKey.Generate();
        using PrivateKey deviceKey = PrivateKey.Generate();
        _peer.SetPrivateKey(key);
        _tunnel = _peer.AddPeer(deviceKey.ToPublicKey())!;
        _peer.SetEndpoint(_tunnel, Endpoint.V4(0x7F000001, 1));
        _peer.InterfaceUp();
        Ask(
            $"set=1\nprivate_key={Convert.ToHexStringLower(deviceKey.Span)}\nlisten_port=1\n"
                + $"public_key={key.ToPublicKey().ToHex()}\n"
                + "endpoint=127.0.0.1:2\nallowed_ip=10.0.0.0/8\n\n"
        );
        TestNamespace.Ip($"-n {_namespace.Name} addr add 10.0.0.1/24 dev wg0");
        TestNamespace.Ip($"-n {_namespace.Name} link set wg0 up");
        Shake();
        // Until the device has heard us on the session, it does not use it.
        Send(Keepalive());
        Assert.True(SpinWait.SpinUntil(() => Received() >= 148 + 32, Patience));
    }

    /// <summary>What the device takes for the time that its machine has slept.</summary>
    public void Sleep(TimeSpan time) => Interlocked.Add(ref _asleepTicks, time.Ticks);

    void INodeOutput.Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass) => Send(datagram);

    public void Dispose()
    {
        _host.End("the test is over");
        _running.Join();
        _host.Dispose();
        _peer.Dispose();
        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
        _namespace.Dispose();
    }

    TimeSpan Asleep() => TimeSpan.FromTicks(Volatile.Read(ref _asleepTicks));

    /// <summary>A socket where the device is.</summary>
    public Socket Udp() =>
        _namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

    public void Send(ReadOnlySpan<byte> datagram) => _socket.SendTo(datagram, SocketFlags.None, s_device);

    /// <summary>A keepalive of the present session, not yet sent.</summary>
    public byte[] Keepalive() => Sealed([]);

    /// <summary>A packet, sealed with the present session and not yet sent.</summary>
    public byte[] Sealed(ReadOnlySpan<byte> packet)
    {
        byte[] datagram = new byte[Session.DatagramLength(packet.Length, 1420)];
        Session session = _tunnel.Slots.Current!;
        Assert.True(session.TryReserve(1, out ulong counter));
        Assert.Equal(datagram.Length, session.Seal(counter, packet, datagram, 1420));
        return datagram;
    }

    /// <summary>Makes a new session, from our side; what else comes meanwhile is passed over.</summary>
    public void Shake()
    {
        _peer.ForgetSessions();
        byte[] datagram = new byte[2048];
        while (_tunnel.Slots.Current is null)
        {
            // An initiation too soon after another one is dropped, so it may take a second one.
            _now += TimeSpan.FromSeconds(10);
            WallTime wall = new(1_700_000_000 + _now.Nanoseconds / 1_000_000_000, 0);
            _peer.SetPersistentKeepalive(_tunnel, 0);
            _peer.SetPersistentKeepalive(_tunnel, 60);
            _peer.Tick(_now, wall, this);
            if (!_socket.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectRead))
                continue;
            int length = _socket.Receive(datagram);
            _peer.ReceiveHandshake(_now, wall, datagram.AsSpan(0, length), Endpoint.V4(0x7F000001, 1), 1, this);
        }
    }

    /// <summary>What the device sends next.</summary>
    public DatagramKind Next()
    {
        byte[] datagram = new byte[2048];
        return Datagram.KindOf(datagram.AsSpan(0, _socket.Receive(datagram)));
    }

    /// <summary>Bytes that the device has accepted.</summary>
    public ulong Received()
    {
        const string key = "rx_bytes=";
        string line = Ask("get=1\n\n").Split('\n').Single(l => l.StartsWith(key, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(key.Length), CultureInfo.InvariantCulture);
    }

    string Ask(string commands)
    {
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(_host.SocketPath));
        client.Send(Encoding.ASCII.GetBytes(commands));
        using NetworkStream stream = new(client);
        client.Shutdown(SocketShutdown.Send);
        using StreamReader answer = new(stream);
        return answer.ReadToEnd();
    }
}

using Weft.Crypto;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Attack;

/// <summary>
/// An authenticated peer of the device with one node of its own, whose datagrams leave from an address of the range. It
/// shakes hands when told to; what it then sends on the session is its user's affair. One thread.
/// </summary>
sealed class FakePeer : INodeOutput, IDisposable
{
    readonly UdpSocket _socket;
    readonly Tunnel _tunnel;
    readonly UInt128 _source;
    int _shakes;

    internal FakePeer(UdpSocket socket, Options options, int number, UInt128 source)
    {
        _socket = socket;
        _source = source;
        Node = new Node(new LooseEntropy(number));
        using PrivateKey key = Identities.Key(options.Seed, number);
        Node.SetPrivateKey(key);
        _tunnel = Node.AddPeer(options.Key)!;
        Node.SetEndpoint(_tunnel, Endpoint.From(options.To));
        Node.InterfaceUp();
    }

    internal Node Node { get; }

    internal Session? Session => _tunnel.Slots.Current;

    /// <summary>The last initiation that left.</summary>
    internal byte[] Initiation { get; private set; } = [];

    static Instant Now => new(Clocks.BootNanoseconds);

    static WallTime Wall
    {
        get
        {
            (long seconds, uint nanoseconds) = Clocks.WallTime;
            return new WallTime(seconds, nanoseconds);
        }
    }

    /// <summary>Has a new initiation leave, whatever there is already.</summary>
    internal void Shake()
    {
        Node.ForgetSessions();
        // By its own clock it waits as long as it has to.
        Instant later = Now + TimeSpan.FromSeconds(10) * ++_shakes;
        Node.SetPersistentKeepalive(_tunnel, 0);
        Node.SetPersistentKeepalive(_tunnel, ushort.MaxValue);
        Node.Tick(later, Wall, this);
    }

    internal void Receive(Span<byte> datagram, in Endpoint from)
    {
        if (Datagram.KindOf(datagram) is not (DatagramKind.None or DatagramKind.Data))
            Node.ReceiveHandshake(Now, Wall, datagram, in from, 1, this);
    }

    public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass)
    {
        if (Datagram.KindOf(datagram) == DatagramKind.Initiation)
            Initiation = datagram.ToArray();
        UdpRun run = new(
            0,
            datagram.Length,
            datagram.Length,
            new UdpAddress(to.IsIPv6, to.Address, to.Port, 0),
            _source,
            trafficClass
        );
        _socket.Send(datagram, new ReadOnlySpan<UdpRun>(in run), out _);
    }

    public void Dispose() => Node.Dispose();
}

using System.Net;
using Weft.Crypto;
using Weft.Device;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Tests.Device;

/// <summary>The chance of a test: the same every time.</summary>
sealed class SeededEntropy(int seed) : IEntropy
{
    readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}

/// <summary>One end of a tunnel without TUN and sockets: both paths over a node, with a wire to the other end.</summary>
sealed class TestEnd : IRunOutput, IDisposable
{
    readonly HandshakeQueue _handshakes = new();
    readonly byte[] _inbox = new byte[ReceiveBatch.SlotSize];
    TestEnd? _other;

    public TestEnd(int seed, uint address)
    {
        Node = new Node(new SeededEntropy(seed));
        Address = address;
        Outbound = new OutboundPath(Node, this, Replies);
        Inbound = new InboundPath(Node, _handshakes, Packets, TunOffloads.Tcp | TunOffloads.Udp);
        using PrivateKey key = PrivateKey.Generate();
        Node.SetPrivateKey(key);
        Node.InterfaceUp();
    }

    public Node Node { get; }

    public uint Address { get; }

    public OutboundPath Outbound { get; }

    public InboundPath Inbound { get; }

    /// <summary>What came out of the tunnel.</summary>
    public RecordedPackets Packets { get; } = new();

    /// <summary>What was sent back into this end's host.</summary>
    public RecordedPackets Replies { get; } = new();

    /// <summary>Runs that were sent, in order.</summary>
    public List<UdpRun> Runs { get; } = [];

    /// <summary>Calls that sent runs.</summary>
    public int Batches { get; private set; }

    /// <summary>When set, nothing is recorded or delivered.</summary>
    public bool IsMuted { get; set; }

    /// <summary>Two ends that have shaken hands: what one sends, the other has received when the call returns.</summary>
    public static (TestEnd A, TestEnd B) Pair(Instant now)
    {
        TestEnd a = new(1, 0x0A090001);
        TestEnd b = new(2, 0x0A090002);
        a.Join(b);
        b.Join(a);
        a.Node.SetPersistentKeepalive(a.Node.Peers[0], 25);
        for (int i = 0; i < 4; i++)
        {
            a.Tick(now);
            b.Tick(now);
        }
        a.Runs.Clear();
        b.Runs.Clear();
        return (a, b);
    }

    public void Tick(Instant now)
    {
        Span<byte> datagram = stackalloc byte[Datagram.LongestHandshake];
        while (_handshakes.TryRead(now, datagram, out int length, out Endpoint from, out int queued))
            Node.ReceiveHandshake(now, default, datagram[..length], in from, queued, this);
        Node.Tick(now, new WallTime(1_700_000_000, 0), this);
    }

    public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass)
    {
        UdpRun run = UdpTransport.Run(0, datagram.Length, datagram.Length, in to, new OuterMarks(trafficClass));
        Send(datagram, new ReadOnlySpan<UdpRun>(in run), default);
    }

    public void Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, ReadOnlySpan<Session> sessions)
    {
        if (IsMuted)
            return;
        Batches++;
        foreach (UdpRun run in runs)
        {
            Runs.Add(run);
            _other!.Deliver(buffer.Slice(run.Offset, run.Length), run.SegmentSize, Address, run.TrafficClass);
        }
    }

    public void Dispose() => Node.Dispose();

    void Join(TestEnd other)
    {
        _other = other;
        Tunnel peer = Node.AddPeer(other.Node.PublicKey!.Value)!;
        Node.SetEndpoint(peer, Endpoint.V4(other.Address, 51820));
        Node.AllowIp(peer, IPNetwork.Parse("10.0.0.0/30"));
        Node.AllowIp(peer, IPNetwork.Parse("fd00::/16"));
    }

    void Deliver(ReadOnlySpan<byte> datagrams, int segmentSize, uint from, byte trafficClass)
    {
        datagrams.CopyTo(_inbox);
        ReceivedMessage message = new()
        {
            Length = datagrams.Length,
            SegmentSize = segmentSize,
            From = new UdpAddress(false, from, 51820, 0),
            LocalAddress = Address,
            TrafficClass = trafficClass,
        };
        Inbound.Take(TestTime, _inbox, in message);
        Inbound.Flush(_inbox);
    }

    /// <summary>The one moment at which these tests play.</summary>
    public static Instant TestTime { get; } = new(1_000_000_000_000);
}

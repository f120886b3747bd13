using System.Buffers.Binary;
using System.Net;
using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>
/// Two nodes that know each other, with the keys and the chance of a fixed seed: whatever is done to them in the same order
/// gives the same bytes. The one under fuzz is <see cref="Own"/>.
/// </summary>
sealed class TwoNodes : IDisposable
{
    public static readonly Endpoint OwnAddress = Endpoint.V4(0xC0000201, 51820);
    public static readonly Endpoint PeerAddress = Endpoint.V4(0xC0000202, 51820);

    /// <summary>Handshake messages that wait when a node is under load.</summary>
    public const int Load = Node.HandshakeQueueLength;

    const uint OwnInner = 0x0A000001;
    const uint PeerInner = 0x0A000002;

    public TwoNodes()
    {
        Own = Make(1);
        Peer = Make(2);
        Introduce(Own, Peer, PeerInner, PeerAddress);
        Introduce(Peer, Own, OwnInner, OwnAddress);
    }

    public Node Own { get; }

    public Node Peer { get; }

    public Tunnel ToPeer => Own.Peers[0];

    public Tunnel ToOwn => Peer.Peers[0];

    public Outbox OwnSent { get; } = new();

    public Outbox PeerSent { get; } = new();

    public Instant Now { get; private set; } = new(1_000_000_000_000);

    public void Advance(TimeSpan time) => Now += time;

    /// <summary>Has our node send a packet, for which it starts a handshake; returns the initiation.</summary>
    public byte[] InitiateOwn() => Initiate(Own, ToPeer, OwnSent, OwnInner, PeerInner);

    /// <summary>The same the other way round.</summary>
    public byte[] InitiatePeer() => Initiate(Peer, ToOwn, PeerSent, PeerInner, OwnInner);

    public void DeliverToOwn(byte[] datagram, in Endpoint from, int queued = 1) =>
        Own.ReceiveHandshake(Now, Wall, [.. datagram], from, queued, OwnSent);

    public void DeliverToPeer(byte[] datagram, int queued = 1) =>
        Peer.ReceiveHandshake(Now, Wall, [.. datagram], OwnAddress, queued, PeerSent);

    public void TickOwn() => Own.Tick(Now, Wall, OwnSent);

    public void TickPeer() => Peer.Tick(Now, Wall, PeerSent);

    /// <summary>Opens what our node sealed, at the other end.</summary>
    public OpenResult OpenAtPeer(byte[] datagram, out int length)
    {
        byte[] copy = [.. datagram];
        length = 0;
        return Peer.FindSession(copy) is { } session ? session.Open(Now, copy, out length) : OpenResult.Forged;
    }

    public void Dispose()
    {
        Own.Dispose();
        Peer.Dispose();
    }

    WallTime Wall => new(1_700_000_000 + Now.Nanoseconds / 1_000_000_000, (uint)(Now.Nanoseconds % 1_000_000_000));

    static Node Make(int seed)
    {
        Node node = new(new SeededEntropy(seed));
        Span<byte> bytes = stackalloc byte[KeyText.KeyLength];
        bytes.Fill((byte)(0x10 + seed));
        using PrivateKey key = new(bytes);
        node.SetPrivateKey(key);
        node.InterfaceUp();
        return node;
    }

    static void Introduce(Node one, Node other, uint inner, in Endpoint address)
    {
        Tunnel peer = one.AddPeer(other.PublicKey!.Value)!;
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, inner);
        one.AllowIp(peer, new IPNetwork(new IPAddress(bytes), 32));
        one.SetEndpoint(peer, address);
    }

    byte[] Initiate(Node node, Tunnel peer, Outbox sent, uint from, uint to)
    {
        byte[] packet = new byte[28];
        packet[0] = 0x45;
        packet[3] = (byte)packet.Length;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), from);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), to);
        peer.Stage(Now, packet, sent);
        node.Tick(Now, Wall, sent);
        byte[] initiation = sent.TakeOne();
        Rule.Same(DatagramKind.Initiation, Datagram.KindOf(initiation), "a staged packet starts a handshake");
        return initiation;
    }

    /// <summary>What a node has sent.</summary>
    public sealed class Outbox : INodeOutput
    {
        readonly Queue<(byte[] Datagram, Endpoint To)> _sent = [];

        public int Count => _sent.Count;

        public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass) =>
            _sent.Enqueue((datagram.ToArray(), to));

        public (byte[] Datagram, Endpoint To) Take() => _sent.Dequeue();

        public byte[] TakeOne()
        {
            Rule.Same(1, _sent.Count, "one datagram is sent");
            return _sent.Dequeue().Datagram;
        }

        public void Clear() => _sent.Clear();
    }
}

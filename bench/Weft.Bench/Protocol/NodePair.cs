using System.Net;
using System.Security.Cryptography;
using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Bench.Protocol;

/// <summary>Two nodes that shake hands whenever they are told to, with a clock that jumps over every pause. One thread.</summary>
sealed class NodePair : IDisposable
{
    static readonly Endpoint s_somewhere = Endpoint.V4(0x7F000001, 1);

    readonly Node _left = new(new SystemChance());
    readonly Node _right = new(new SystemChance());
    readonly Tunnel _toRight;
    readonly Wire _fromLeft = new();
    readonly Wire _fromRight = new();
    Instant _now = new(1);
    WallTime _wall = new(1, 0);

    internal NodePair()
    {
        foreach (Node node in (Node[])[_left, _right])
        {
            using PrivateKey key = PrivateKey.Generate();
            node.SetPrivateKey(key);
            node.InterfaceUp();
        }
        _toRight = Join(_left, _right);
        Join(_right, _left);
    }

    internal void ShakeHands()
    {
        _now += TimeSpan.FromMinutes(3);
        _wall = new WallTime(_wall.Seconds + 1, 0);
        _toRight.Stage(_now, [0x45, 0, 0, 20, .. new byte[16]], _fromLeft);
        _left.Tick(_now, _wall, _fromLeft);
        _fromLeft.Carry(_right, _now, _wall, _fromRight);
        _fromRight.Carry(_left, _now, _wall, _fromLeft);
        _fromLeft.Drop();
        if (_toRight.LastHandshake != _wall)
            throw new InvalidOperationException("The handshake was not completed.");
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    static Tunnel Join(Node node, Node other)
    {
        Tunnel tunnel = node.AddPeer(other.PublicKey!.Value)!;
        node.SetEndpoint(tunnel, s_somewhere);
        node.AllowIp(tunnel, new IPNetwork(IPAddress.Any, 0));
        return tunnel;
    }

    sealed class SystemChance : IEntropy
    {
        public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
    }

    /// <summary>Handshake messages on their way.</summary>
    sealed class Wire : INodeOutput
    {
        readonly Queue<byte[]> _datagrams = new();

        public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass) =>
            _datagrams.Enqueue(datagram.ToArray());

        internal void Carry(Node to, Instant now, WallTime wall, INodeOutput answers)
        {
            while (_datagrams.TryDequeue(out byte[]? datagram))
                to.ReceiveHandshake(now, wall, datagram, s_somewhere, queued: 1, answers);
        }

        internal void Drop() => _datagrams.Clear();
    }
}

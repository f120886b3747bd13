using System.Net;
using System.Security.Cryptography;
using Weft.Bench.Tunnel.Contenders;
using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Bench.Tunnel.Bounds;

/// <summary>
/// A peer without a device: a node of our own protocol that its owner gives time and datagrams to. A clock that its owner
/// moves lets it initiate as often as wanted. One thread.
/// </summary>
sealed class Initiator : IDisposable
{
    static readonly Endpoint s_somewhere = Endpoint.V4(0x7F000001, 1);

    readonly Node _node = new(new SystemChance());
    readonly Protocol.Tunnel _tunnel;
    readonly Outbox _outbox = new();
    readonly byte[] _packet;
    Instant _now = new(TimeSpan.TicksPerDay);
    WallTime _wall = new(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 0);

    /// <param name="packet">What it has to say: an IP packet.</param>
    internal Initiator(PublicKey responder, byte[] packet)
    {
        _packet = packet;
        KeyPair keys = KeyPair.Generate();
        PublicKeyText = keys.Public;
        using (PrivateKey key = PrivateKey.ParseAsWritten(keys.Private)!)
            _node.SetPrivateKey(key);
        _tunnel = _node.AddPeer(responder)!;
        _node.SetEndpoint(_tunnel, s_somewhere);
        _node.AllowIp(_tunnel, new IPNetwork(IPAddress.Any, 0));
        _node.InterfaceUp();
    }

    /// <summary>As WireGuard writes it.</summary>
    internal string PublicKeyText { get; }

    /// <summary>Whether a handshake was completed.</summary>
    internal bool IsJoined => !_tunnel.LastHandshake.IsNever;

    /// <summary>An initiation newer than all before.</summary>
    internal byte[] Initiate()
    {
        _now += TimeSpan.FromSeconds(6);
        _wall = new WallTime(_wall.Seconds + 1, 0);
        _tunnel.Stage(_now, _packet, _outbox);
        _node.Tick(_now, _wall, _outbox);
        return _outbox.Take().Last();
    }

    /// <summary>Takes the answer to the last initiation; returns what is to be sent then.</summary>
    internal IReadOnlyList<byte[]> Complete(byte[] response)
    {
        _node.ReceiveHandshake(_now, _wall, response, s_somewhere, queued: 1, _outbox);
        _node.Tick(_now, _wall, _outbox);
        return _outbox.Take();
    }

    /// <summary>What it has to say, sealed. Joined only.</summary>
    internal byte[] Speak()
    {
        _tunnel.Stage(_now, _packet, _outbox);
        return _outbox.Take().Last();
    }

    public void Dispose() => _node.Dispose();

    sealed class Outbox : INodeOutput
    {
        List<byte[]> _sent = [];

        public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass) =>
            _sent.Add(datagram.ToArray());

        internal List<byte[]> Take()
        {
            List<byte[]> taken = _sent;
            _sent = [];
            return taken;
        }
    }

    sealed class SystemChance : IEntropy
    {
        public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
    }
}

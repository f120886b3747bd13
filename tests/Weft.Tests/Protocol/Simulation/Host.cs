using System.Buffers.Binary;
using System.Net;
using Weft.Crypto;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Protocol.Simulation;

/// <summary>
/// A node with a device's loops around it, as short as they can be: packets in, datagrams out, and back. Checks on the
/// way what must hold for every run.
/// </summary>
sealed class Host : INodeOutput
{
    readonly World _world;
    readonly Dictionary<uint, ulong> _lastCounters = [];
    readonly Dictionary<Host, Acquaintance> _known = [];

    /// <summary>Whose keys these are and were.</summary>
    readonly Dictionary<PublicKey, Host> _owners = [];

    internal Host(World world, string name, int number)
    {
        _world = world;
        Name = name;
        Number = number;
        Span<byte> key = stackalloc byte[32];
        world.Chance.Fill(key);
        Key = new PrivateKey(key);
        PublicKey = Key.ToPublicKey();
        Node = Start();
    }

    internal string Name { get; }

    internal int Number { get; }

    internal PrivateKey Key { get; private set; }

    internal PublicKey PublicKey { get; private set; }

    internal Node Node { get; private set; }

    /// <summary>Where the world finds the host.</summary>
    internal Endpoint Address { get; set; }

    /// <summary>The source that the host's socket says datagrams came to; put into endpoints when set.</summary>
    internal int Interface { get; set; }

    /// <summary>How wrong the host's wall clock is.</summary>
    internal TimeSpan WallError
    {
        get;
        set
        {
            field = value;
            LargestWallError = value > LargestWallError ? value : LargestWallError;
        }
    }

    /// <summary>What the node is started with.</summary>
    internal StampFloor StampFloor { get; set; }

    /// <summary>How far ahead the wall clock ever was.</summary>
    internal TimeSpan LargestWallError { get; private set; }

    /// <summary>Handshake messages that wait, as the device would say.</summary>
    internal int Queued { get; set; } = 1;

    /// <summary>Packets that came out of the tunnel and may go on, with their sender.</summary>
    internal List<(Host From, byte[] Packet)> Received { get; } = [];

    /// <summary>What became of data messages that did not open.</summary>
    internal List<OpenResult> Refused { get; } = [];

    /// <summary>Times at which a packet loop asked for the control thread.</summary>
    internal int Wakes { get; set; }

    internal Action<Host, byte[]>? OnReceived { get; set; }

    internal WallTime Wall => _world.Wall.Before(-(long)(WallError.TotalMilliseconds * 1_000_000));

    /// <summary>10.0.0.N, N being the host's number.</summary>
    internal uint InnerAddress => 0x0a00_0000 + (uint)Number;

    internal Tunnel PeerOf(Host other) =>
        Node.FindPeer(other.PublicKey) ?? throw new InvalidOperationException($"{Name} does not know {other.Name}");

    /// <summary>Makes the other a peer: its key, its address and the /32 of its inner address.</summary>
    internal Tunnel Knows(Host other, PresharedKey? presharedKey = null, ushort keepalive = 0, bool dials = true)
    {
        Tunnel peer = Node.AddPeer(other.PublicKey)!;
        _known[other] = new Acquaintance(presharedKey, keepalive, dials);
        _owners[other.PublicKey] = other;
        if (dials)
            Node.SetEndpoint(peer, other.Address);
        if (presharedKey is not null)
            Node.SetPresharedKey(peer, presharedKey);
        Node.AllowIp(peer, new IPNetwork(ToAddress(other.InnerAddress), 32));
        if (keepalive != 0)
            Node.SetPersistentKeepalive(peer, keepalive);
        return peer;
    }

    /// <summary>Loses all state but the configuration, as a reboot does.</summary>
    internal void Restart()
    {
        Node.Dispose();
        Node = Start();
        foreach ((Host other, Acquaintance known) in _known.ToArray())
            Knows(other, known.PresharedKey, known.Keepalive, known.Dials);
    }

    /// <summary>
    /// Takes the peer out, under whatever key it is here, and puts it in as it is now. That forgets what was sent to it last, so
    /// a clock that was set back must be right again, as after a restart.
    /// </summary>
    internal void Readmit(Host other)
    {
        WallError = LargestWallError;
        foreach (Tunnel peer in Node.Peers.Where(peer => _owners[peer.PublicKey] == other).ToArray())
            Node.RemovePeer(peer);
        Knows(other, _known[other].PresharedKey, _known[other].Keepalive, _known[other].Dials);
    }

    /// <summary>Changes the peer as the configuration has it; one that is here under an old key is put in anew anyway.</summary>
    internal void Change(Host other, PresharedKey? presharedKey, ushort keepalive)
    {
        _known[other] = _known[other] with { PresharedKey = presharedKey, Keepalive = keepalive };
        if (Node.FindPeer(other.PublicKey) is not { } peer)
            return;
        using PresharedKey none = new(new byte[32]);
        Node.SetPresharedKey(peer, presharedKey ?? none);
        Node.SetPersistentKeepalive(peer, keepalive);
    }

    /// <summary>Points the peer's endpoint somewhere. Those who do not dial learn where it is, and are left alone.</summary>
    internal void Aim(Host other, Endpoint endpoint)
    {
        if (_known[other].Dials && Node.FindPeer(other.PublicKey) is { } peer)
            Node.SetEndpoint(peer, endpoint);
    }

    internal bool IsAcquaintedWith(Host other) => _known.ContainsKey(other);

    internal PresharedKey? PresharedKeyWith(Host other) => _known[other].PresharedKey;

    internal ushort KeepaliveTo(Host other) => _known[other].Keepalive;

    internal void ChangeKey(PrivateKey key)
    {
        Key = key;
        PublicKey = key.ToPublicKey();
        Node.SetPrivateKey(key);
    }

    internal void Tick() => Node.Tick(_world.Now, Wall, this);

    /// <summary>A packet from here to there as the operating system would hand it to the TUN.</summary>
    internal static byte[] Packet(Host from, Host to, int id = 0, int length = 100, byte trafficClass = 0)
    {
        byte[] packet = new byte[length];
        packet[0] = 0x45;
        packet[1] = trafficClass;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)length);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), from.InnerAddress);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), to.InnerAddress);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(20), id);
        return packet;
    }

    internal static int IdOf(byte[] packet) => BinaryPrimitives.ReadInt32BigEndian(packet.AsSpan(20));

    internal void SendTo(Host other, int id = 0, int length = 100) => SendPacket(Packet(this, other, id, length));

    /// <summary>What the TUN loop does.</summary>
    internal void SendPacket(byte[] packet)
    {
        Assert.True(InnerPacket.TryRead(packet, out InnerPacket inner));
        if (Node.AllowedIps.FindDestination(inner) is not { } peer || !peer.TryGetEndpoint(out Endpoint to))
            return;
        if (!peer.TryReserve(_world.Now, 1, out Session? session, out ulong counter))
        {
            Count(peer.Stage(_world.Now, packet, this));
            return;
        }
        byte[] datagram = new byte[Session.DatagramLength(packet.Length, Node.Mtu)];
        Assert.Equal(datagram.Length, session.Seal(counter, packet, datagram, Node.Mtu));
        Send(datagram, to, Ecn.Encapsulate(inner.TrafficClass));
        Count(peer.DatagramsSent(_world.Now, session, datagram.Length, isData: true));
    }

    /// <summary>What the socket loop does.</summary>
    internal void Receive(byte[] datagram, Endpoint from)
    {
        if (Interface != 0)
            from = from.WithSource(Address.Address, Interface);
        switch (Datagram.KindOf(datagram))
        {
            case DatagramKind.None:
                return;
            case DatagramKind.Data:
                ReceiveData(datagram, from);
                return;
            default:
                Node.ReceiveHandshake(_world.Now, Wall, datagram, from, Queued, this);
                return;
        }
    }

    public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass)
    {
        byte[] copy = datagram.ToArray();
        if (Datagram.KindOf(copy) == DatagramKind.Data)
            CheckNonce(new DataMessage(copy));
        _world.Carry(this, copy, to, trafficClass);
    }

    void ReceiveData(byte[] datagram, Endpoint from)
    {
        if (Node.FindSession(datagram) is not { } session)
            return;
        OpenResult result = session.Open(_world.Now, datagram, out int length);
        if (result != OpenResult.Opened)
        {
            Refused.Add(result);
            return;
        }
        Count(session.Tunnel.DatagramReceived(_world.Now, session, from, datagram.Length, length == 0));
        if (length == 0)
            return;
        Span<byte> plaintext = datagram.AsSpan(DataMessage.HeaderLength, length);
        if (!InnerPacket.TryRead(plaintext, out InnerPacket inner))
            return;
        if (Node.AllowedIps.FindSource(inner) != session.Tunnel)
            return;
        session.Tunnel.CountReceived(datagram.Length);
        byte[] packet = plaintext[..inner.TotalLength].ToArray();
        Host sender = _owners[session.Tunnel.PublicKey];
        Received.Add((sender, packet));
        OnReceived?.Invoke(sender, packet);
    }

    /// <summary>Indices name sessions; on each, counters only grow, so none is used twice with one key.</summary>
    void CheckNonce(DataMessage message)
    {
        if (_lastCounters.TryGetValue(message.Receiver, out ulong last))
            Assert.True(
                message.Counter > last,
                $"seed {_world.Seed}: {Name} used counter {message.Counter} after {last}"
            );
        _lastCounters[message.Receiver] = message.Counter;
    }

    /// <summary>A peer as the configuration has it.</summary>
    sealed record Acquaintance(PresharedKey? PresharedKey, ushort Keepalive, bool Dials);

    void Count(bool wake) => Wakes += wake ? 1 : 0;

    Node Start()
    {
        Node node = new(new SeededEntropy(_world.Chance.Next())) { StampFloor = StampFloor };
        node.SetPrivateKey(Key);
        node.InterfaceUp();
        return node;
    }

    static IPAddress ToAddress(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes);
    }
}

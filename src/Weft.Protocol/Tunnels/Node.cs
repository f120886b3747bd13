using System.Buffers.Binary;
using System.Net;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// One WireGuard interface without its I/O: the local key, the peers, the routing between them. The device owns it. All
/// members take <see cref="Gate"/> themselves unless they say that they take no lock; hold it around several to make
/// them one. It starts down. Changes only take note of what they set off: call <see cref="Tick"/> afterwards, which
/// sends it.
/// </summary>
public sealed class Node : IDisposable
{
    /// <summary>The kernel's limit.</summary>
    public const int MaximumPeers = 1 << 20;

    /// <summary>Handshake messages that may wait for <see cref="ReceiveHandshake"/>; drop what comes beyond.</summary>
    public const int HandshakeQueueLength = LoadGate.QueueLength;

    readonly Dictionary<PublicKey, Tunnel> _peers = [];
    readonly List<Tunnel> _order = [];
    readonly DeadlineHeap _deadlines = new();
    readonly HandshakeIntake _intake;
    volatile LocalIdentity? _identity;
    volatile bool _isUp;

    public Node(IEntropy entropy)
    {
        Entropy = entropy;
        Ephemerals = new EphemeralKeys(entropy);
        Index = new SessionIndex(entropy);
        _intake = new HandshakeIntake(this);
        Sources = new SourceDoubts(this);
    }

    /// <summary>Serialises all control. Reentrant.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The tunnel's MTU, which caps the padding. No lock.</summary>
    public int Mtu { get; set; } = 1420;

    /// <summary>For a host whose clock came up wrong.</summary>
    public StampFloor StampFloor { get; init; }

    /// <summary>Sticky sources that the routing is to be asked about.</summary>
    public SourceDoubts Sources { get; }

    /// <summary>No lock.</summary>
    public EphemeralKeys Ephemerals { get; }

    /// <summary>No lock to read.</summary>
    public AllowedIps AllowedIps { get; } = new();

    /// <summary>Null when none is set. Belongs to the node; read it holding the gate.</summary>
    public PrivateKey? PrivateKey => _identity?.PrivateKey;

    /// <summary>Null when no private key is set.</summary>
    public PublicKey? PublicKey => _identity?.PublicKey;

    /// <summary>In the order in which they were created. Enumerate holding the gate.</summary>
    public IReadOnlyList<Tunnel> Peers => _order;

    /// <summary>No lock.</summary>
    public bool IsUp => _isUp;

    /// <summary>
    /// When <see cref="Tick"/> is to be called next, wakes aside; Never when nothing is to be done, and long past when
    /// something is to be done now.
    /// </summary>
    public Instant NextDeadline
    {
        get
        {
            lock (Gate)
            {
                if (!Attention.IsEmpty)
                    return default;
                return _deadlines.Earliest < _intake.NextSweep ? _deadlines.Earliest : _intake.NextSweep;
            }
        }
    }

    /// <summary>Less in tests, which can't make a million.</summary>
    internal int PeerLimit { get; init; } = MaximumPeers;

    internal IEntropy Entropy { get; }

    internal SessionIndex Index { get; }

    internal AttentionList Attention { get; } = new();

    internal LocalIdentity? Identity => _identity;

    internal HandshakeIntake Intake => _intake;

    /// <summary>
    /// Copies the key; an all-zero one removes it. A peer that has its public key is removed; sessions with the others
    /// are expired, so that the next packet makes a new one.
    /// </summary>
    public void SetPrivateKey(PrivateKey key)
    {
        lock (Gate)
        {
            LocalIdentity? before = _identity;
            if (before is null ? key.IsZero : before.PrivateKey.Equals(key))
                return;
            LocalIdentity? identity = key.IsZero ? null : new LocalIdentity(key);
            if (identity is not null && FindPeer(identity.PublicKey) is { } ourselves)
                RemovePeer(ourselves);
            _identity = identity;
            foreach (Tunnel peer in _order)
                peer.IdentityChanged();
            before?.Dispose();
        }
    }

    /// <summary>The peer, made if there is none. Null when the key is our own: that is ignored silently.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="MaximumPeers"/> peers.</exception>
    public Tunnel? AddPeer(PublicKey key)
    {
        lock (Gate)
        {
            if (_identity is { } identity && identity.PublicKey == key)
                return null;
            if (_peers.TryGetValue(key, out Tunnel? present))
                return present;
            if (_order.Count == PeerLimit)
                throw new InvalidOperationException($"An interface has at most {PeerLimit} peers.");
            Tunnel peer = new(this, key);
            _peers.Add(key, peer);
            _order.Add(peer);
            return peer;
        }
    }

    public Tunnel? FindPeer(PublicKey key)
    {
        lock (Gate)
            return _peers.GetValueOrDefault(key);
    }

    /// <summary>Forgets a peer: its allowed IPs, staged packets and keys are gone when this returns.</summary>
    public void RemovePeer(Tunnel peer)
    {
        lock (Gate)
        {
            if (!_peers.Remove(peer.PublicKey))
                return;
            _order.Remove(peer);
            Close(peer);
        }
    }

    public void RemoveAllPeers()
    {
        lock (Gate)
        {
            foreach (Tunnel peer in _order)
                Close(peer);
            _order.Clear();
            _peers.Clear();
        }
    }

    /// <summary>Copies the key; an all-zero one removes it. Used from the next handshake on.</summary>
    public void SetPresharedKey(Tunnel peer, PresharedKey key)
    {
        lock (Gate)
            peer.SetPresharedKey(key);
    }

    /// <summary>Used at once, also by a handshake that is waiting for an answer from elsewhere.</summary>
    public void SetEndpoint(Tunnel peer, in Endpoint endpoint)
    {
        lock (Gate)
            peer.SetEndpoint(endpoint);
    }

    /// <summary>Seconds; 0 is off. Turning it on sends a keepalive.</summary>
    public void SetPersistentKeepalive(Tunnel peer, ushort seconds)
    {
        lock (Gate)
            peer.SetPersistentKeepalive(seconds);
    }

    /// <summary>Gives the peer a prefix, at the end of its list, taking it from whoever has it.</summary>
    /// <param name="address">4 or 16 bytes, host bits or not.</param>
    public void AllowIp(Tunnel peer, ReadOnlySpan<byte> address, int prefixLength)
    {
        lock (Gate)
        {
            if (!peer.IsClosed)
                AllowedIps.Add(peer, address, prefixLength);
        }
    }

    /// <inheritdoc cref="AllowIp(Tunnel, ReadOnlySpan{byte}, int)"/>
    public void AllowIp(Tunnel peer, IPNetwork prefix) =>
        AllowIp(peer, prefix.BaseAddress.GetAddressBytes(), prefix.PrefixLength);

    /// <summary>Takes a prefix from the peer; false when it does not own exactly that one.</summary>
    /// <param name="address">4 or 16 bytes, host bits or not.</param>
    public bool DisallowIp(Tunnel peer, ReadOnlySpan<byte> address, int prefixLength)
    {
        lock (Gate)
            return AllowedIps.Remove(peer, address, prefixLength);
    }

    /// <inheritdoc cref="DisallowIp(Tunnel, ReadOnlySpan{byte}, int)"/>
    public bool DisallowIp(Tunnel peer, IPNetwork prefix) =>
        DisallowIp(peer, prefix.BaseAddress.GetAddressBytes(), prefix.PrefixLength);

    public void DisallowAllIps(Tunnel peer)
    {
        lock (Gate)
            AllowedIps.RemoveAll(peer);
    }

    /// <summary>The interface is up: from now on it handshakes, and peers with persistent keepalive hear from us.</summary>
    public void InterfaceUp()
    {
        lock (Gate)
        {
            if (_isUp)
                return;
            _isUp = true;
            foreach (Tunnel peer in _order)
                peer.InterfaceUp();
        }
    }

    /// <summary>The interface is down: keys are wiped, staged packets dropped, timers stopped.</summary>
    public void InterfaceDown()
    {
        lock (Gate)
        {
            _isUp = false;
            foreach (Tunnel peer in _order)
            {
                peer.InterfaceDown();
                _deadlines.Remove(peer);
            }
        }
    }

    /// <summary>Wipes the keys of all sessions, and those made ahead: the machine was suspended.</summary>
    public void ForgetSessions()
    {
        lock (Gate)
        {
            Ephemerals.Clear();
            foreach (Tunnel peer in _order)
                peer.WipeKeys();
        }
    }

    /// <summary>Lets the system choose all sources again: the port, the mark or the addresses changed.</summary>
    public void ForgetSources()
    {
        lock (Gate)
        {
            foreach (Tunnel peer in _order)
                peer.ForgetSource();
        }
    }

    /// <summary>The session that a datagram of kind Data is for; null: drop it. No lock.</summary>
    public Session? FindSession(ReadOnlySpan<byte> datagram) => Index.FindSession(DataMessage.ReceiverOf(datagram));

    /// <summary>
    /// What a handshake message shows of its sender, before anything dear is computed for it: whether it is worth queueing,
    /// and before which others. No lock that is held for long.
    /// </summary>
    /// <param name="isBusy">Others wait already: only then is a cookie looked at.</param>
    public HandshakeClaim ClaimOf(Instant now, Span<byte> handshake, in Endpoint from, bool isBusy) =>
        _identity is { } own ? _intake.ClaimOf(now, own, handshake, from, isBusy) : HandshakeClaim.None;

    /// <summary>Takes in a handshake message of any kind and answers it. Nothing that it holds can make this throw.</summary>
    /// <param name="datagram">Its content is not preserved.</param>
    /// <param name="from">Where it came from, and the local address that it came to.</param>
    /// <param name="queued">Handshake messages that wait, this one included: the measure of load.</param>
    public void ReceiveHandshake(
        Instant now,
        WallTime wall,
        Span<byte> datagram,
        in Endpoint from,
        int queued,
        INodeOutput output
    )
    {
        lock (Gate)
        {
            if (!_isUp || _identity is not { } own)
                return;
            Tunnel? tunnel = _intake.Receive(now, wall, own, datagram, from, queued, output);
            if (tunnel is not null)
                Reschedule(tunnel);
        }
    }

    /// <summary>
    /// Does all that is due and all that changes and packet loops have asked for. The gate is let go between peers, so
    /// that thousands of handshakes that are due at once don't keep everybody else out.
    /// </summary>
    public void Tick(Instant now, WallTime wall, INodeOutput output)
    {
        Tunnel? next = Attention.TakeAll();
        while (next is { } tunnel)
        {
            // Read before the wants are taken: from then on the tunnel may be listed anew.
            next = tunnel.NextInAttention;
            tunnel.NextInAttention = null;
            lock (Gate)
            {
                Attention wants = tunnel.TakeWants();
                if (_isUp && !tunnel.IsClosed)
                {
                    tunnel.Attend(wants, now, wall, output);
                    if (wants.HasFlag(Protocol.Attention.NewSource))
                        Sources.Doubt(tunnel);
                }
                Reschedule(tunnel);
            }
        }
        bool isAwake = false;
        while (RunEarliest(now, wall, output, isAwake))
            isAwake = true;
        lock (Gate)
            _intake.Sweep(now);
    }

    /// <summary>Wipes all keys.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            _isUp = false;
            RemoveAllPeers();
            _identity?.Dispose();
            _identity = null;
            Ephemerals.Clear();
        }
    }

    /// <summary>0 to a third of a second.</summary>
    internal TimeSpan DrawJitter()
    {
        Span<byte> bytes = stackalloc byte[4];
        Entropy.Fill(bytes);
        uint drawn = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return TimeSpan.FromMilliseconds(drawn % (ProtocolTimes.MaximumJitterMilliseconds + 1));
    }

    bool RunEarliest(Instant now, WallTime wall, INodeOutput output, bool isAwake)
    {
        lock (Gate)
        {
            if (!_deadlines.TryTakeDue(now, isAwake, out Tunnel? due))
                return false;
            due.RunTimers(now, wall, output);
            Reschedule(due);
            return true;
        }
    }

    void Close(Tunnel peer)
    {
        AllowedIps.RemoveAll(peer);
        _deadlines.Remove(peer);
        peer.Close();
    }

    /// <summary>
    /// Puts the tunnel's deadline into the heap. A packet loop may arm an earlier timer meanwhile: either it sees what is
    /// scheduled here and asks for attention, or its timer is seen by the second look.
    /// </summary>
    void Reschedule(Tunnel tunnel)
    {
        if (!_isUp || tunnel.IsClosed)
        {
            _deadlines.Remove(tunnel);
            return;
        }
        Instant deadline;
        do
        {
            deadline = tunnel.Timers.Deadline;
            _deadlines.Set(tunnel, deadline);
            Interlocked.MemoryBarrier();
        } while (tunnel.Timers.Deadline < deadline);
    }
}

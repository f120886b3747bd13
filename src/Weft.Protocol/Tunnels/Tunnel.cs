using System.Diagnostics.CodeAnalysis;
using System.Net;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// One peer: its endpoint, sessions, staged packets, timers and counters. The node makes it and owns it. Public members
/// are for any thread unless they say otherwise and take no lock unless they stage. Methods that return "wake" ask the
/// caller to have its control thread call <see cref="Node.Tick"/> soon.
/// </summary>
public sealed partial class Tunnel : IDisposable
{
    readonly Node _node;
    readonly SessionSlots _slots;
    readonly TunnelTimers _timers = new();
    readonly StagingQueue _staging = new();
    readonly Lock _stagingLock = new();
    EndpointCell? _endpoint;

    /// <summary>When a packet was last staged that came before the interface was up. Under the staging lock.</summary>
    Instant? _stagedEarly;
    long _receivedBytes;
    long _sentBytes;
    long _lastInitiation = NeverInitiated;
    long _confirmedAt;
    int _askedInLastMinute;
    volatile int _tries;
    volatile bool _isClosed;

    internal Tunnel(Node node, PublicKey key)
    {
        _node = node;
        PublicKey = key;
        _slots = new SessionSlots(node.Index);
        _handshake = new PeerHandshake(key);
        _cookies = new CookieJar(key);
        _timers.SilenceJitter = node.DrawJitter();
    }

    public PublicKey PublicKey { get; }

    /// <summary>Null when none is set. Belongs to the tunnel; read it holding the gate.</summary>
    public PresharedKey? PresharedKey => _handshake.PresharedKey;

    /// <summary>Seconds; 0 when off.</summary>
    public ushort PersistentKeepalive => _timers.PersistentSeconds;

    /// <summary>Bytes of accepted datagrams, headers and handshakes included.</summary>
    public ulong ReceivedBytes => (ulong)Volatile.Read(ref _receivedBytes);

    /// <summary>Bytes of sent datagrams, headers and handshakes included.</summary>
    public ulong SentBytes => (ulong)Volatile.Read(ref _sentBytes);

    /// <summary>When the last handshake was completed. Read it holding the gate.</summary>
    public WallTime LastHandshake { get; private set; }

    /// <summary>In the order in which they were added. Enumerate holding the gate.</summary>
    public IEnumerable<IPNetwork> AllowedIps => AllowedIpList.Networks();

    internal AllowedIpList AllowedIpList { get; } = new();

    /// <summary>Where the peer is; false when nobody knows yet.</summary>
    public bool TryGetEndpoint(out Endpoint endpoint)
    {
        EndpointCell? cell = Volatile.Read(ref _endpoint);
        endpoint = cell is null ? default : cell.Endpoint;
        return cell is not null;
    }

    /// <summary>
    /// The session to send on and <paramref name="count"/> counters of it. False when there is none, or when staged
    /// packets have to go first: <see cref="Stage"/> the packets then.
    /// </summary>
    public bool TryReserve(Instant now, int count, [NotNullWhen(true)] out Session? session, out ulong firstCounter)
    {
        firstCounter = 0;
        session = null;
        return _staging.IsEmpty && _slots.TryGetSend(now, out session) && session.TryReserve(count, out firstCounter);
    }

    /// <summary>
    /// Keeps a copy of a packet until there is a session, or sends it with those that wait if there is one by now. The
    /// oldest is dropped when 128 packets or 256 KiB wait. While the interface is down it only waits: whoever was given a
    /// packet may be ahead of the one who is told that the interface is up. Returns wake.
    /// </summary>
    public bool Stage(Instant now, ReadOnlySpan<byte> packet, INodeOutput output)
    {
        lock (_stagingLock)
        {
            if (_isClosed)
                return false;
            DropLeftovers(now);
            _staging.Add(packet);
            if (!_node.IsUp)
            {
                _stagedEarly = now;
                return false;
            }
            bool wake = Flush(now, output);
            if (_staging.IsEmpty)
                return wake;
        }
        // Someone waits, so trying goes on.
        _tries = 0;
        return (MayInitiate(now) || _timers.Retry == Instant.Never) && Ask(Attention.Handshake);
    }

    /// <summary>Tells the timers and counters that sealed datagrams went out. Returns wake.</summary>
    /// <param name="session">That sealed them.</param>
    /// <param name="bytes">Of all datagrams, without IP and UDP headers.</param>
    /// <param name="isData">False when all were keepalives.</param>
    public bool DatagramsSent(Instant now, Session session, long bytes, bool isData)
    {
        Interlocked.Add(ref _sentBytes, bytes);
        _timers.AuthenticatedSent(now);
        bool wake = isData && _timers.DataSent(now) && AskIfEarlier(_timers.Silence);
        if (session.WantsRekeyOnSend(now) && MayInitiate(now))
            wake |= Ask(Attention.Handshake);
        return wake;
    }

    /// <summary>
    /// Tells the tunnel that a datagram was opened, before anyone looks at the packet inside: the endpoint roams, a new
    /// session is confirmed, timers move. Returns wake.
    /// </summary>
    /// <param name="from">Where the datagram came from, and the local address that it came to.</param>
    public bool DatagramReceived(Instant now, Session session, in Endpoint from, int datagramLength, bool isKeepalive)
    {
        bool wake = Roam(from);
        if (_slots.TryConfirm(session))
        {
            _timers.DisarmRetry();
            Volatile.Write(ref _confirmedAt, now.Nanoseconds);
            wake |= Ask(Attention.Confirmed);
        }
        if (IsLastMinute(now) && Interlocked.Exchange(ref _askedInLastMinute, 1) == 0)
            wake |= Ask(Attention.Handshake);
        _timers.AuthenticatedReceived(now);
        if (isKeepalive)
            CountReceived(datagramLength);
        else if (_timers.DataReceived(now))
            wake |= AskIfEarlier(_timers.Keepalive);
        return wake;
    }

    /// <summary>Counts datagrams whose packets were accepted, the allowed-IPs check included (keepalives count themselves).</summary>
    public void CountReceived(long bytes) => Interlocked.Add(ref _receivedBytes, bytes);

    /// <summary>Lets the system choose the source again: the route changed, or the address went away.</summary>
    public void ForgetSource()
    {
        EndpointCell? cell = Volatile.Read(ref _endpoint);
        if (cell is null || !cell.Heard.HasSource)
            return;
        Endpoint without = cell.Endpoint.WithoutSource();
        // A peer that has moved meanwhile stays where it is.
        Interlocked.CompareExchange(ref _endpoint, new EndpointCell(without, without), cell);
    }

    /// <summary>Answers from where the peer was heard as long as the routing leads back by there. The control thread's.</summary>
    internal void CheckSource(ISourceRoutes routes)
    {
        EndpointCell? cell = Volatile.Read(ref _endpoint);
        if (cell is null || !cell.Heard.HasSource)
            return;
        bool isGood = routes.LeaveBySource(cell.Heard);
        if (isGood == cell.Endpoint.HasSource)
            return;
        EndpointCell other = new(isGood ? cell.Heard : cell.Heard.WithoutSource(), cell.Heard);
        // The peer may have moved meanwhile: then it is looked at again anyway.
        Interlocked.CompareExchange(ref _endpoint, other, cell);
    }

    /// <summary>Follows the peer. Allocates only when it moved. Returns wake.</summary>
    bool Roam(in Endpoint from)
    {
        EndpointCell? cell = Volatile.Read(ref _endpoint);
        if (cell is not null && cell.Heard == from)
            return false;
        Volatile.Write(ref _endpoint, new EndpointCell(from, from));
        return from.HasSource && Ask(Attention.NewSource);
    }

    /// <summary>Sends what is staged, in order, as far as the session goes. Under the staging lock. Returns wake.</summary>
    bool Flush(Instant now, INodeOutput output)
    {
        bool wake = false;
        while (_staging.TryPeek(out byte[]? packet))
        {
            if (
                !TryGetEndpoint(out Endpoint to)
                || !_slots.TryGetSend(now, out Session? session)
                || !session.TryReserve(1, out ulong counter)
            )
                break;
            int mtu = _node.Mtu;
            byte[] datagram = new byte[Session.DatagramLength(packet.Length, mtu)];
            if (session.Seal(counter, packet, datagram, mtu) == 0)
                continue;
            byte trafficClass = InnerPacket.TryRead(packet, out InnerPacket inner)
                ? Ecn.Encapsulate(inner.TrafficClass)
                : (byte)0;
            output.Send(datagram, to, trafficClass);
            wake |= DatagramsSent(now, session, datagram.Length, isData: true);
            // Last, so that packets of other threads keep queueing behind this one until it is out.
            _staging.RemoveFirst();
        }
        return wake;
    }

    /// <summary>
    /// Forgets what was read off the interface just after it went down, if nobody brought it up again soon: it is too old
    /// to be sent. Under the staging lock.
    /// </summary>
    void DropLeftovers(Instant now)
    {
        if (now - _stagedEarly > ProtocolTimes.RekeyTimeout)
            _staging.Clear();
        _stagedEarly = null;
    }

    /// <summary>Our session will soon be refused, and we are the one who is to renew it.</summary>
    bool IsLastMinute(Instant now) =>
        Volatile.Read(ref _askedInLastMinute) == 0
        && _slots.Current is { IsInitiator: true } current
        && now - current.Born >= ProtocolTimes.LastMinuteRekey;

    /// <summary>One initiation, or response, in 5 s.</summary>
    bool MayInitiate(Instant now) => now.Nanoseconds - Volatile.Read(ref _lastInitiation) >= RekeyTimeoutNanoseconds;

    /// <param name="Endpoint">Where to send to, and from which source.</param>
    /// <param name="Heard">As the peer was last heard: the same, or with a source that the routing does not lead back by.</param>
    sealed record EndpointCell(Endpoint Endpoint, Endpoint Heard);
}

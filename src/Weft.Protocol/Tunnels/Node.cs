using System.Net;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// One WireGuard interface without its I/O: the local key, the peers, the routing between them. The device owns it. All
/// members take <see cref="Gate"/> themselves unless they say that they take no lock; hold it around several to make
/// them one. Changes only take note of what they set off: call <see cref="Tick"/> afterwards, which sends it.
/// </summary>
public sealed partial class Node : IDisposable
{
    /// <summary>The kernel's limit.</summary>
    public const int MaximumPeers = 1 << 20;

    public Node(IEntropy entropy) => throw new NotImplementedException();

    /// <summary>Serialises all control. Reentrant.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The tunnel's MTU, which caps the padding. No lock.</summary>
    public int Mtu { get; set; } = 1420;

    /// <summary>No lock to read.</summary>
    public AllowedIps AllowedIps { get; } = new();

    /// <summary>Null when none is set. Belongs to the node; read it holding the gate.</summary>
    public PrivateKey? PrivateKey => throw new NotImplementedException();

    public PublicKey? PublicKey => throw new NotImplementedException();

    /// <summary>In the order in which they were created. Enumerate holding the gate.</summary>
    public IReadOnlyList<Tunnel> Peers => throw new NotImplementedException();

    /// <summary>
    /// Copies the key; an all-zero one removes it. A peer that has its public key is removed; sessions with the others
    /// are expired, so that the next packet makes a new one.
    /// </summary>
    public void SetPrivateKey(PrivateKey key) => throw new NotImplementedException();

    /// <summary>The peer, made if there is none. Null when the key is our own: that is ignored silently.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="MaximumPeers"/> peers.</exception>
    public Tunnel? AddPeer(PublicKey key) => throw new NotImplementedException();

    public Tunnel? FindPeer(PublicKey key) => throw new NotImplementedException();

    /// <summary>Forgets a peer: its allowed IPs, staged packets and keys are gone when this returns.</summary>
    public void RemovePeer(Tunnel peer) => throw new NotImplementedException();

    public void RemoveAllPeers() => throw new NotImplementedException();

    /// <summary>Copies the key; an all-zero one removes it. Used from the next handshake on.</summary>
    public void SetPresharedKey(Tunnel peer, PresharedKey key) => throw new NotImplementedException();

    /// <summary>Used at once, also by a handshake that is waiting for an answer from elsewhere.</summary>
    public void SetEndpoint(Tunnel peer, in Endpoint endpoint) => throw new NotImplementedException();

    /// <summary>Seconds; 0 is off. Turning it on sends a keepalive.</summary>
    public void SetPersistentKeepalive(Tunnel peer, ushort seconds) => throw new NotImplementedException();

    /// <summary>Gives the peer a prefix, at the end of its list, taking it from whoever has it.</summary>
    public void AllowIp(Tunnel peer, IPNetwork prefix) => throw new NotImplementedException();

    /// <summary>Takes a prefix from the peer; false when it does not own exactly that one.</summary>
    public bool DisallowIp(Tunnel peer, IPNetwork prefix) => throw new NotImplementedException();

    public void DisallowAllIps(Tunnel peer) => throw new NotImplementedException();

    /// <summary>The interface is up: from now on it handshakes, and peers with persistent keepalive hear from us.</summary>
    public void InterfaceUp() => throw new NotImplementedException();

    /// <summary>The interface is down: keys are wiped, staged packets dropped, timers stopped.</summary>
    public void InterfaceDown() => throw new NotImplementedException();

    /// <summary>Wipes the keys of all sessions: the machine was suspended.</summary>
    public void ForgetSessions() => throw new NotImplementedException();

    /// <summary>Lets the system choose all sources again: the port, the mark or the addresses changed.</summary>
    public void ForgetSources() => throw new NotImplementedException();

    /// <summary>The session that a datagram of kind Data is for; null: drop it. No lock.</summary>
    public Session? FindSession(ReadOnlySpan<byte> datagram) => throw new NotImplementedException();

    /// <summary>
    /// Whether a handshake message is meant for us (mac1) and so worth queueing; a cookie reply always is. No lock.
    /// </summary>
    public bool IsForUs(Span<byte> handshake) => throw new NotImplementedException();

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
    ) => throw new NotImplementedException();

    /// <summary>Does all that is due and all that changes and packet loops have asked for.</summary>
    public void Tick(Instant now, WallTime wall, INodeOutput output) => throw new NotImplementedException();

    /// <summary>When <see cref="Tick"/> is to be called next, wakes aside.</summary>
    public Instant NextDeadline => throw new NotImplementedException();

    /// <summary>Wipes all keys.</summary>
    public void Dispose() => throw new NotImplementedException();
}

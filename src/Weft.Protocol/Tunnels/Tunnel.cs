using System.Diagnostics.CodeAnalysis;
using System.Net;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// One peer: its endpoint, sessions, staged packets, timers and counters. The node makes it and owns it. Members are for
/// any thread unless they say otherwise. Methods that return "wake" ask the caller to have its control thread call
/// <see cref="Node.Tick"/> soon.
/// </summary>
public sealed partial class Tunnel
{
    public PublicKey PublicKey { get; }

    /// <summary>Null when none is set. Belongs to the tunnel; read it holding the gate.</summary>
    public PresharedKey? PresharedKey => throw new NotImplementedException();

    /// <summary>Seconds; 0 when off.</summary>
    public ushort PersistentKeepalive => throw new NotImplementedException();

    /// <summary>Bytes of accepted datagrams, headers and handshakes included.</summary>
    public ulong ReceivedBytes => throw new NotImplementedException();

    /// <summary>Bytes of sent datagrams, headers and handshakes included.</summary>
    public ulong SentBytes => throw new NotImplementedException();

    /// <summary>When the last handshake was completed.</summary>
    public WallTime LastHandshake => throw new NotImplementedException();

    /// <summary>In the order in which they were added. Enumerate holding the gate.</summary>
    public IEnumerable<IPNetwork> AllowedIps => throw new NotImplementedException();

    /// <summary>Where the peer is; false when nobody knows yet.</summary>
    public bool TryGetEndpoint(out Endpoint endpoint) => throw new NotImplementedException();

    /// <summary>
    /// The session to send on and <paramref name="count"/> counters of it. False when there is none, or when staged
    /// packets have to go first: <see cref="Stage"/> the packets then.
    /// </summary>
    public bool TryReserve(Instant now, int count, [NotNullWhen(true)] out Session? session, out ulong firstCounter) =>
        throw new NotImplementedException();

    /// <summary>
    /// Keeps a copy of a packet until there is a session, or sends it with those that wait if there is one by now. The
    /// oldest is dropped when 128 packets or the byte bound are reached. Returns wake.
    /// </summary>
    public bool Stage(Instant now, ReadOnlySpan<byte> packet, INodeOutput output) =>
        throw new NotImplementedException();

    /// <summary>Tells the timers and counters that sealed datagrams went out. Returns wake.</summary>
    /// <param name="session">That sealed them.</param>
    /// <param name="bytes">Of all datagrams, without IP and UDP headers.</param>
    /// <param name="isData">False when all were keepalives.</param>
    public bool DatagramsSent(Instant now, Session session, long bytes, bool isData) =>
        throw new NotImplementedException();

    /// <summary>
    /// Tells the tunnel that a datagram was opened, before anyone looks at the packet inside: the endpoint roams, a new
    /// session is confirmed, timers move. Returns wake.
    /// </summary>
    /// <param name="from">Where the datagram came from, and the local address that it came to.</param>
    public bool DatagramReceived(
        Instant now,
        Session session,
        in Endpoint from,
        int datagramLength,
        bool isKeepalive
    ) => throw new NotImplementedException();

    /// <summary>Counts datagrams whose packets were accepted, the allowed-IPs check included (keepalives count themselves).</summary>
    public void CountReceived(long bytes) => throw new NotImplementedException();

    /// <summary>Lets the system choose the source again: the route changed, or the address went away.</summary>
    public void ForgetSource() => throw new NotImplementedException();
}

using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Handshake messages on their way from the packet thread to the control thread. Those that show that their sender
/// is where they come from wait apart and are read first: a flood from made-up addresses can fill the other ring, and
/// keeps out nobody who has been given a cookie. Several writers, one reader.
/// </summary>
sealed class HandshakeQueue
{
    /// <summary>What a node reads its load from.</summary>
    public const int Capacity = Node.HandshakeQueueLength;

    /// <summary>The rate of these is limited by their sources; a burst of a thousand peers fits.</summary>
    const int ProvenCapacity = 1024;

    readonly HandshakeRing _proven = new(ProvenCapacity);
    readonly HandshakeRing _unproven = new(Capacity);

    /// <summary>Messages that wait. No lock.</summary>
    public int Count => _proven.Count + _unproven.Count;

    /// <summary>False when there is no room, or the claim is none; the message is lost then.</summary>
    /// <param name="datagram">At most an initiation's length.</param>
    public bool TryWrite(HandshakeClaim claim, ReadOnlySpan<byte> datagram, in Endpoint from) =>
        claim switch
        {
            HandshakeClaim.Proven => _proven.TryWrite(datagram, from),
            HandshakeClaim.Unproven => _unproven.TryWrite(datagram, from),
            _ => false,
        };

    /// <summary>Takes the oldest proven message, else the oldest of the others; false when there is none.</summary>
    /// <param name="datagram">At least an initiation's length; its first <paramref name="length"/> bytes are filled.</param>
    /// <param name="queued">Messages that waited, this one included.</param>
    public bool TryRead(Span<byte> datagram, out int length, out Endpoint from, out int queued)
    {
        queued = Count;
        return _proven.TryRead(datagram, out length, out from) || _unproven.TryRead(datagram, out length, out from);
    }
}

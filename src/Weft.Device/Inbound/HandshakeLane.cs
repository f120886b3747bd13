using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Handshake messages of one kind, of a <see cref="HandshakeQueue"/>, and how much of the time may be spent on them: as much
/// as there is while few wait, and a share when they are a flood. Several writers, one reader.
/// </summary>
/// <param name="capacity">What comes beyond pushes out the oldest.</param>
/// <param name="flood">So many that wait are a flood.</param>
sealed class HandshakeLane(int capacity, int flood = int.MaxValue)
{
    readonly HandshakeRing _ring = new(capacity);
    readonly WorkShare _share = new();

    /// <inheritdoc cref="HandshakeRing.Count"/>
    public int Count => _ring.Count;

    /// <summary>When the newest message may be read: long past, later, or Never when there is none. The reader's.</summary>
    public Instant NextRead
    {
        get
        {
            int count = _ring.Count;
            return count == 0 ? Instant.Never
                : count < flood ? default
                : _share.Next;
        }
    }

    /// <inheritdoc cref="HandshakeRing.Write"/>
    public void Write(ReadOnlySpan<byte> datagram, in Endpoint from) => _ring.Write(datagram, in from);

    /// <summary>Takes the newest message; false when there is none for now.</summary>
    /// <inheritdoc cref="HandshakeRing.TryRead"/>
    public bool TryRead(Instant now, Span<byte> datagram, out int length, out Endpoint from)
    {
        length = 0;
        from = default;
        if (now < NextRead || !_ring.TryRead(datagram, out length, out from))
            return false;
        _share.Begin(now);
        return true;
    }

    /// <summary>Whatever the last message asked for is done.</summary>
    public void End(Instant now) => _share.End(now);
}

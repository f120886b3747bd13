using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Handshake messages on their way from the packet thread to the control thread, in rings that are read in turns. So a
/// flood fills the ring of its own kind and keeps out nobody else: messages that show nothing have one ring for sources
/// that were silent and one for those that keep sending, and so have messages that prove their source. On sources that
/// prove themselves again and again only a share of the time is spent. Several writers, one reader.
/// </summary>
sealed class HandshakeQueue
{
    /// <summary>What a node reads its load from.</summary>
    public const int Capacity = Node.HandshakeQueueLength;

    /// <summary>Messages that show nothing, of sources that keep sending: from here on the node asks for cookies.</summary>
    const int Flood = Capacity / 8;

    /// <summary>Of each other ring: a burst of a thousand peers fits.</summary>
    const int BurstCapacity = 1024;

    /// <summary>
    /// Reads after which the turns begin again: one for proven fresh sources, one for those that keep sending, all others
    /// for messages that show nothing, of either kind in turn. Answered with a cookie, ten of these cost as much as one that
    /// is computed for.
    /// </summary>
    const int Turns = 10;

    /// <summary>Proven, of sources of which no such message came for a second.</summary>
    readonly HandshakeRing _fresh = new(BurstCapacity);

    readonly HandshakeRing _proven = new(BurstCapacity);
    readonly HandshakeRing _newcomers = new(BurstCapacity);
    readonly HandshakeRing _unproven = new(Capacity);
    readonly FreshSources _sources = new();

    /// <summary>By itself, since these may be made up: nobody loses by another's use of his address what he can prove.</summary>
    readonly FreshSources _claimedSources = new();

    readonly WorkShare _provenShare = new();
    readonly WorkShare _unprovenShare = new();
    int _turn;

    /// <summary>Messages that wait. No lock.</summary>
    public int Count => _fresh.Count + _proven.Count + _newcomers.Count + _unproven.Count;

    /// <summary>False when there is no room, or the claim is none; the message is lost then.</summary>
    /// <param name="datagram">At most an initiation's length.</param>
    public bool TryWrite(Instant now, HandshakeClaim claim, ReadOnlySpan<byte> datagram, in Endpoint from) =>
        claim switch
        {
            HandshakeClaim.Proven => (_sources.Take(now, from) ? _fresh : _proven).TryWrite(datagram, from),
            HandshakeClaim.Unproven => (_claimedSources.Take(now, from) && _newcomers.TryWrite(datagram, from))
                || _unproven.TryWrite(datagram, from),
            _ => false,
        };

    /// <summary>When there will be one to read, of those that wait now: long past, later, or Never. The reader's.</summary>
    public Instant NextRead =>
        _fresh.Count + _newcomers.Count > 0 ? default
        : _proven.Count == 0 && _unproven.Count == 0 ? Instant.Never
        : _proven.Count == 0 ? NextUnproven
        : _unproven.Count == 0 || _provenShare.Next < NextUnproven ? _provenShare.Next
        : NextUnproven;

    /// <summary>A rush is answered as fast as can be; a flood, which gets cookies at best, in a share of the time.</summary>
    Instant NextUnproven => _unproven.Count < Flood ? default : _unprovenShare.Next;

    /// <summary>Takes the oldest message of the ring whose turn it is, else of another; false when there is none for now.</summary>
    /// <param name="now">Whatever the last message asked for is done.</param>
    /// <param name="datagram">At least an initiation's length; its first <paramref name="length"/> bytes are filled.</param>
    /// <param name="queued">Messages that waited, this one included.</param>
    public bool TryRead(Instant now, Span<byte> datagram, out int length, out Endpoint from, out int queued)
    {
        _provenShare.End(now);
        _unprovenShare.End(now);
        queued = Count;
        (HandshakeRing first, HandshakeRing second) = _turn switch
        {
            0 => (_fresh, _proven),
            Turns - 1 => (_proven, _fresh),
            _ when int.IsOddInteger(_turn) => (_newcomers, _unproven),
            _ => (_unproven, _newcomers),
        };
        _turn = queued == 0 ? 0 : (_turn + 1) % Turns;
        return TryRead(first, now, datagram, out length, out from)
            || TryRead(second, now, datagram, out length, out from)
            || TryRead(_fresh, now, datagram, out length, out from)
            || TryRead(_proven, now, datagram, out length, out from)
            || TryRead(_newcomers, now, datagram, out length, out from)
            || TryRead(_unproven, now, datagram, out length, out from);
    }

    bool TryRead(HandshakeRing ring, Instant now, Span<byte> datagram, out int length, out Endpoint from)
    {
        if (ring == _proven)
            return TryRead(ring, _provenShare, now, _provenShare.Next, datagram, out length, out from);
        return ring == _unproven
            ? TryRead(ring, _unprovenShare, now, NextUnproven, datagram, out length, out from)
            : ring.TryRead(datagram, out length, out from);
    }

    static bool TryRead(
        HandshakeRing ring,
        WorkShare share,
        Instant now,
        Instant next,
        Span<byte> datagram,
        out int length,
        out Endpoint from
    )
    {
        length = 0;
        from = default;
        if (now < next || !ring.TryRead(datagram, out length, out from))
            return false;
        share.Begin(now);
        return true;
    }
}

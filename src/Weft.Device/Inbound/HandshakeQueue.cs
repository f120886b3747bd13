using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Handshake messages on their way from the packet thread to the control thread, in lanes that are read in turns, each
/// from its newest. So a flood fills the lane of its own kind and keeps out nobody else: messages that show nothing have
/// one lane for sources that were silent and one for those that keep sending, and so have messages that prove their
/// source. On sources that keep sending only a share of the time is spent. Several writers, one reader.
/// </summary>
sealed class HandshakeQueue
{
    /// <summary>What a node reads its load from.</summary>
    public const int Capacity = Node.HandshakeQueueLength;

    /// <summary>So many that wait are a flood: from here on the node asks for cookies.</summary>
    public const int Flood = Capacity / 8;

    /// <summary>Of the lanes for sources that were silent: so many may begin at once. Memory that is never used is never taken.</summary>
    const int RushCapacity = 8192;

    const int ProvenCapacity = 1024;

    /// <summary>
    /// Whose turn it is, by the lane's number. A cookie costs a fraction of what its bearer's next message does, and whoever
    /// has none yet cannot go on: thousands who ask at once are through with it in a fraction of a second.
    /// </summary>
    static readonly byte[] s_turns = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3];

    /// <summary>
    /// Less than a peer's retry of 5 s. More than what passes between two messages of one address where some thousands keep
    /// sending and <see cref="HandshakeFilter.Rate"/> of them pass.
    /// </summary>
    static readonly TimeSpan s_silenceOfProven = TimeSpan.FromSeconds(4);

    static readonly TimeSpan s_silenceOfClaimed = TimeSpan.FromSeconds(1);

    /// <summary>Messages that show nothing, of sources that were silent.</summary>
    readonly HandshakeLane _newcomers = new(RushCapacity);

    /// <summary>A rush of them is answered as fast as can be; a flood, which gets cookies at best, in a share of the time.</summary>
    readonly HandshakeLane _unproven = new(Capacity, Flood);

    /// <summary>Messages that prove their source, of which no such message came for seconds.</summary>
    readonly HandshakeLane _fresh = new(RushCapacity);

    readonly HandshakeLane _proven = new(ProvenCapacity, flood: 1);

    /// <summary>A lane that is empty when it has its turn leaves it to the one behind it.</summary>
    readonly HandshakeLane[] _lanes;

    readonly FreshSources _sources = new(s_silenceOfProven);

    /// <summary>By itself, since these may be made up: nobody loses by another's use of his address what he can prove.</summary>
    readonly FreshSources _claimedSources = new(s_silenceOfClaimed);

    int _turn;

    public HandshakeQueue() => _lanes = [_newcomers, _unproven, _fresh, _proven];

    /// <summary>Messages that wait. No lock.</summary>
    public int Count => _newcomers.Count + _unproven.Count + _fresh.Count + _proven.Count;

    /// <summary>When there will be one to read, of those that wait now: long past, later, or Never. The reader's.</summary>
    public Instant NextRead
    {
        get
        {
            Instant next = Instant.Never;
            foreach (HandshakeLane lane in _lanes)
                next = lane.NextRead < next ? lane.NextRead : next;
            return next;
        }
    }

    /// <summary>False when the claim is none; the message is lost then.</summary>
    /// <param name="datagram">At most an initiation's length.</param>
    public bool TryWrite(Instant now, HandshakeClaim claim, ReadOnlySpan<byte> datagram, in Endpoint from)
    {
        HandshakeLane? lane = claim switch
        {
            HandshakeClaim.Proven => _sources.Take(now, from) ? _fresh : _proven,
            HandshakeClaim.Unproven => _claimedSources.Take(now, from) ? _newcomers : _unproven,
            _ => null,
        };
        lane?.Write(datagram, from);
        return lane is not null;
    }

    /// <summary>Takes the newest message of the lane whose turn it is, else of another; false when there is none for now.</summary>
    /// <param name="now">Whatever the last message asked for is done.</param>
    /// <param name="datagram">At least an initiation's length; its first <paramref name="length"/> bytes are filled.</param>
    /// <param name="queued">Messages that waited, this one included.</param>
    public bool TryRead(Instant now, Span<byte> datagram, out int length, out Endpoint from, out int queued)
    {
        queued = Count;
        int first = s_turns[_turn];
        _turn = queued == 0 ? 0 : (_turn + 1) % s_turns.Length;
        foreach (HandshakeLane lane in _lanes)
            lane.End(now);
        for (int i = 0; i < _lanes.Length; i++)
        {
            if (_lanes[(first + i) % _lanes.Length].TryRead(now, datagram, out length, out from))
                return true;
        }
        length = 0;
        from = default;
        return false;
    }
}

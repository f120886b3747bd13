using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>What became of a data message.</summary>
public enum OpenResult
{
    Opened,

    /// <summary>The session is older than 180 s, used up, or wiped.</summary>
    Expired,

    /// <summary>The tag is wrong.</summary>
    Forged,

    /// <summary>The counter was seen before, or is too old to tell.</summary>
    Replayed,
}

/// <summary>
/// One pair of keys and its counters, made by one handshake (paper section 5.4.5). Its tunnel owns and retires it; packet
/// loops and the control thread use it at the same time, and the keys are wiped when the last of them is out.
/// </summary>
public sealed class Session : IDisposable
{
    /// <summary>Set in <see cref="_users"/> once the session is retired; the lower bits count who is inside.</summary>
    const int Retired = 1 << 30;

    readonly ChaCha20Poly1305Key _sendKey;
    readonly ChaCha20Poly1305Key _receiveKey;
    readonly Lock _receiveLock = new();
    readonly ReplayWindow _replay = new();
    ulong _nextCounter;
    int _users;
    volatile bool _sendingExpired;

    internal Session(
        Tunnel tunnel,
        uint localIndex,
        uint remoteIndex,
        bool isInitiator,
        Instant born,
        ReadOnlySpan<byte> sendKey,
        ReadOnlySpan<byte> receiveKey
    )
    {
        Tunnel = tunnel;
        LocalIndex = localIndex;
        RemoteIndex = remoteIndex;
        IsInitiator = isInitiator;
        Born = born;
        _sendKey = new ChaCha20Poly1305Key(sendKey);
        _receiveKey = new ChaCha20Poly1305Key(receiveKey);
    }

    /// <summary>The peer.</summary>
    public Tunnel Tunnel { get; }

    /// <summary>The index by which the peer addresses this session.</summary>
    public uint LocalIndex { get; }

    /// <summary>The index by which we address the peer's end.</summary>
    public uint RemoteIndex { get; }

    /// <summary>Whether we sent the initiation; only that side renews a session for its age.</summary>
    internal bool IsInitiator { get; }

    internal Instant Born { get; }

    /// <summary>The next counter to seal with. Set by tests only, which can't send 2^60 packets.</summary>
    internal ulong NextCounter
    {
        get => Volatile.Read(ref _nextCounter);
        set => Volatile.Write(ref _nextCounter, value);
    }

    internal bool IsWiped { get; private set; }

    /// <summary>Takes <paramref name="count"/> counters that nobody else gets. False when the session is used up.</summary>
    public bool TryReserve(int count, out ulong firstCounter)
    {
        while (true)
        {
            firstCounter = Volatile.Read(ref _nextCounter);
            if (
                firstCounter >= ProtocolTimes.RejectAfterMessages
                || (ulong)count > ProtocolTimes.RejectAfterMessages - firstCounter
            )
                return false;
            if (
                Interlocked.CompareExchange(ref _nextCounter, firstCounter + (ulong)count, firstCounter) == firstCounter
            )
                return true;
        }
    }

    /// <summary>Bytes of the datagram that carries a packet of <paramref name="length"/> bytes.</summary>
    /// <param name="mtu">The tunnel's MTU, which caps the padding.</param>
    public static int DatagramLength(int length, int mtu) => DataMessage.MinimumLength + PaddedLength(length, mtu);

    /// <summary>
    /// Writes one data message: header, padding, sealed packet, tag. Returns its length, which is
    /// <see cref="DatagramLength"/>; 0 when the session has been wiped meanwhile: send nothing.
    /// </summary>
    /// <param name="counter">One that was reserved; each is sealed with once.</param>
    /// <param name="packet">Empty for a keepalive. May already stand at <c>datagram[16..]</c>, else must not overlap.</param>
    public int Seal(ulong counter, ReadOnlySpan<byte> packet, Span<byte> datagram, int mtu)
    {
        int length = DatagramLength(packet.Length, mtu);
        DataMessage message = new(datagram[..length]);
        if (!TryEnter())
            return 0;
        try
        {
            message.WriteHeader(RemoteIndex, counter);
            Span<byte> plaintext = message.Plaintext;
            if (plaintext.Length == packet.Length)
            {
                _sendKey.Seal(counter, packet, default, message.Sealed);
                return length;
            }
            packet.CopyTo(plaintext);
            plaintext[packet.Length..].Clear();
            _sendKey.Seal(counter, plaintext, default, message.Sealed);
            return length;
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>
    /// Opens a data message in place: the packet then stands at <c>datagram[16..]</c>, with
    /// <paramref name="length"/> bytes of which some may be padding; 0 is a keepalive. Any other result than
    /// <see cref="OpenResult.Opened"/> leaves nothing to use.
    /// </summary>
    public OpenResult Open(Instant now, Span<byte> datagram, out int length)
    {
        DataMessage message = new(datagram);
        Span<byte> plaintext = message.Plaintext;
        length = plaintext.Length;
        ulong counter = message.Counter;
        if (IsRejected(now) || counter >= ProtocolTimes.RejectAfterMessages || !TryEnter())
            return OpenResult.Expired;
        try
        {
            if (!_receiveKey.Open(counter, message.Sealed, default, plaintext))
                return OpenResult.Forged;
        }
        finally
        {
            Exit();
        }
        // Only a genuine message may move the window, so it comes after opening.
        lock (_receiveLock)
            return _replay.TryAccept(counter) ? OpenResult.Opened : OpenResult.Replayed;
    }

    /// <summary>Old enough that neither side may use it.</summary>
    internal bool IsRejected(Instant now) => now - Born >= ProtocolTimes.RejectAfterTime;

    internal bool CanSend(Instant now) =>
        !_sendingExpired && !IsRejected(now) && NextCounter < ProtocolTimes.RejectAfterMessages;

    /// <summary>Worn so far that its user should ask for a new one on sending.</summary>
    internal bool WantsRekeyOnSend(Instant now) =>
        NextCounter > ProtocolTimes.RekeyAfterMessages || (IsInitiator && now - Born >= ProtocolTimes.RekeyAfterTime);

    /// <summary>Our key changed: nothing more is sealed, what is on its way can still be opened.</summary>
    internal void ExpireSending() => _sendingExpired = true;

    /// <summary>Lets nobody in any more, and wipes the keys once nobody is in.</summary>
    internal void Retire()
    {
        if ((Interlocked.Or(ref _users, Retired) & ~Retired) == 0)
            Wipe();
    }

    void IDisposable.Dispose() => Retire();

    bool TryEnter()
    {
        if ((Interlocked.Increment(ref _users) & Retired) == 0)
            return true;
        Exit();
        return false;
    }

    void Exit()
    {
        if (Interlocked.Decrement(ref _users) == Retired)
            Wipe();
    }

    void Wipe()
    {
        _sendKey.Dispose();
        _receiveKey.Dispose();
        IsWiped = true;
    }

    static int PaddedLength(int length, int mtu)
    {
        const int Mask = DataMessage.PaddingMultiple - 1;
        // A packet may be longer than the MTU while the MTU is being lowered; then only what is beyond counts.
        int whole = mtu > 0 && length > mtu ? length - length % mtu : 0;
        int padded = (length - whole + Mask) & ~Mask;
        return whole + (mtu > 0 ? Math.Min(padded, Math.Max(mtu, length - whole)) : padded);
    }
}

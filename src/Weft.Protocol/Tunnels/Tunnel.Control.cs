using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>The half of a tunnel that runs under the node's gate: handshakes, timers, changes.</summary>
public sealed partial class Tunnel
{
    /// <summary>Handshakes are marked AF41, as the kernel marks them.</summary>
    const byte HandshakeTrafficClass = 0x88;

    /// <summary>Far enough back, and not so far that subtracting from it overflows.</summary>
    const long NeverInitiated = long.MinValue / 2;

    static readonly long RekeyTimeoutNanoseconds = ProtocolTimes.RekeyTimeout.Ticks * TimeSpan.NanosecondsPerTick;

    readonly PeerHandshake _handshake;
    readonly CookieJar _cookies;
    Instant? _lastHurried;
    long _scheduled = Instant.Never.Nanoseconds;
    int _wants;
    int _isListed;

    /// <summary>When the control thread will look at this tunnel by itself. Written under the gate, read by any thread.</summary>
    internal Instant Scheduled
    {
        get => new(Volatile.Read(ref _scheduled));
        set => Volatile.Write(ref _scheduled, value.Nanoseconds);
    }

    /// <summary>Of <see cref="DeadlineHeap"/>; -1 when not in it.</summary>
    internal int HeapPlace { get; set; } = -1;

    /// <summary>Of <see cref="AttentionList"/>.</summary>
    internal Tunnel? NextInAttention { get; set; }

    /// <summary>Of <see cref="SourceDoubts"/>.</summary>
    internal bool HasDoubtedSource { get; set; }

    internal SessionSlots Slots => _slots;

    internal TunnelTimers Timers => _timers;

    internal StagingQueue Staging => _staging;

    internal bool IsClosed => _isClosed;

    /// <summary>What was asked for since the last time; the tunnel has been taken out of the list.</summary>
    internal Attention TakeWants()
    {
        Interlocked.Exchange(ref _isListed, 0);
        return (Attention)Interlocked.Exchange(ref _wants, 0);
    }

    /// <summary>Does what was asked for.</summary>
    internal void Attend(Attention wants, Instant now, WallTime wall, INodeOutput output)
    {
        if (wants.HasFlag(Attention.Confirmed))
        {
            HandshakeCompleted(wall.Before(now.Nanoseconds - Volatile.Read(ref _confirmedAt)));
            FlushStaged(now, output);
        }
        if (wants.HasFlag(Attention.Handshake) || (wants.HasFlag(Attention.NewEndpoint) && WaitsForPeer(now)))
            StartHandshake(now, wall, output);
        if (wants.HasFlag(Attention.Keepalive))
        {
            lock (_stagingLock)
                DropLeftovers(now);
            SendKeepalive(now, wall, output);
        }
    }

    /// <summary>Does what is due. Every timer that was due is not, afterwards.</summary>
    internal void RunTimers(Instant now, WallTime wall, INodeOutput output)
    {
        if (_timers.Retry <= now)
            Retry(now, wall, output);
        if (_timers.Keepalive <= now)
        {
            _timers.DisarmKeepalive();
            SendKeepalive(now, wall, output);
            if (_timers.TakeNeedsAnotherKeepalive())
                _timers.ArmKeepalive(now + ProtocolTimes.KeepaliveTimeout);
        }
        if (_timers.Silence <= now)
        {
            _timers.DisarmSilence();
            _timers.SilenceJitter = _node.DrawJitter();
            ForgetSource();
            StartHandshake(now, wall, output);
        }
        if (_timers.Wipe <= now)
        {
            _timers.DisarmWipe();
            WipeKeys();
        }
        if (_timers.MaySendPersistent(now))
        {
            _timers.Traversed(now);
            SendKeepalive(now, wall, output);
        }
    }

    /// <summary>Takes in an initiation whose static key is this peer's, and answers it.</summary>
    internal void ReceiveInitiation(
        Instant now,
        LocalIdentity own,
        SymmetricState state,
        InitiationMessage message,
        in Endpoint from,
        INodeOutput output
    )
    {
        if (!_handshake.TryAccept(now, own, state, message))
            return;
        Roam(from);
        CountReceived(InitiationMessage.Length);
        _timers.AuthenticatedReceived(now);

        Span<byte> datagram = stackalloc byte[ResponseMessage.Length];
        using SecretBytes keys = new(PeerHandshake.KeysLength);
        uint index = _node.Index.Reserve(this);
        ResponseMessage response = new(datagram);
        if (!_handshake.TryRespond(_node.Ephemerals, state, message, index, response, keys.Span))
        {
            _node.Index.Release(index);
            return;
        }
        _slots.AddAsResponder(new Session(this, index, message.Sender, false, now, keys.Span[..32], keys.Span[32..]));
        _timers.ArmWipe(now + ProtocolTimes.WipeAfterTime);
        Volatile.Write(ref _lastInitiation, now.Nanoseconds);
        SendHandshake(now, datagram, from, output);
    }

    /// <summary>Takes in a response to the pending initiation: the session is made and put to use.</summary>
    internal void ReceiveResponse(
        Instant now,
        WallTime wall,
        LocalIdentity own,
        ResponseMessage message,
        in Endpoint from,
        INodeOutput output
    )
    {
        using SecretBytes keys = new(PeerHandshake.KeysLength);
        uint index = message.Receiver;
        if (index != _handshake.PendingIndex || !_handshake.TryComplete(own, message, keys.Span))
            return;
        Roam(from);
        CountReceived(ResponseMessage.Length);
        _timers.AuthenticatedReceived(now);

        _handshake.ForgetPending();
        _slots.AddAsInitiator(new Session(this, index, message.Sender, true, now, keys.Span[..32], keys.Span[32..]));
        _timers.ArmWipe(now + ProtocolTimes.WipeAfterTime);
        HandshakeCompleted(wall);
        // The peer uses the session only once it has heard from us on it.
        SendKeepalive(now, wall, output);
    }

    /// <summary>
    /// A cookie changes what the next message carries. An initiation that it answers is sent once more at once, with it;
    /// but only once in 5 s, so that a peer that keeps sending cookies is not answered each time.
    /// </summary>
    internal void ReceiveCookie(Instant now, WallTime wall, CookieMessage message, INodeOutput output)
    {
        if (
            !_cookies.TryAccept(now, message)
            || !_handshake.IsPending
            || message.Receiver != _handshake.PendingIndex
            || now - _lastHurried < ProtocolTimes.RekeyTimeout
        )
            return;
        _lastHurried = now;
        // The same try, not another one.
        _tries--;
        Volatile.Write(ref _lastInitiation, NeverInitiated);
        Initiate(now, wall, output);
    }

    internal void SetPresharedKey(PresharedKey key)
    {
        _handshake.PresharedKey?.Dispose();
        _handshake.PresharedKey = key.IsZero ? null : new PresharedKey(key.Span);
    }

    internal void SetEndpoint(in Endpoint endpoint)
    {
        if (TryGetEndpoint(out Endpoint present) && present.WithoutSource() == endpoint.WithoutSource())
            return;
        Roam(endpoint);
        Volatile.Write(ref _lastInitiation, NeverInitiated);
        Ask(Attention.NewEndpoint);
    }

    internal void SetPersistentKeepalive(ushort seconds)
    {
        bool turnedOn = seconds != 0 && _timers.PersistentSeconds == 0;
        _timers.PersistentSeconds = seconds;
        Ask(turnedOn ? Attention.Keepalive : Attention.Reschedule);
    }

    /// <summary>Our key changed: what we send next makes a session under the new one.</summary>
    internal void IdentityChanged()
    {
        ReleasePending();
        _handshake.ForgetIdentity();
        _slots.ExpireSending();
        Volatile.Write(ref _lastInitiation, NeverInitiated);
        if (PersistentKeepalive != 0 || !_staging.IsEmpty)
            Ask(Attention.Keepalive);
    }

    internal void InterfaceUp()
    {
        // Whoever stages has seen by now that the interface is up, or is seen here.
        lock (_stagingLock)
        {
            if (PersistentKeepalive != 0 || !_staging.IsEmpty)
                Ask(Attention.Keepalive);
        }
    }

    internal void InterfaceDown()
    {
        lock (_stagingLock)
        {
            _staging.Clear();
            _stagedEarly = null;
        }
        _timers.DisarmAll();
        WipeKeys();
        Volatile.Write(ref _lastInitiation, NeverInitiated);
        Volatile.Write(ref _askedInLastMinute, 0);
        _tries = 0;
    }

    internal void WipeKeys()
    {
        ReleasePending();
        _slots.Clear();
    }

    /// <summary>The peer is removed. A packet loop may still hold the tunnel; it finds nothing to send with.</summary>
    internal void Close()
    {
        _isClosed = true;
        InterfaceDown();
        _cookies.Clear();
        _handshake.Dispose();
    }

    void IDisposable.Dispose() => Close();

    void Retry(Instant now, WallTime wall, INodeOutput output)
    {
        _timers.DisarmRetry();
        if (_tries < ProtocolTimes.MaximumTries)
        {
            // The peer may be there, and our source address not.
            ForgetSource();
            Initiate(now, wall, output);
            return;
        }
        _timers.DisarmKeepalive();
        lock (_stagingLock)
            _staging.Clear();
        // What a handshake half made is wiped too.
        if (_timers.Wipe == Instant.Never)
            _timers.ArmWipe(now + ProtocolTimes.WipeAfterTime);
    }

    /// <summary>Someone wants a session: counts tries from the start.</summary>
    void StartHandshake(Instant now, WallTime wall, INodeOutput output)
    {
        _tries = 0;
        Initiate(now, wall, output);
    }

    void Initiate(Instant now, WallTime wall, INodeOutput output)
    {
        if (!MayInitiate(now))
        {
            // We answered the peer a moment ago. If nothing comes of that, it is our turn.
            if (_timers.Retry == Instant.Never)
                ArmRetry(new Instant(Volatile.Read(ref _lastInitiation)));
            return;
        }
        Volatile.Write(ref _lastInitiation, now.Nanoseconds);
        _tries++;
        ArmRetry(now);
        if (_node.Identity is not { } own || !TryGetEndpoint(out Endpoint to))
            return;
        ReleasePending();
        Span<byte> datagram = stackalloc byte[InitiationMessage.Length];
        uint index = _node.Index.Reserve(this);
        WallTime stamp = _node.StampFloor.Raise(now, wall);
        if (_handshake.TryInitiate(own, _node.Ephemerals, stamp, index, new InitiationMessage(datagram)))
            SendHandshake(now, datagram, to, output);
        else
            _node.Index.Release(index);
    }

    void ArmRetry(Instant since) => _timers.ArmRetry(since + ProtocolTimes.RekeyTimeout + _node.DrawJitter());

    void SendHandshake(Instant now, Span<byte> datagram, in Endpoint to, INodeOutput output)
    {
        _cookies.Sign(now, datagram);
        Interlocked.Add(ref _sentBytes, datagram.Length);
        _timers.AuthenticatedSent(now);
        output.Send(datagram, to, HandshakeTrafficClass);
    }

    void HandshakeCompleted(WallTime wall)
    {
        _timers.DisarmRetry();
        _tries = 0;
        Volatile.Write(ref _askedInLastMinute, 0);
        LastHandshake = wall;
    }

    /// <summary>Sends what is staged; nothing being staged, an empty packet; without a session, asks for one.</summary>
    void SendKeepalive(Instant now, WallTime wall, INodeOutput output)
    {
        if (FlushStaged(now, output))
            return;
        if (!_slots.TryGetSend(now, out Session? session) || !session.TryReserve(1, out ulong counter))
        {
            StartHandshake(now, wall, output);
            return;
        }
        Span<byte> datagram = stackalloc byte[DataMessage.MinimumLength];
        if (!TryGetEndpoint(out Endpoint to) || session.Seal(counter, default, datagram, _node.Mtu) == 0)
            return;
        output.Send(datagram, to, 0);
        DatagramsSent(now, session, datagram.Length, isData: false);
    }

    /// <summary>True when something was staged and has been sent.</summary>
    bool FlushStaged(Instant now, INodeOutput output)
    {
        if (_staging.IsEmpty)
            return false;
        lock (_stagingLock)
        {
            Flush(now, output);
            return _staging.IsEmpty;
        }
    }

    /// <summary>Whether a handshake would be under way if the peer had been where it is now.</summary>
    bool WaitsForPeer(Instant now) =>
        _timers.Retry != Instant.Never
        || (!_slots.TryGetSend(now, out _) && (PersistentKeepalive != 0 || !_staging.IsEmpty));

    void ReleasePending()
    {
        if (!_handshake.IsPending)
            return;
        _node.Index.Release(_handshake.PendingIndex);
        _handshake.ForgetPending();
    }

    /// <summary>Puts the tunnel before the control thread. True when that thread has to be woken for it.</summary>
    bool Ask(Attention wants)
    {
        if (_isClosed)
            return false;
        Interlocked.Or(ref _wants, (int)wants);
        if (Interlocked.Exchange(ref _isListed, 1) != 0)
            return false;
        _node.Attention.Push(this);
        return true;
    }

    /// <summary>
    /// Asks to be rescheduled if the deadline that was just armed is before the scheduled one. The barrier pairs with
    /// the one in <see cref="Node"/>: whoever comes second sees what the other wrote.
    /// </summary>
    bool AskIfEarlier(Instant deadline)
    {
        Interlocked.MemoryBarrier();
        return deadline < Scheduled && Ask(Attention.Reschedule);
    }
}

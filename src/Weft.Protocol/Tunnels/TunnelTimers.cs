namespace Weft.Protocol;

/// <summary>
/// When a tunnel has something to do (paper section 6). Nothing runs here: packet loops and the control thread write
/// moments, and the control thread compares them with its clock. Each moment is one word, so a race between two writers
/// can only make a timer fire early or late by as much as the two differ in time.
/// </summary>
sealed class TunnelTimers
{
    const long NotDue = long.MaxValue;

    long _retry = NotDue;
    long _keepalive = NotDue;
    long _silence = NotDue;
    long _wipe = NotDue;
    long _persistentBase = NotDue;
    long _persistentInterval;
    int _needsAnotherKeepalive;

    /// <summary>Added to the next silence timeout. The control thread draws it; packet loops have no chance of their own.</summary>
    internal TimeSpan SilenceJitter { get; set; }

    internal Instant Retry => Read(ref _retry);

    internal Instant Keepalive => Read(ref _keepalive);

    internal Instant Silence => Read(ref _silence);

    internal Instant Wipe => Read(ref _wipe);

    internal Instant Persistent
    {
        get
        {
            long interval = Volatile.Read(ref _persistentInterval);
            long start = Volatile.Read(ref _persistentBase);
            return interval == 0 || start == NotDue ? Instant.Never : new Instant(start + interval);
        }
    }

    /// <summary>The persistent keepalive is due, or will be within the thirty-second part of its interval.</summary>
    internal bool MaySendPersistent(Instant now) =>
        Persistent is var due
        && due != Instant.Never
        && due.Nanoseconds - now.Nanoseconds <= Volatile.Read(ref _persistentInterval) / 32;

    /// <summary>The earliest of all.</summary>
    internal Instant Deadline =>
        new(
            Math.Min(
                Math.Min(Retry.Nanoseconds, Keepalive.Nanoseconds),
                Math.Min(Silence.Nanoseconds, Math.Min(Wipe.Nanoseconds, Persistent.Nanoseconds))
            )
        );

    internal ushort PersistentSeconds
    {
        get => (ushort)(Volatile.Read(ref _persistentInterval) / 1_000_000_000);
        set => Volatile.Write(ref _persistentInterval, value * 1_000_000_000L);
    }

    /// <summary>Anything authenticated went either way.</summary>
    internal void Traversed(Instant now)
    {
        // All packets of a batch carry one moment; an unneeded write would take the cache line from the other direction.
        if (Volatile.Read(ref _persistentBase) != now.Nanoseconds)
            Volatile.Write(ref _persistentBase, now.Nanoseconds);
    }

    /// <summary>Anything authenticated was sent: nothing is owed to the peer.</summary>
    internal void AuthenticatedSent(Instant now)
    {
        Disarm(ref _keepalive);
        Traversed(now);
    }

    /// <summary>Anything authenticated came: the peer lives.</summary>
    internal void AuthenticatedReceived(Instant now)
    {
        Disarm(ref _silence);
        Traversed(now);
    }

    /// <summary>Data was sent: an answer is expected. True when that is a new deadline.</summary>
    internal bool DataSent(Instant now) => ArmOnce(ref _silence, now + ProtocolTimes.SilenceTimeout + SilenceJitter);

    /// <summary>Data came: an answer is owed. True when that is a new deadline.</summary>
    internal bool DataReceived(Instant now)
    {
        if (ArmOnce(ref _keepalive, now + ProtocolTimes.KeepaliveTimeout))
            return true;
        if (Volatile.Read(ref _needsAnotherKeepalive) == 0)
            Volatile.Write(ref _needsAnotherKeepalive, 1);
        return false;
    }

    /// <summary>Whether data came after the data that armed the keepalive; asks once.</summary>
    internal bool TakeNeedsAnotherKeepalive() => Interlocked.Exchange(ref _needsAnotherKeepalive, 0) != 0;

    internal void ArmRetry(Instant when) => Volatile.Write(ref _retry, when.Nanoseconds);

    internal void ArmKeepalive(Instant when) => Volatile.Write(ref _keepalive, when.Nanoseconds);

    internal void ArmWipe(Instant when) => Volatile.Write(ref _wipe, when.Nanoseconds);

    internal void DisarmRetry() => Disarm(ref _retry);

    internal void DisarmKeepalive() => Disarm(ref _keepalive);

    internal void DisarmSilence() => Disarm(ref _silence);

    internal void DisarmWipe() => Disarm(ref _wipe);

    /// <summary>The interface is down.</summary>
    internal void DisarmAll()
    {
        DisarmRetry();
        DisarmKeepalive();
        DisarmSilence();
        DisarmWipe();
        Disarm(ref _persistentBase);
        TakeNeedsAnotherKeepalive();
    }

    static Instant Read(ref long moment) => new(Volatile.Read(ref moment));

    static void Disarm(ref long moment)
    {
        if (Volatile.Read(ref moment) != NotDue)
            Volatile.Write(ref moment, NotDue);
    }

    static bool ArmOnce(ref long moment, Instant when) =>
        Volatile.Read(ref moment) == NotDue
        && Interlocked.CompareExchange(ref moment, when.Nanoseconds, NotDue) == NotDue;
}

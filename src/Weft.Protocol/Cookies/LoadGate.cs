namespace Weft.Protocol;

/// <summary>
/// Whether handshakes come faster than they are worked off (paper section 5.3): when the queue is an eighth full, and for
/// a second after that, so that a burst does not flicker. The node owns it, under its gate.
/// </summary>
sealed class LoadGate
{
    /// <summary>Handshake messages that may wait.</summary>
    internal const int QueueLength = 4096;

    internal const int Threshold = QueueLength / 8;

    static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(1);

    Instant? _last;

    internal bool IsUnderLoad(Instant now, int queued)
    {
        if (queued >= Threshold)
            _last = now;
        else if (_last is { } last && now - last >= HoldTime)
            _last = null;
        return _last is not null;
    }
}

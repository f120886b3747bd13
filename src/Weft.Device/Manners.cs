using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Whether the packet thread, when a packet wakes it, waits for its waker to go to sleep, as it is about to, or takes the
/// processor from it. Waiting spares a round trip a change of processors, a sixth of its time; but where every processor has
/// something to do, a thread that waits for its turn waits for the scheduler's tick. The packet thread's.
/// </summary>
/// <param name="wanting">Threads that want a processor now, the caller included; null when nobody can tell.</param>
/// <param name="processors">How many there are.</param>
/// <param name="tryLeaveTurns">Has the calling thread wait or not; false when the kernel refuses.</param>
sealed class Manners(Func<int?> wanting, int processors, Func<bool, bool> tryLeaveTurns)
{
    /// <summary>Between looks: as long as the thread at most stays polite in a crowd.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.1);

    /// <summary>How long a crowd must be gone.</summary>
    static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    Instant _lookAt;
    Instant _calmAt;
    bool _wasCrowded;
    bool _leavesTurns;

    /// <summary>Looks around, at most ten times a second.</summary>
    public void Look(Instant now)
    {
        if (now < _lookAt)
            return;
        _lookAt = now + Interval;
        // One look may meet a crowd of a moment.
        bool isCrowded = wanting() is not { } count || count > processors;
        if (isCrowded && (_wasCrowded || !_leavesTurns))
            _calmAt = now + Calm;
        _wasCrowded = isCrowded;
        bool leavesTurns = now >= _calmAt;
        if (leavesTurns != _leavesTurns && tryLeaveTurns(leavesTurns))
            _leavesTurns = leavesTurns;
    }
}

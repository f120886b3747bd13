using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Holds a kind of work to a quarter of the time, and 5 ms at once. Not under a scheduler's priority, which would hold
/// up everything else that the thread does. Part of a <see cref="HandshakeQueue"/>; its reader's.
/// </summary>
sealed class WorkShare
{
    /// <summary>One part is work.</summary>
    const int Parts = 4;

    static readonly TimeSpan Burst = Parts * TimeSpan.FromMilliseconds(5);

    /// <summary>More than one piece can take: what is beyond was something else.</summary>
    static readonly TimeSpan LongestPiece = TimeSpan.FromMilliseconds(1);

    Instant? _begun;

    /// <summary>There is to be no such work before.</summary>
    public Instant Next { get; private set; }

    public void Begin(Instant now) => _begun = now;

    /// <summary>Whatever was begun has ended.</summary>
    public void End(Instant now)
    {
        if (_begun is not { } begun)
            return;
        _begun = null;
        TimeSpan taken = now - begun;
        Instant earliest = now + -Burst;
        Next = (Next > earliest ? Next : earliest) + Parts * (taken < LongestPiece ? taken : LongestPiece);
    }
}

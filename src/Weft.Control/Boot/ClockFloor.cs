namespace Weft.Control;

/// <summary>What is known about the time when a site starts.</summary>
/// <param name="Now">What the clock says.</param>
/// <param name="IsKept">Somebody keeps it right.</param>
/// <param name="Note">When Weft last noted the time on this host; null when it never did.</param>
/// <param name="NewestFile">The latest change of the site's file, its program and what else outlives a reboot.</param>
readonly record struct ClockFacts(DateTimeOffset Now, bool IsKept, DateTimeOffset? Note, DateTimeOffset NewestFile);

/// <summary>
/// The time before which no handshake may be stamped. WireGuard's peers remember the latest stamp that they saw and take
/// everything up to it for a replay, so a clock that came up behind it locks a site out. Pure.
/// </summary>
static class ClockFloor
{
    /// <summary>Between two notes of the time while a site runs; so the last handshake is at most as much later than the last note.</summary>
    internal static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(10);

    /// <summary>This program was written later: a clock that says less was never set.</summary>
    internal static readonly DateTimeOffset Earliest = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A file or note that is dated further on than this was dated by a clock that was wrong itself.</summary>
    static readonly TimeSpan s_farthest = TimeSpan.FromDays(20 * 365);
    static readonly TimeSpan s_longestSleep = TimeSpan.FromDays(366);

    /// <returns>Null while the clock can be believed.</returns>
    internal static DateTimeOffset? Of(ClockFacts facts)
    {
        if (facts.Now < Earliest)
            return Latest(facts) + NoteEvery;
        // Set, but to less than what it said here before: a host without a battery that guesses the time from a file.
        bool isBehind = facts.Note > facts.Now && facts.Note - facts.Now < s_longestSleep;
        return isBehind && !facts.IsKept ? facts.Note + NoteEvery : null;
    }

    static DateTimeOffset Latest(ClockFacts facts)
    {
        DateTimeOffset latest = Earliest;
        foreach (DateTimeOffset time in (DateTimeOffset[])[facts.NewestFile, facts.Note ?? default])
        {
            if (time > latest && time - Earliest < s_farthest)
                latest = time;
        }
        return latest;
    }
}

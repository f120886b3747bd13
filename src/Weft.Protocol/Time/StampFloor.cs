namespace Weft.Protocol;

/// <summary>
/// A time of day before which no initiation may be stamped, for a host whose clock came up wrong: peers take what is stamped
/// earlier than the last for a replay (paper section 5.1). It goes on as time does, so a peer that is taken away and set again is
/// not stamped twice alike. The default is none.
/// </summary>
/// <param name="From">The time of day to count from.</param>
/// <param name="Since">When that was.</param>
public readonly record struct StampFloor(WallTime From, Instant Since)
{
    /// <summary>What to stamp with: the clock, unless it is behind.</summary>
    internal WallTime Raise(Instant now, WallTime wall)
    {
        if (From.IsNever)
            return wall;
        WallTime floor = From.Before(Since.Nanoseconds - now.Nanoseconds);
        return wall < floor ? floor : wall;
    }
}

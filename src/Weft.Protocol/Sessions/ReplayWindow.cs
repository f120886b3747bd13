namespace Weft.Protocol;

/// <summary>
/// Which counters have been received: RFC 6479's ring of bits, of which the newest word's rest is never looked at, so
/// that 8,128 counters behind the greatest are told apart. One per session, under its receive lock.
/// </summary>
sealed class ReplayWindow
{
    internal const int Bits = 8192;

    /// <summary>A counter this far behind the greatest is still accepted; one further is not.</summary>
    internal const int Reach = Bits - WordBits;

    const int WordBits = 64;
    const int Words = Bits / WordBits;

    readonly ulong[] _ring = new ulong[Words];
    ulong _greatest;

    /// <summary>True the first time a counter comes, unless it comes too late.</summary>
    internal bool TryAccept(ulong counter)
    {
        if (counter > _greatest)
            MoveTo(counter);
        else if (_greatest - counter > Reach)
            return false;
        ref ulong word = ref _ring[counter / WordBits % Words];
        ulong bit = 1UL << (int)(counter % WordBits);
        if ((word & bit) != 0)
            return false;
        word |= bit;
        return true;
    }

    void MoveTo(ulong counter)
    {
        ulong from = _greatest / WordBits;
        ulong steps = Math.Min(counter / WordBits - from, Words);
        for (ulong i = 1; i <= steps; i++)
            _ring[(from + i) % Words] = 0;
        _greatest = counter;
    }
}

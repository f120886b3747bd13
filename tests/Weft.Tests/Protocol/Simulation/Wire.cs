namespace Weft.Tests.Protocol.Simulation;

/// <summary>What happens to datagrams on their way: nothing, unless set.</summary>
sealed class Wire
{
    internal double Loss { get; set; }

    internal double Duplication { get; set; }

    internal TimeSpan Delay { get; set; }

    /// <summary>Up to this much is added to the delay of each datagram, which reorders them.</summary>
    internal TimeSpan Jitter { get; set; }

    internal bool IsCut { get; set; }

    /// <summary>Loses every datagram for which it is true.</summary>
    internal Func<SentDatagram, bool>? Loses { get; set; }

    /// <summary>Back to a wire that loses nothing; the delay stays.</summary>
    internal void Heal()
    {
        Loss = 0;
        Duplication = 0;
        Jitter = TimeSpan.Zero;
        IsCut = false;
        Loses = null;
    }

    /// <summary>After how long each copy of the datagram arrives; none if it is lost.</summary>
    internal IEnumerable<TimeSpan> Deliveries(SeededEntropy chance, SentDatagram datagram)
    {
        if (IsCut || Loses?.Invoke(datagram) == true || chance.Chance(Loss))
            yield break;
        yield return DrawDelay(chance);
        while (chance.Chance(Duplication))
            yield return DrawDelay(chance);
    }

    TimeSpan DrawDelay(SeededEntropy chance) =>
        Jitter == TimeSpan.Zero
            ? Delay
            : Delay + TimeSpan.FromMicroseconds(chance.Below((int)Jitter.TotalMicroseconds));
}

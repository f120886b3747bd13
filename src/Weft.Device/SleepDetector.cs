namespace Weft.Device;

/// <summary>
/// Notices that the machine was suspended, so that nothing is sealed or opened with keys from before: the packet thread asks
/// before each batch, and goes on only when the control thread has had all sessions forgotten. Any thread.
/// </summary>
/// <param name="asleep">How long the machine has slept since its start; what is wrong with it may only be too little.</param>
sealed class SleepDetector(Func<TimeSpan> asleep)
{
    /// <summary>The kernel tells whole sleeps, some of them to a tenth of a second.</summary>
    static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(0.1);

    long _accountedTicks = asleep().Ticks;

    /// <summary>Whether the machine has slept and <see cref="SessionsAreForgotten"/> has not been called since.</summary>
    public bool HasSlept => asleep().Ticks - Volatile.Read(ref _accountedTicks) > Tolerance.Ticks;

    /// <summary>What was slept up to now is dealt with. The control thread's.</summary>
    public void SessionsAreForgotten() => Volatile.Write(ref _accountedTicks, asleep().Ticks);
}

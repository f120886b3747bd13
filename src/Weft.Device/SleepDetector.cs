using System.Diagnostics;
using Weft.Linux;

namespace Weft.Device;

/// <summary>
/// Notices that the machine was suspended: one clock ran on meanwhile (CLOCK_BOOTTIME), the other did not
/// (CLOCK_MONOTONIC). The control thread's.
/// </summary>
sealed class SleepDetector
{
    /// <summary>The clocks are read one after the other; a sleep is longer than that.</summary>
    static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    TimeSpan _asleep = Asleep();

    /// <summary>Whether the machine slept since the last call.</summary>
    public bool HasSlept()
    {
        TimeSpan asleep = Asleep();
        bool slept = asleep - _asleep > Tolerance;
        _asleep = asleep;
        return slept;
    }

    static TimeSpan Asleep() =>
        TimeSpan.FromTicks(Clocks.BootNanoseconds / TimeSpan.NanosecondsPerTick)
        - Stopwatch.GetElapsedTime(startingTimestamp: 0);
}

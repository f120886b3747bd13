using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Weft.ScenarioTests.Network;

/// <summary>Waits for what real hosts do in their own time.</summary>
static class Wait
{
    static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns as soon as <paramref name="condition"/> holds, and says how long that took; after
    /// <paramref name="seconds"/> it is an exception that quotes <paramref name="what"/>.</summary>
    internal static TimeSpan Until(
        Func<bool> condition,
        [CallerArgumentExpression(nameof(condition))] string what = "",
        double seconds = 15
    )
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed.TotalSeconds > seconds)
            {
                throw new TimeoutException($"Not within {seconds} s: {what}");
            }

            Thread.Sleep(s_often);
        }

        return watch.Elapsed;
    }
}

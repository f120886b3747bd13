using System.Globalization;
using System.Text.RegularExpressions;

namespace Weft.ScenarioTests.Network;

/// <summary>
/// Pings an address ten times a second for as long as a test goes on, and knows which of them were answered: what a change
/// cost in packets. The host owns the program; the test ends the counting.
/// </summary>
sealed partial class PingCount
{
    readonly Running _running;

    PingCount(Running running) => _running = running;

    /// <summary>Starts, and waits for the first answer.</summary>
    /// <param name="from">Who pings.</param>
    /// <param name="address">Who is pinged.</param>
    /// <param name="source">The address or interface that the pings leave with; empty for what the host chooses.</param>
    internal static PingCount Start(Host from, string address, string source = "")
    {
        string[] bound = source.Length == 0 ? [] : ["-I", source];
        // -O tells of each that has no answer by the time of the next.
        PingCount count = new(from.Start(["ping", "-n", "-O", "-i", "0.1", .. bound, address]));
        Wait.Until(() => count.Answered.Count > 0, $"{from.Name} hears from {address}");
        return count;
    }

    /// <summary>The number of the last ping.</summary>
    internal int Last => Numbers(AnySequence()).DefaultIfEmpty().Max();

    /// <summary>The numbers of those that were answered.</summary>
    internal HashSet<int> Answered => [.. Numbers(AnswerSequence())];

    /// <summary>Waits until a ping that is sent from now on is answered.</summary>
    internal TimeSpan UntilAnswered(string what, double seconds)
    {
        int now = Last + 1;
        return Wait.Until(() => Answered.Any(n => n > now), what, seconds);
    }

    /// <summary>The number of the last ping once one after it was answered too: no answer to those up to it is to come.</summary>
    internal int Settle()
    {
        int now = Last;
        UntilAnswered("pings are answered", seconds: 30);
        return now;
    }

    /// <summary>How many of the pings from one number to another had no answer.</summary>
    internal int LostBetween(int first, int last)
    {
        HashSet<int> answered = Answered;
        return Enumerable.Range(first, Math.Max(0, last - first + 1)).Count(n => !answered.Contains(n));
    }

    internal void Stop() => _running.Stop();

    IEnumerable<int> Numbers(Regex pattern) =>
        pattern.Matches(_running.Output).Select(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex("icmp_seq=([0-9]+)")]
    private static partial Regex AnySequence();

    [GeneratedRegex("bytes from .*icmp_seq=([0-9]+)")]
    private static partial Regex AnswerSequence();
}

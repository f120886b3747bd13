using System.Globalization;
using Weft.Bench.Tunnel.Contenders;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Measures;

/// <summary>Round trips through the tunnel, in milliseconds, in order of length.</summary>
sealed class Pings
{
    const double Often = 0.01;

    /// <summary>
    /// Between pings beside a load. From 10 ms downwards ping does not sleep until the next is due but polls and yields, which
    /// takes up to half a processor from what is measured.
    /// </summary>
    const double Seldom = 0.02;

    readonly double[] _sorted;

    Pings(IEnumerable<double> times) => _sorted = [.. times.Order()];

    internal int Count => _sorted.Length;

    internal double Mean => _sorted.Length == 0 ? double.NaN : _sorted.Average();

    internal double Percentile99 => _sorted.Length == 0 ? double.NaN : _sorted[(int)(_sorted.Length * 0.99)];

    /// <summary>Those of several runs as one.</summary>
    internal static Pings Of(IEnumerable<Pings> runs) => new(runs.SelectMany(run => run._sorted));

    /// <summary>One ping each 10 ms from host A to host B.</summary>
    internal static Pings Run(TwoHosts hosts, int count) => Run(hosts, count, Often);

    /// <summary>Beside one TCP stream, from its first second on, one ping each 20 ms.</summary>
    internal static Pings UnderLoad(TwoHosts hosts, Ends ends, double seconds)
    {
        var flow = Task.Run(() => Flow.Run(hosts, ends, seconds + 1));
        Thread.Sleep(TimeSpan.FromSeconds(0.8));
        Pings pings = Run(hosts, (int)(seconds / Seldom), Seldom);
        flow.GetAwaiter().GetResult();
        return pings;
    }

    /// <summary>Waits until the other end answers.</summary>
    internal static void WaitForAnswer(TwoHosts hosts) =>
        Wait.Until(
            () => hosts.A.Try("ping", "-n", "-c", "1", "-W", "1", TwoHosts.InnerB).Succeeded,
            "the tunnel carries a ping"
        );

    static Pings Run(TwoHosts hosts, int count, double interval)
    {
        string number = count.ToString(CultureInfo.InvariantCulture);
        string seconds = interval.ToString(CultureInfo.InvariantCulture);
        string output = hosts.A.Try("ping", "-n", "-i", seconds, "-W", "2", "-c", number, TwoHosts.InnerB).Output;
        return new Pings(
            output
                .Split('\n')
                .Select(line => line.Split("time="))
                .Where(parts => parts.Length == 2)
                .Select(parts => double.Parse(parts[1].Split(' ')[0], CultureInfo.InvariantCulture))
        );
    }
}

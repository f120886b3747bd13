using System.Globalization;
using Weft.Bench.Tunnel.Contenders;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Measures;

/// <summary>Round trips through the tunnel, in milliseconds, in order of length.</summary>
sealed class Pings
{
    readonly double[] _sorted;

    Pings(string output) =>
        _sorted = [
            .. output
                .Split('\n')
                .Select(line => line.Split("time="))
                .Where(parts => parts.Length == 2)
                .Select(parts => double.Parse(parts[1].Split(' ')[0], CultureInfo.InvariantCulture))
                .Order(),
        ];

    internal double Mean => _sorted.Length == 0 ? double.NaN : _sorted.Average();

    internal double Percentile99 => _sorted.Length == 0 ? double.NaN : _sorted[(int)(_sorted.Length * 0.99)];

    /// <summary>One ping each 10 ms from host A to host B.</summary>
    internal static Pings Run(TwoHosts hosts, int count)
    {
        string number = count.ToString(CultureInfo.InvariantCulture);
        return new Pings(hosts.A.Try("ping", "-n", "-i", "0.01", "-W", "2", "-c", number, TwoHosts.InnerB).Output);
    }

    /// <summary>Beside one TCP stream, from its first second on.</summary>
    internal static Pings UnderLoad(TwoHosts hosts, Ends ends, double seconds)
    {
        var flow = Task.Run(() => Flow.Run(hosts, ends, seconds + 1));
        Thread.Sleep(TimeSpan.FromSeconds(0.8));
        Pings pings = Run(hosts, (int)(seconds * 70));
        flow.GetAwaiter().GetResult();
        return pings;
    }

    /// <summary>Waits until the other end answers.</summary>
    internal static void WaitForAnswer(TwoHosts hosts) =>
        Wait.Until(
            () => hosts.A.Try("ping", "-n", "-c", "1", "-W", "1", TwoHosts.InnerB).Succeeded,
            "the tunnel carries a ping"
        );
}

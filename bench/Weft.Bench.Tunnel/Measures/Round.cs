using Weft.Bench.Tunnel.Contenders;

namespace Weft.Bench.Tunnel.Measures;

/// <summary>One round of one contender: fresh hosts, every quantity measured once.</summary>
static class Round
{
    internal static async Task Run(IContender contender, double seconds, Samples samples)
    {
        TwoHosts hosts = TwoHosts.Start();
        await using (hosts.ConfigureAwait(false))
        {
            Ends ends = contender.Start(hosts);
            Pings.WaitForAnswer(hosts);
            Measure(contender.Name, hosts, ends, seconds, samples);
        }
    }

    static void Measure(string name, TwoHosts hosts, Ends ends, double seconds, Samples samples)
    {
        void Add(Quantity quantity, double figure) => samples.Add(name, quantity.Name, figure);

        int pings = (int)(seconds * 50);
        _ = Pings.Run(hosts, pings / 4);
        Add(Quantity.RttIdle, Pings.Run(hosts, pings).Mean);

        Flow.Run(hosts, ends, Math.Min(1, seconds));
        Flow one = Flow.Run(hosts, ends, seconds);
        Add(Quantity.Tcp1, one.Megabits);
        Add(Quantity.SendCpu, one.CpuA);
        Add(Quantity.ReceiveCpu, one.CpuB);
        Flow four = Flow.Run(hosts, ends, seconds, "-P", "4");
        Add(Quantity.Tcp4, four.Megabits);
        Add(Quantity.Tcp1Back, Flow.Run(hosts, ends, seconds, "-R").Megabits);
        Add(Quantity.Tcp4Back, Flow.Run(hosts, ends, seconds, "-R", "-P", "4").Megabits);
        // A flood settles at once.
        double flood = Math.Max(1, seconds - 1);
        Flow large = Flow.Run(hosts, ends, flood, "-u", "-b", "2G", "-l", "1372");
        Add(Quantity.Udp1372, large.Megabits);
        Flow small = Flow.Run(hosts, ends, flood, "-u", "-b", "200M", "-l", "64");
        Add(Quantity.Udp64, small.Megabits);
        Add(Quantity.Memory, new[] { one.Memory, four.Memory, large.Memory, small.Memory }.Max());

        Pings loaded = Pings.UnderLoad(hosts, ends, seconds);
        Add(Quantity.RttLoaded, loaded.Mean);
        Add(Quantity.RttLoaded99, loaded.Percentile99);
    }
}

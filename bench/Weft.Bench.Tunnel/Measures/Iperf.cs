using System.Globalization;
using System.Text.Json;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Measures;

/// <summary>What one run of iperf3 through the tunnel gave, and what it cost.</summary>
/// <param name="Megabits">Delivered, a second.</param>
/// <param name="CpuA">Seconds of processor time of the program on host A, a gigabyte delivered.</param>
/// <param name="Memory">MiB resident while it ran, of the larger end.</param>
readonly record struct Flow(double Megabits, double CpuA, double CpuB, double Memory)
{
    /// <summary>From host A to host B, unless the arguments turn it round.</summary>
    internal static Flow Run(TwoHosts hosts, Contenders.Ends ends, double seconds, params string[] arguments)
    {
        using Running server = hosts.B.Start("iperf3", "-s", "-1", "-B", TwoHosts.InnerB);
        Wait.Until(() => server.HasExited || Listens(hosts.B), "iperf3 listens");
        string time = seconds.ToString(CultureInfo.InvariantCulture);
        double beforeA = ProcessUse.CpuSeconds(ends.A);
        double beforeB = ProcessUse.CpuSeconds(ends.B);
        long carriedBefore = Carried(hosts.B);
        using Running client = hosts.A.Start([
            "iperf3",
            "-c",
            TwoHosts.InnerB,
            "-B",
            TwoHosts.InnerA,
            "-t",
            time,
            "-J",
            .. arguments,
        ]);
        double memory = WatchMemory(client, ends, TimeSpan.FromSeconds(seconds + 20));
        CommandResult result = client.WaitForExit(TimeSpan.FromSeconds(5));
        double usedA = ProcessUse.CpuSeconds(ends.A) - beforeA;
        double usedB = ProcessUse.CpuSeconds(ends.B) - beforeB;
        (double bytes, double megabits) = Delivered(result);
        // What iperf3 counts must have come by the wire and by the tunnel's interface: nothing takes a short cut.
        if (Carried(hosts.B) - carriedBefore < bytes)
            throw new InvalidOperationException("The traffic did not go through the tunnel.");
        double gigabytes = bytes / 1e9;
        return new Flow(megabits, usedA / gigabytes, usedB / gigabytes, memory);
    }

    /// <summary>Bytes that host B's tunnel interface has seen in both directions, or its wire if that is less.</summary>
    static long Carried(Host host) => Math.Min(Seen(host, TwoHosts.Device), Seen(host, TwoHosts.Wire));

    static long Seen(Host host, string device)
    {
        string folder = $"/sys/class/net/{device}/statistics";
        return host.Run("cat", $"{folder}/rx_bytes", $"{folder}/tx_bytes")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Sum(line => long.Parse(line, CultureInfo.InvariantCulture));
    }

    static bool Listens(Host host) =>
        host.Run("ss", "-Hltn", "sport", "=", "5201").Contains(":5201", StringComparison.Ordinal);

    static double WatchMemory(Running client, Contenders.Ends ends, TimeSpan most)
    {
        double memory = 0;
        DateTime end = DateTime.UtcNow + most;
        while (!client.HasExited && DateTime.UtcNow < end)
        {
            double now = Math.Max(ProcessUse.ResidentMegabytes(ends.A), ProcessUse.ResidentMegabytes(ends.B));
            memory = Math.Max(memory, now);
            Thread.Sleep(100);
        }
        return memory;
    }

    static (double Bytes, double Megabits) Delivered(CommandResult result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException($"iperf3: {result.Output} {result.Errors}");
        using var document = JsonDocument.Parse(result.Output);
        JsonElement sum = document.RootElement.GetProperty("end").GetProperty("sum_received");
        double bytes = sum.GetProperty("bytes").GetDouble();
        return bytes > 0
            ? (bytes, sum.GetProperty("bits_per_second").GetDouble() / 1e6)
            : throw new InvalidOperationException("iperf3: nothing was delivered");
    }
}

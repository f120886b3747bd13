using System.Diagnostics;
using System.Text;
using Weft.Bench.Tunnel.Contenders;
using Weft.Bench.Tunnel.Measures;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Bounds;

/// <summary>What a device costs when little or nothing is asked of it, and how long its queues are when much is.</summary>
static class Manners
{
    /// <summary>Round trips while one TCP stream takes all that there is.</summary>
    internal static async Task<Bound[]> UnderLoad(WireGuardDaemon weft, int rounds, double seconds)
    {
        TwoHosts hosts = TwoHosts.Start();
        await using (hosts.ConfigureAwait(false))
        {
            Ends ends = weft.Start(hosts);
            Pings.WaitForAnswer(hosts);
            // Together: of one run alone the 99th percentile is its second longest ping.
            Pings all = Pings.Of(Enumerable.Range(0, rounds).Select(_ => Pings.UnderLoad(hosts, ends, seconds)));
            string how = FormattableString.Invariant($"99th percentile of {all.Count} pings; mean {all.Mean:F2} ms");
            return [new("RTT while TCP runs", all.Percentile99, "ms", "F2", 5, AtMost: true, how)];
        }
    }

    /// <summary>How often a device with a living session is woken when nothing is sent.</summary>
    internal static async Task<Bound[]> Idle(WireGuardDaemon weft)
    {
        const int seconds = 10;
        TwoHosts hosts = TwoHosts.Start();
        await using (hosts.ConfigureAwait(false))
        {
            Ends ends = weft.Start(hosts);
            Pings.WaitForAnswer(hosts);
            // The runtime compiles what was busy, a while after it was.
            Thread.Sleep(TimeSpan.FromSeconds(2));
            Dictionary<string, double> before = ProcessUse.Wakes(ends.A);
            Thread.Sleep(TimeSpan.FromSeconds(seconds));
            double wakes =
                ProcessUse.Wakes(ends.A).Sum(thread => thread.Value - before.GetValueOrDefault(thread.Key)) / seconds;
            return
            [
                new(
                    "wakes of an idle device",
                    wakes,
                    "/s",
                    "F1",
                    10,
                    AtMost: true,
                    $"all threads, over {seconds} s, with a session"
                ),
            ];
        }
    }

    /// <summary>From the daemon's start to its first answer, and what it then holds.</summary>
    internal static async Task<Bound[]> Start(WireGuardDaemon weft, int rounds)
    {
        List<double> times = [];
        List<double> sizes = [];
        TwoHosts hosts = TwoHosts.Start();
        await using (hosts.ConfigureAwait(false))
        {
            string socket = $"{hosts.A.Root}/run/wireguard/{TwoHosts.Device}.sock";
            for (int round = 0; round < rounds; round++)
            {
                var watch = Stopwatch.StartNew();
                Running daemon = weft.Launch(hosts.A);
                while (!File.Exists(socket))
                    Thread.Sleep(TimeSpan.FromMilliseconds(0.2));
                times.Add(watch.Elapsed.TotalMilliseconds);
                Thread.Sleep(TimeSpan.FromSeconds(0.5));
                sizes.Add(ProcessUse.ResidentMegabytes(daemon.Pid));
                daemon.Stop();
            }
        }
        string how = "`weft device`, from its launch (nsenter included) to its socket";
        return
        [
            new("start-up", Median.Of(times), "ms", "F0", 60, AtMost: true, how),
            new("resident after start-up", Median.Of(sizes), "MiB", "F0", 40, AtMost: true, "half a second later"),
        ];
    }

    /// <summary>What it costs to look at a device with many peers, against our least command.</summary>
    internal static async Task<Bound[]> Show(WireGuardDaemon weft, int rounds)
    {
        const int peers = 1000;
        TwoHosts hosts = TwoHosts.Start();
        await using (hosts.ConfigureAwait(false))
        {
            weft.StartDaemon(hosts.A);
            StringBuilder text = new();
            for (int i = 0; i < peers; i++)
                text.Append(WireGuardDaemon.Peer(KeyPair.Generate(), $"10.11.{i >> 8}.{i & 255}"));
            WireGuardDaemon.Configure(hosts.A, KeyPair.Generate(), text.ToString());
            List<double> show = [];
            List<double> version = [];
            for (int round = 0; round < rounds; round++)
            {
                show.Add(Timed.Run(hosts.A, Programs.Wg, "show", TwoHosts.Device).Cpu);
                version.Add(Timed.Run(hosts.A, Programs.Weft, "--version").Cpu);
            }
            string how = FormattableString.Invariant(
                $"{Median.Of(show):F0} ms of processor; {Median.Of(version):F0} ms"
            );
            return
            [
                new(
                    $"`wg show` of {peers:N0} peers, times `weft --version`",
                    Median.Of(show) / Median.Of(version),
                    "",
                    "F2",
                    1.5,
                    AtMost: true,
                    how
                ),
            ];
        }
    }
}

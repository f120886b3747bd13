using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Weft.Bench.Tunnel.Bounds;
using Weft.Bench.Tunnel.Contenders;
using Weft.Bench.Tunnel.Measures;
using Weft.Bench.Tunnel.Report;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel;

/// <summary>
/// The whole of it: every contender in turn, round by round, so that whatever else the machine does meets all alike; then the
/// tables. A contender that fails in a round is named and goes without that round.
/// </summary>
static class Sitting
{
    internal static RootCommand Command()
    {
        Option<int> rounds = new("--rounds") { Description = "Rounds.", DefaultValueFactory = _ => 5 };
        Option<double> seconds = new("--seconds") { Description = "Length of one run.", DefaultValueFactory = _ => 4 };
        Option<bool> quick = new("--quick") { Description = "One round of runs of one second." };
        Option<string[]> only = new("--only")
        {
            Description = "Only these contenders.",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> go = new("--wireguard-go")
        {
            Description = "The wireguard-go to race against.",
            DefaultValueFactory = _ => "wireguard-go",
            Recursive = true,
        };
        Option<string?> write = new("--write") { Description = "Write benchmark.md and its charts into this folder." };
        RootCommand command = new("Races tunnels between two hosts made of namespaces, interleaved.")
        {
            rounds,
            seconds,
            quick,
            only,
            go,
            write,
        };
        command.Subcommands.Add(BoundsCommand.Create(go));
        command.SetAction(
            async (parsed, _) =>
            {
                bool isQuick = parsed.GetValue(quick);
                await Run(
                        isQuick ? 1 : parsed.GetValue(rounds),
                        isQuick ? 1 : parsed.GetValue(seconds),
                        parsed.GetValue(only) ?? [],
                        parsed.GetRequiredValue(go),
                        parsed.GetValue(write)
                    )
                    .ConfigureAwait(false);
            }
        );
        return command;
    }

    static async Task Run(int rounds, double seconds, string[] only, string go, string? write)
    {
        var machine = Machine.Here();
        List<IContender> all = [.. Contenders(go).Where(each => only.Length == 0 || only.Contains(each.Name))];
        List<IContender> present = [.. all.Where(each => each.Version is not null)];
        string[] absent = [.. all.Except(present).Select(each => each.Name)];
        foreach (string name in absent)
            Console.WriteLine($"{name} is not installed and is left out");
        Samples samples = new();
        var watch = Stopwatch.StartNew();
        for (int round = 1; round <= rounds; round++)
        {
            foreach (IContender contender in present)
            {
                await RunOne(contender, seconds, samples).ConfigureAwait(false);
                Say($"{watch.Elapsed.TotalSeconds, 6:F0} s  round {round} of {rounds}  {Line(samples, contender)}");
            }
        }
        // Whoever failed in every round has nothing to show: named, and no column.
        string[] failed = [.. present.Where(each => !samples.Has(each.Name)).Select(each => each.Name)];
        present.RemoveAll(each => failed.Contains(each.Name));
        Document document = new(samples, present, [.. absent, .. failed]);
        string command =
            $"bench/tunnel.sh --rounds {rounds} --seconds {seconds.ToString(CultureInfo.InvariantCulture)}";
        string measured = document.Measured(machine, command, rounds, seconds);
        Console.WriteLine(measured);
        if (write is not null)
        {
            Document.Replace(write, "measured", measured);
            File.WriteAllText(Path.Combine(write, "benchmark-throughput.svg"), document.ThroughputChart());
            File.WriteAllText(Path.Combine(write, "benchmark-latency.svg"), document.LatencyChart());
        }
    }

    static async Task RunOne(IContender contender, double seconds, Samples samples)
    {
        try
        {
            await Round.Run(contender, seconds, samples).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CommandFailedException or TimeoutException or InvalidOperationException)
        {
            Console.Error.WriteLine($"{contender.Name} failed in this round: {e.Message}");
        }
    }

    static IEnumerable<IContender> Contenders(string go)
    {
        string? baseline = Baseline.Compile(Path.Combine(AppContext.BaseDirectory, "baseline.c"));
        yield return WireGuardDaemon.Ours();
        yield return WireGuardDaemon.Go(go);
        yield return new Baseline(baseline, sealing: true);
        yield return new Baseline(baseline, sealing: false);
        yield return new OpenVpn();
        yield return new Tinc();
        yield return new Fastd();
    }

    /// <summary>The medians so far, in short.</summary>
    static string Line(Samples samples, IContender contender)
    {
        string Figure(Quantity quantity) =>
            samples.Median(contender.Name, quantity.Name).ToString(quantity.Format, CultureInfo.InvariantCulture);
        return $"{contender.Name, -13} TCP {Figure(Quantity.Tcp1)}/{Figure(Quantity.Tcp4)}, back {Figure(Quantity.Tcp1Back)}"
            + $"/{Figure(Quantity.Tcp4Back)} Mbit/s, {Figure(Quantity.SendCpu)}/{Figure(Quantity.ReceiveCpu)} s/GB,"
            + $" UDP {Figure(Quantity.Udp1372)} and {Figure(Quantity.Udp64)},"
            + $" RTT {Figure(Quantity.RttIdle)}, loaded {Figure(Quantity.RttLoaded)} (99 %: {Figure(Quantity.RttLoaded99)}) ms,"
            + $" {Figure(Quantity.Memory)} MiB";
    }

    static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

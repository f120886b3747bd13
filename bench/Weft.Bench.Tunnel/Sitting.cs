using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Weft.Bench.Tunnel.Bounds;
using Weft.Bench.Tunnel.Contenders;
using Weft.Bench.Tunnel.Measures;
using Weft.Bench.Tunnel.Profile;
using Weft.Bench.Tunnel.Report;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel;

/// <summary>
/// The whole of it: every contender in turn, round by round, so that whatever else the machine does meets all alike; then the
/// tables. A contender that fails in a round is named and goes without that round.
/// </summary>
static class Sitting
{
    /// <summary>Who runs in every round; the others are the field.</summary>
    static readonly string[] s_raced = [Goals.Ours, Goals.Go, Goals.Sealing];

    internal static RootCommand Command()
    {
        Option<int> rounds = new("--rounds") { Description = "Rounds.", DefaultValueFactory = _ => 5 };
        Option<int> field = new("--field-rounds")
        {
            Description = "Rounds of those who are only looked at: the programs without WireGuard.",
            DefaultValueFactory = _ => 3,
        };
        Option<double> seconds = new("--seconds") { Description = "Length of one run.", DefaultValueFactory = _ => 3 };
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
        Option<bool> second = new("--second")
        {
            Description = "With --write: as the second sitting, which leaves the first's tables and charts alone.",
        };
        RootCommand command = new("Races tunnels between two hosts made of namespaces, interleaved.")
        {
            rounds,
            field,
            seconds,
            quick,
            only,
            go,
            write,
            second,
        };
        command.Subcommands.Add(BoundsCommand.Create(go));
        command.Subcommands.Add(ProfileCommand.Create());
        command.SetAction(
            async (parsed, _) =>
            {
                Plan plan = parsed.GetValue(quick)
                    ? new Plan(Rounds: 1, FieldRounds: 1, Seconds: 1)
                    : new Plan(parsed.GetValue(rounds), parsed.GetValue(field), parsed.GetValue(seconds));
                Document document = await Run(plan, parsed.GetValue(only) ?? [], parsed.GetRequiredValue(go))
                    .ConfigureAwait(false);
                Console.WriteLine(document.Measured);
                if (parsed.GetValue(write) is { } folder)
                    document.Write(folder, parsed.GetValue(second));
            }
        );
        return command;
    }

    static async Task<Document> Run(Plan plan, string[] only, string go)
    {
        var machine = Machine.Here();
        List<IContender> all = [.. Contenders(go).Where(each => only.Length == 0 || only.Contains(each.Name))];
        List<IContender> present = [.. all.Where(each => each.Version is not null)];
        string[] absent = [.. all.Except(present).Select(each => each.Name)];
        foreach (string name in absent)
            Console.WriteLine($"{name} is not installed and is left out");
        Samples samples = new();
        var watch = Stopwatch.StartNew();
        for (int round = 1; round <= plan.Rounds; round++)
        {
            foreach (IContender contender in present)
            {
                if (!plan.Has(round, isField: !s_raced.Contains(contender.Name)))
                    continue;
                await RunOne(contender, plan.Seconds, samples).ConfigureAwait(false);
                Say(
                    $"{watch.Elapsed.TotalSeconds, 6:F0} s  round {round} of {plan.Rounds}  {Line(samples, contender)}"
                );
            }
        }
        // Whoever failed in every round has nothing to show: named, and no column.
        string[] failed = [.. present.Where(each => !samples.Has(each.Name)).Select(each => each.Name)];
        present.RemoveAll(each => failed.Contains(each.Name));
        return new Document(plan, machine, samples, present, [.. absent, .. failed]);
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

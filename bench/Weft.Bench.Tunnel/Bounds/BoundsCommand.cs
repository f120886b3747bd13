using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Weft.Bench.Tunnel.Contenders;
using Weft.Bench.Tunnel.Report;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Bounds;

/// <summary><c>bounds</c>: what must hold besides the race, as a table with a verdict for each.</summary>
static class BoundsCommand
{
    internal static System.CommandLine.Command Create(Option<string> go)
    {
        Option<string[]> only = new("--only")
        {
            Description = "Only these: crowd, configurations, handshakes, load, idle, start, show.",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<int> rounds = new("--rounds") { Description = "Runs of each.", DefaultValueFactory = _ => 5 };
        Option<string?> json = new("--json") { Description = "Write the figures into this file." };
        Option<string?> write = new("--write") { Description = "Write the table into this folder's benchmark.md." };
        System.CommandLine.Command command = new(
            "bounds",
            "Measures what must hold besides the race; fails when something does not."
        )
        {
            only,
            rounds,
            json,
            write,
        };
        command.SetAction(
            async (parsed, _) =>
            {
                List<Bound> bounds = [];
                int runs = parsed.GetValue(rounds);
                string[] wanted = parsed.GetValue(only) ?? [];
                bool complete = true;
                foreach ((string name, Func<Task<Bound[]>> measure) in Measures(parsed.GetRequiredValue(go), runs))
                {
                    if (wanted.Length > 0 && !wanted.Contains(name))
                        continue;
                    complete &= await Run(name, measure, bounds).ConfigureAwait(false);
                }
                string table = Table(bounds, runs);
                Console.WriteLine(table);
                if (parsed.GetValue(json) is { } file)
                    WriteJson(file, bounds);
                if (parsed.GetValue(write) is { } folder)
                    Document.Replace(folder, "bounds", table);
                return complete && bounds.TrueForAll(bound => bound.Holds) ? 0 : 1;
            }
        );
        return command;
    }

    static IEnumerable<(string Name, Func<Task<Bound[]>> Measure)> Measures(string goProgram, int rounds)
    {
        WireGuardDaemon weft = WireGuardDaemon.Ours();
        WireGuardDaemon go = WireGuardDaemon.Go(goProgram);
        return
        [
            ("crowd", () => Crowd.Measure(weft, rounds, seconds: 3)),
            ("configurations", () => LargeConfigurations.Measure(weft, rounds)),
            ("handshakes", () => HandshakeFlood.Measure(weft, go, rounds)),
            ("load", () => Manners.UnderLoad(weft, rounds, seconds: 5)),
            ("idle", () => Manners.Idle(weft)),
            ("start", () => Manners.Start(weft, rounds)),
            ("show", () => Manners.Show(weft, rounds)),
        ];
    }

    /// <summary>False when it could not be measured.</summary>
    static async Task<bool> Run(string name, Func<Task<Bound[]>> measure, List<Bound> bounds)
    {
        try
        {
            foreach (Bound bound in await measure().ConfigureAwait(false))
            {
                bounds.Add(bound);
                Console.WriteLine($"{bound.What}: {bound.Measured}, {bound.Wanted}: {bound.Verdict} ({bound.How})");
            }
            return true;
        }
        catch (Exception e) when (e is CommandFailedException or TimeoutException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"{name} could not be measured: {e.Message}").ConfigureAwait(false);
            return false;
        }
    }

    static string Table(List<Bound> bounds, int rounds)
    {
        StringBuilder text = new();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"""
            {DateTime.UtcNow:yyyy-MM-dd}, `bench/bounds.sh --rounds {rounds}`; medians. {Machine.Here().Describe()}.

            | | measured | asked | | |
            |---|---|---|---|---|
            """
        );
        foreach (Bound bound in bounds)
            text.AppendLine(
                $"| {bound.What} | {bound.Measured} | {bound.Wanted} | {(bound.Holds ? "holds" : "**does not hold**")} | {bound.How} |"
            );
        return text.ToString();
    }

    static void WriteJson(string file, List<Bound> bounds) =>
        File.WriteAllText(
            file,
            JsonSerializer.Serialize(
                bounds.Select(bound => new
                {
                    what = bound.What,
                    figure = bound.Figure,
                    unit = bound.Unit,
                    asked = bound.Asked,
                    atMost = bound.AtMost,
                    holds = bound.Holds,
                    how = bound.How,
                })
            )
        );
}

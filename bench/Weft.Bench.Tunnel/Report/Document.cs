using System.Globalization;
using System.Text;
using Weft.Bench.Tunnel.Contenders;
using Weft.Bench.Tunnel.Measures;

namespace Weft.Bench.Tunnel.Report;

/// <summary>The measured part of docs/benchmark.md, and its two charts. What people wrote around it stays.</summary>
sealed class Document(
    Plan plan,
    Machine machine,
    Samples samples,
    IReadOnlyList<IContender> contenders,
    IReadOnlyList<string> absent
)
{
    /// <summary>Replaces one of the document's written parts.</summary>
    /// <param name="folder">Where benchmark.md is.</param>
    /// <param name="part">Stands between two remarks of that name.</param>
    internal static void Replace(string folder, string part, string text)
    {
        string path = Path.Combine(folder, "benchmark.md");
        string begin = $"<!-- {part}: begin; written by a program -->";
        string end = $"<!-- {part}: end -->";
        string all = File.ReadAllText(path);
        int from = all.IndexOf(begin, StringComparison.Ordinal);
        int to = all.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
            throw new InvalidDataException($"{path} lacks its lines '{begin}' and '{end}': put them back.");
        File.WriteAllText(path, $"{all[..(from + begin.Length)]}\n\n{text.Trim()}\n\n{all[to..]}");
    }

    /// <summary>Puts the tables and charts in place.</summary>
    /// <param name="isSecond">A sitting that the first is to be compared with: without charts.</param>
    internal void Write(string folder, bool isSecond)
    {
        Replace(folder, isSecond ? "measured again" : "measured", isSecond ? MeasuredAgain : Measured);
        if (isSecond)
            return;
        File.WriteAllText(Path.Combine(folder, "benchmark-throughput.svg"), ThroughputChart());
        File.WriteAllText(Path.Combine(folder, "benchmark-latency.svg"), LatencyChart());
    }

    internal string Measured
    {
        get
        {
            StringBuilder text = new();
            AppendHead(text);
            text.AppendLine(
                """
                ![Throughput](benchmark-throughput.svg)

                ![Latency](benchmark-latency.svg)

                """
            );
            AppendFigures(text);
            AppendGoals(text);
            AppendContenders(text);
            return text.ToString();
        }
    }

    string MeasuredAgain
    {
        get
        {
            StringBuilder text = new();
            AppendHead(text);
            AppendFigures(text);
            AppendGoals(text);
            return text.ToString();
        }
    }

    string ThroughputChart()
    {
        BarChart chart = new BarChart("Through the tunnel, both ends on one machine", "Mbit/s", "F0").Series(
            Quantity.Tcp1.Name,
            Quantity.Tcp4.Name,
            Quantity.Udp1372.Name
        );
        foreach (IContender each in contenders)
            chart.Add(
                each.Name,
                samples.Median(each.Name, Quantity.Tcp1.Name),
                samples.Median(each.Name, Quantity.Tcp4.Name),
                samples.Median(each.Name, Quantity.Udp1372.Name)
            );
        return chart.ToSvg();
    }

    string LatencyChart()
    {
        BarChart chart = new BarChart("Round trip through the tunnel", "ms", "F2").Series(
            Quantity.RttIdle.Name,
            Quantity.RttLoaded.Name,
            Quantity.RttLoaded99.Name
        );
        foreach (IContender each in contenders)
            chart.Add(
                each.Name,
                samples.Median(each.Name, Quantity.RttIdle.Name),
                samples.Median(each.Name, Quantity.RttLoaded.Name),
                samples.Median(each.Name, Quantity.RttLoaded99.Name)
            );
        return chart.ToSvg();
    }

    void AppendHead(StringBuilder text) =>
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"""
            {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, `bench/tunnel.sh {plan.Options}`: medians of {plan.Rounds} rounds, the contenders in turn in
            each; of those who are only looked at, {plan.FieldRounds}. {machine.Describe()}; load when it began: {machine.Load}.

            """
        );

    void AppendFigures(StringBuilder text)
    {
        text.AppendLine("### Figures\n");
        text.AppendLine("Median, and in small print the least and the greatest of all rounds.\n");
        text.AppendLine($"| | {string.Join(" | ", contenders.Select(each => each.Name))} |");
        text.AppendLine($"|---|{string.Concat(contenders.Select(_ => "---|"))}");
        foreach (Quantity quantity in Quantity.All)
            text.AppendLine(
                $"| {quantity.Name}, {quantity.Unit} | {string.Join(" | ", contenders.Select(each => Cell(each.Name, quantity)))} |"
            );
        text.AppendLine();
    }

    string Cell(string contender, Quantity quantity)
    {
        double median = samples.Median(contender, quantity.Name);
        if (double.IsNaN(median))
            return "";
        (double least, double greatest) = samples.Range(contender, quantity.Name);
        string Say(double figure) => figure.ToString(quantity.Format, CultureInfo.InvariantCulture);
        return $"**{Say(median)}** <sub>{Say(least)}–{Say(greatest)}</sub>";
    }

    void AppendGoals(StringBuilder text)
    {
        text.AppendLine("### Ratios of medians, and what was asked for\n");
        text.AppendLine("| weft | against | times | asked | |");
        text.AppendLine("|---|---|---|---|---|");
        Goal[] goals = [.. Goals.All.Where(goal => !double.IsNaN(goal.Reached(samples)))];
        foreach (Goal goal in goals)
        {
            double reached = goal.Reached(samples);
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {goal.Quantity.Name} | {goal.Against} | {reached:F2} | {(goal.AtLeast ? "at least" : "at most")} {goal.Ratio:0.##} | {(
                    goal.IsReached(samples) ? "reached" : "**not reached**"
                )} |"
            );
        }
        int count = goals.Count(goal => goal.IsReached(samples));
        text.AppendLine(CultureInfo.InvariantCulture, $"\n{count} of {goals.Length} reached.\n");
    }

    void AppendContenders(StringBuilder text)
    {
        text.AppendLine("### Who ran, and how\n");
        text.AppendLine("| | version | |");
        text.AppendLine("|---|---|---|");
        foreach (IContender each in contenders)
            text.AppendLine($"| {each.Name} | {each.Version} | {each.Setup}; {samples.Rounds(each.Name)} rounds |");
        if (absent.Count > 0)
            text.AppendLine($"\nNot installed, or failed in every round, so left out: {string.Join(", ", absent)}.");
    }
}

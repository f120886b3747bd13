using System.CommandLine;
using System.Globalization;
using System.Text;
using Weft.Bench.Tunnel.Contenders;
using Weft.Bench.Tunnel.Measures;
using Weft.Bench.Tunnel.Report;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Profile;

/// <summary><c>profile</c>: what both ends' processors do for each gigabyte of one TCP stream, by perf's clock samples.</summary>
static class ProfileCommand
{
    const string SamplesPerSecond = "1999";

    internal static System.CommandLine.Command Create()
    {
        Option<double> seconds = new("--seconds") { Description = "How long to look.", DefaultValueFactory = _ => 6 };
        Option<bool> names = new("--names") { Description = "Also what ran most, by name." };
        Option<string?> write = new("--write") { Description = "Write the table into this folder's benchmark.md." };
        System.CommandLine.Command command = new(
            "profile",
            "Says where the time of one TCP stream goes, for each gigabyte."
        )
        {
            seconds,
            names,
            write,
        };
        command.SetAction(
            async (parsed, _) =>
            {
                TwoHosts hosts = TwoHosts.Start();
                await using (hosts.ConfigureAwait(false))
                {
                    string table = Measure(hosts, parsed.GetValue(seconds), parsed.GetValue(names));
                    Console.WriteLine(table);
                    if (parsed.GetValue(write) is { } folder)
                        Document.Replace(folder, "profile", table);
                }
            }
        );
        return command;
    }

    static string Measure(TwoHosts hosts, double seconds, bool names)
    {
        string maps = Path.Combine(hosts.Folder, "maps");
        foreach (string host in (string[])["a", "b"])
            Directory.CreateDirectory(Path.Combine(maps, host));
        Ends ends = WireGuardDaemon.Ours().StartMapped(hosts, maps);
        Pings.WaitForAnswer(hosts);
        Flow.Run(hosts, ends, 3);
        string recorded = Path.Combine(hosts.Folder, "perf.data");
        string time = seconds.ToString(CultureInfo.InvariantCulture);
        var recording = Task.Run(() =>
        {
            // Not its first second, in which TCP finds its pace.
            Thread.Sleep(TimeSpan.FromSeconds(1));
            Programs.RunHere([
                "perf",
                "record",
                "-q",
                "-e",
                "cpu-clock",
                "-F",
                SamplesPerSecond,
                "-p",
                $"{ends.A},{ends.B}",
                "-o",
                recorded,
                "--",
                "sleep",
                time,
            ]);
        });
        Flow flow = Flow.Run(hosts, ends, seconds + 2);
        recording.GetAwaiter().GetResult();
        string script = Path.Combine(hosts.Folder, "samples");
        Programs.RunHere("sh", "-c", $"perf script -i {recorded} -F pid,ip,sym,dso >{script} 2>{script}.errors");
        Tally a = new(ends.A, Map(maps, "a"), flow.CpuA);
        Tally b = new(ends.B, Map(maps, "b"), flow.CpuB);
        foreach (string line in File.ReadLines(script))
        {
            a.Add(line);
            b.Add(line);
        }
        if (names)
            Console.WriteLine($"sending end\n{a.Names()}\nreceiving end\n{b.Names()}");
        return Table(a, b, flow);
    }

    static PerfMap Map(string folder, string host) =>
        new(Directory.EnumerateFiles(Path.Combine(folder, host), "perf-*.map").SelectMany(File.ReadLines));

    static string Table(Tally a, Tally b, Flow flow)
    {
        StringBuilder text = new();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"""
            {DateTime.UtcNow:yyyy-MM-dd}, `bench/tunnel.sh profile`: one TCP stream of {flow.Megabits:F0} Mbit/s, MTU 1420; milliseconds of processor for
            each gigabyte, by clock samples. {Machine.Here().Describe()}.

            | | sending end | | receiving end | |
            |---|---|---|---|---|
            """
        );
        foreach (string kind in Work.All)
            text.AppendLine($"| {kind} | {a.Cell(kind)} | {b.Cell(kind)} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| all | {flow.CpuA * 1000:F0} | | {flow.CpuB * 1000:F0} | |");
        return text.ToString();
    }

    /// <summary>Samples of one end.</summary>
    /// <param name="cpu">Seconds for a gigabyte.</param>
    sealed class Tally(int pid, PerfMap map, double cpu)
    {
        readonly Dictionary<string, int> _kinds = [];
        readonly Dictionary<string, int> _names = [];
        int _count;

        /// <summary>A line of <c>perf script</c>: process, address, name, file.</summary>
        internal void Add(string line)
        {
            string[] words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 3 || words[0] != pid.ToString(CultureInfo.InvariantCulture))
                return;
            _ = PerfMap.TryHex(words[1], out ulong address);
            bool isKernel = address >> 63 != 0;
            string name = isKernel ? $"[kernel] {words[2]}" : map.Find(address) ?? words[2];
            _count++;
            string kind = Work.KindOf(name);
            _kinds[kind] = _kinds.GetValueOrDefault(kind) + 1;
            _names[name] = _names.GetValueOrDefault(name) + 1;
        }

        internal string Cell(string kind)
        {
            double share = _count == 0 ? 0 : (double)_kinds.GetValueOrDefault(kind) / _count;
            return string.Create(CultureInfo.InvariantCulture, $"{share * cpu * 1000:F0} | {share * 100:F0} %");
        }

        internal string Names() =>
            string.Join(
                '\n',
                _names
                    .OrderByDescending(each => each.Value)
                    .Take(40)
                    .Select(each => FormattableString.Invariant($"{100.0 * each.Value / _count, 6:F1} %  {each.Key}"))
            );
    }
}

using System.Globalization;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>What a device's process has used up to a moment, as the kernel counts it.</summary>
sealed class Usage
{
    readonly Dictionary<string, (long Nanoseconds, long Wakes)> _threads = [];

    Usage() { }

    /// <summary>In memory.</summary>
    internal long ResidentKilobytes { get; private init; }

    internal static Usage Of(Device device)
    {
        string process = FormattableString.Invariant($"/proc/{device.Daemon.Pid}");
        Usage usage = new() { ResidentKilobytes = Line($"{process}/status", "VmRSS:") };
        foreach (string thread in Directory.GetDirectories($"{process}/task"))
        {
            try
            {
                long time = Number(File.ReadAllText($"{thread}/schedstat").Split(' ')[0]);
                usage._threads[thread] = (time, Line($"{thread}/status", "voluntary_ctxt_switches:"));
            }
            catch (IOException)
            {
                // The thread ended meanwhile: the runtime's compiler does when it has nothing more to do.
            }
        }

        return usage;
    }

    /// <summary>Processor time of the threads that there are, by the scheduler's own clock and not by ticks.</summary>
    internal TimeSpan ProcessorSince(Usage then) =>
        TimeSpan.FromMicroseconds(
            _threads.Sum(t => t.Value.Nanoseconds - then._threads.GetValueOrDefault(t.Key).Nanoseconds) / 1000.0
        );

    /// <summary>How often one of the threads that there are has waited for something and gone on.</summary>
    internal long WakesSince(Usage then) =>
        _threads.Sum(t => t.Value.Wakes - then._threads.GetValueOrDefault(t.Key).Wakes);

    static long Line(string file, string key) =>
        Number(
            File.ReadLines(file)
                .First(line => line.StartsWith(key, StringComparison.Ordinal))
                .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]
        );

    static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

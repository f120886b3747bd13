using System.Globalization;

namespace Weft.Bench.Tunnel.Measures;

/// <summary>What a process has used so far, as /proc tells it (proc(5)).</summary>
static class ProcessUse
{
    const double TicksPerSecond = 100;

    /// <summary>Seconds of processor time of all its threads, in user mode and in the kernel.</summary>
    internal static double CpuSeconds(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        // Behind the program's name, which may hold anything: utime and stime are the 12th and 13th word.
        string[] words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(words[11]) + Number(words[12])) / TicksPerSecond;
    }

    /// <summary>Resident memory in MiB.</summary>
    internal static double ResidentMegabytes(int pid) => Status($"/proc/{pid}/status", "VmRSS:") / 1024;

    /// <summary>How often each of its threads has gone to sleep by itself, which is how often it was woken.</summary>
    internal static Dictionary<string, double> Wakes(int pid) =>
        Directory
            .EnumerateDirectories($"/proc/{pid}/task")
            .ToDictionary(task => task, task => Status(Path.Combine(task, "status"), "voluntary_ctxt_switches:"));

    static double Status(string file, string field) =>
        Number(
            File.ReadLines(file)
                .First(line => line.StartsWith(field, StringComparison.Ordinal))[field.Length..]
                .Split("kB")[0]
        );

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

using System.Globalization;
using Weft.Bench.Tunnel.Contenders;

namespace Weft.Bench.Tunnel.Report;

/// <summary>Where and when a sitting took place.</summary>
sealed record Machine(string Processor, int Processors, string Kernel, string System, string Load)
{
    internal static Machine Here() =>
        new(
            Value("/proc/cpuinfo", "model name") ?? "unknown processor",
            Environment.ProcessorCount,
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            Value("/etc/os-release", "PRETTY_NAME")?.Trim('"') ?? "Linux",
            File.ReadAllText("/proc/loadavg").Split(' ')[0]
        );

    internal string Describe() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor}, {Processors} processors; Linux {Kernel}, {System}; iperf3: {Installed.FirstLine("iperf3", "--version")}"
        );

    static string? Value(string file, string key) =>
        File.ReadLines(file)
            .FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))
            ?.Split([':', '='], 2)[1]
            .Trim();
}

using BenchmarkDotNet.Reports;

namespace Weft.Bench;

/// <summary>The rule for what runs per packet: nothing is allocated.</summary>
static class PacketPath
{
    /// <summary>The category of benchmarks that the rule is for.</summary>
    internal const string Category = "packet path";

    /// <summary>Names what allocates, or could not be measured, on standard error; false when there is any.</summary>
    internal static bool AllocatesNothing(IEnumerable<Summary> summaries)
    {
        bool good = true;
        foreach (BenchmarkReport report in summaries.SelectMany(summary => summary.Reports))
        {
            if (!report.BenchmarkCase.Descriptor.HasCategory(Category))
                continue;
            long? bytes = report.Success ? report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) : null;
            if (bytes == 0)
                continue;
            good = false;
            string what = bytes is null ? "could not be measured" : $"allocates {bytes} bytes each time";
            Console.Error.WriteLine($"{report.BenchmarkCase.DisplayInfo}: is on the packet path and {what}");
        }
        return good;
    }
}

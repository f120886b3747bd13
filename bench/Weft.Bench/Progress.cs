using System.Globalization;
using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Weft.Bench;

/// <summary>Says on standard error what each benchmark gave as soon as it is over.</summary>
sealed class Progress : EventProcessor
{
    public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report)
    {
        string mean = report.ResultStatistics?.Mean.ToString("N1", CultureInfo.InvariantCulture) ?? "failed";
        string with = benchmarkCase.HasParameters ? $" ({benchmarkCase.Parameters.DisplayInfo})" : "";
        Console.Error.WriteLine($"{benchmarkCase.Descriptor.GetFilterName()}{with}: {mean} ns");
    }
}

using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Weft.Bench;
using Weft.Bench.Crypto;

if (args is ["race"])
{
    CipherRace.Run();
    return 0;
}

// Short turns in this process: a hundred benchmarks in a few minutes. Ratios hold; the last percent does not.
Job job = Job
    .Default.WithToolchain(InProcessEmitToolchain.Instance)
    .WithWarmupCount(6)
    .WithIterationCount(7)
    .WithIterationTime(TimeInterval.FromMilliseconds(50));
bool isList = args.Contains("--list");
ManualConfig config = ManualConfig
    .CreateEmpty()
    .AddJob(job)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddDiagnoser(new MemoryDiagnoser(new MemoryDiagnoserConfig(displayGenColumns: false)))
    .HideColumns(Column.Error, Column.StdDev, Column.Median, Column.RatioSD, Column.AllocRatio)
    .AddEventProcessor(new Progress())
    .AddLogger(isList ? ConsoleLogger.Default : NullLogger.Instance)
    .WithArtifactsPath(Path.Combine("artifacts", "bench", "micro"));
if (args.Length == 0)
    args = ["--filter", "*"];
Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config)];
foreach (Summary summary in summaries)
    MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default);
return isList || (summaries.Length > 0 && PacketPath.AllocatesNothing(summaries)) ? 0 : 1;

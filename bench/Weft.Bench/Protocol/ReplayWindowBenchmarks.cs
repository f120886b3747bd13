using BenchmarkDotNet.Attributes;
using Weft.Protocol;

namespace Weft.Bench.Protocol;

/// <summary>One counter through the replay window: in order, each pair swapped, and all of them seen before.</summary>
[BenchmarkCategory(PacketPath.Category)]
public class ReplayWindowBenchmarks
{
    const int Counters = 1024;

    readonly ReplayWindow _window = new();
    ulong _next;

    [Benchmark(OperationsPerInvoke = Counters)]
    public int In_order() => Take(0);

    [Benchmark(OperationsPerInvoke = Counters)]
    public int Swapped() => Take(1);

    [Benchmark(OperationsPerInvoke = Counters)]
    public int Replayed()
    {
        int refused = 0;
        _window.TryAccept(_next + Counters);
        for (ulong i = 0; i < Counters; i++)
            refused += _window.TryAccept(_next + Counters) ? 0 : 1;
        return refused;
    }

    int Take(ulong swap)
    {
        int accepted = 0;
        for (ulong i = 0; i < Counters; i++)
            accepted += _window.TryAccept(_next + (i ^ swap)) ? 1 : 0;
        _next += Counters;
        return accepted;
    }
}

using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Weft.Device;

namespace Weft.Bench.Device;

/// <summary>The Internet checksum: alone, fused with a copy, and a copy alone to compare with.</summary>
[BenchmarkCategory(PacketPath.Category)]
public class ChecksumBenchmarks
{
    byte[] _source = [];
    byte[] _destination = [];

    [Params(20, 64, 1368, 65_000)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _source = RandomNumberGenerator.GetBytes(Size);
        _destination = new byte[Size];
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _source.AsSpan().CopyTo(_destination);

    [Benchmark]
    public ulong Add() => InternetChecksum.Add(0, _source);

    [Benchmark]
    public ulong AddAndCopy() => InternetChecksum.AddAndCopy(0, _source, _destination);
}

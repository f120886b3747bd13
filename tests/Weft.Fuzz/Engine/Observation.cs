using System.Diagnostics.CodeAnalysis;
using Weft.Linux.Interop;

namespace Weft.Fuzz;

/// <summary>
/// What one run did: the things that happened, in order, and what it cost. Things that happen again and again are told apart
/// by their number's power of two, and by what happened right before: an input that does something new is told from one
/// that does the old again. Stands in for coverage, which .NET does not give cheaply. Its fuzzer's, used for every run.
/// </summary>
sealed class Observation
{
    const ulong Prime = 0x100000001B3;

    readonly Dictionary<ulong, int> _counts = [];
    ulong _last;
    long _startBytes;
    long _startTime;

    /// <summary>Bytes that the code under fuzz allocated.</summary>
    public long Memory { get; private set; }

    /// <summary>Processor time that the code under fuzz took, on this thread.</summary>
    public TimeSpan Time { get; private set; }

    public void Clear()
    {
        _counts.Clear();
        _last = 0;
        Memory = 0;
        Time = TimeSpan.Zero;
    }

    public void Saw(string what)
    {
        ulong feature = Hash(what);
        Count(feature);
        _counts[_last * Prime ^ feature] = 1;
        _last = feature;
    }

    /// <summary>With an amount, of which the power of two counts.</summary>
    public void Saw(string what, long amount)
    {
        ulong feature = Hash(what) ^ (ulong)Magnitude(amount) * 0x9E3779B97F4A7C15;
        Count(feature);
    }

    /// <summary>All that was seen, one number for each thing.</summary>
    public IEnumerable<ulong> Features
    {
        get
        {
            foreach ((ulong feature, int count) in _counts)
                yield return feature * Prime ^ (ulong)Magnitude(count);
        }
    }

    /// <summary>Costs count from here to the end of what is returned: <c>using (seen.Measure())</c>.</summary>
    public Measurement Measure()
    {
        _startTime = ProcessorTime();
        _startBytes = GC.GetAllocatedBytesForCurrentThread();
        return new Measurement(this);
    }

    void Stop()
    {
        Memory += GC.GetAllocatedBytesForCurrentThread() - _startBytes;
        Time += TimeSpan.FromMicroseconds((ProcessorTime() - _startTime) / 1000);
    }

    void Count(ulong feature) => _counts[feature] = _counts.GetValueOrDefault(feature) + 1;

    static int Magnitude(long amount) => amount <= 0 ? 0 : 1 + (int)long.Log2(amount);

    static ulong Hash(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char c in text)
            hash = (hash ^ c) * Prime;
        return hash;
    }

    static unsafe long ProcessorTime()
    {
        const int CLOCK_THREAD_CPUTIME_ID = 3;
        timespec time;
        _ = Linux.Interop.Time.clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return time.tv_sec * 1_000_000_000L + time.tv_nsec;
    }

    [SuppressMessage("Design", "CA1001", Justification = "Disposing of it ends a measurement.")]
    public readonly ref struct Measurement(Observation observation)
    {
        public void Dispose() => observation.Stop();
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Protocol;

/// <summary>
/// How many handshakes one source may have answered while we are under load (paper section 5.3): a bucket of 5 refilled
/// at 20 a second, for each IPv4 address and each IPv6 /64. At most 65,536 sources are remembered, for a second after
/// their last message; beyond that all others wait. The node owns it, under its gate.
/// </summary>
sealed class SourceLimiter
{
    internal const int MaximumSources = 65_536;
    internal const int Burst = 5;

    /// <summary>At 20 a second.</summary>
    const long CostNanoseconds = 1_000_000_000 / 20;
    const long FullNanoseconds = CostNanoseconds * Burst;

    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    readonly Dictionary<Source, Bucket> _buckets = [];
    Instant _nextSweep = Instant.Never;

    internal int Count => _buckets.Count;

    /// <summary>When <see cref="Sweep"/> has something to do; Never when the table is empty.</summary>
    internal Instant NextSweep => _nextSweep;

    internal bool TryTake(Instant now, in Endpoint from)
    {
        Sweep(now);
        Source source = new(from.IsIPv6, from.IsIPv6 ? from.Address >> 64 : from.Address);
        ref Bucket known = ref CollectionsMarshal.GetValueRefOrNullRef(_buckets, source);
        if (!Unsafe.IsNullRef(ref known))
            return known.TryTake(now);
        if (_buckets.Count >= MaximumSources)
            return false;
        if (_buckets.Count == 0)
            _nextSweep = now + SweepInterval;
        _buckets.Add(source, new Bucket(now, FullNanoseconds - CostNanoseconds));
        return true;
    }

    /// <summary>Forgets, once a second, the sources of which nothing came for a second: their buckets are full again.</summary>
    internal void Sweep(Instant now)
    {
        if (now < _nextSweep)
            return;
        foreach ((Source source, Bucket bucket) in _buckets)
        {
            if (now - bucket.Last >= SweepInterval)
                _buckets.Remove(source);
        }
        if (_buckets.Count > 0)
        {
            _nextSweep = now + SweepInterval;
            return;
        }
        _buckets.TrimExcess();
        _nextSweep = Instant.Never;
    }

    readonly record struct Source(bool IsIPv6, UInt128 Prefix);

    struct Bucket(Instant last, long tokens)
    {
        long _tokens = tokens;

        internal Instant Last { get; private set; } = last;

        internal bool TryTake(Instant now)
        {
            _tokens = Math.Min(FullNanoseconds, _tokens + (now.Nanoseconds - Last.Nanoseconds));
            Last = now;
            if (_tokens < CostNanoseconds)
                return false;
            _tokens -= CostNanoseconds;
            return true;
        }
    }
}

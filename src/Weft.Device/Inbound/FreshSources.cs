using System.Security.Cryptography;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Tells a source that has sent nothing for a while from one that keeps sending: each IPv4 address, each IPv6 /64. Two
/// tables of fixed size at secret places: a source that shares its places with others may be taken for one that keeps
/// sending, and nothing worse. Any thread, no lock; part of a <see cref="HandshakeQueue"/>.
/// </summary>
/// <param name="silence">How long a source has sent nothing that is fresh.</param>
sealed class FreshSources(TimeSpan silence)
{
    const int PlaceBits = 16;

    /// <summary>When what stands at a place is fresh again.</summary>
    readonly long[] _first = new long[1 << PlaceBits];

    readonly long[] _second = new long[1 << PlaceBits];
    readonly ulong _secret = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>Whether the source has been silent; takes note that it has now.</summary>
    public bool Take(Instant now, in Endpoint from)
    {
        ulong hash = Mix((ulong)(from.IsIPv6 ? from.Address >> 64 : from.Address) ^ _secret);
        ref long first = ref _first[hash >> (64 - PlaceBits)];
        ref long second = ref _second[hash & ((1 << PlaceBits) - 1)];
        bool isFresh = now.Nanoseconds >= Volatile.Read(ref first) || now.Nanoseconds >= Volatile.Read(ref second);
        long again = (now + silence).Nanoseconds;
        Volatile.Write(ref first, again);
        Volatile.Write(ref second, again);
        return isFresh;
    }

    static ulong Mix(ulong value)
    {
        const ulong golden = 0x9E3779B97F4A7C15;
        value *= golden;
        value ^= value >> 32;
        value *= golden;
        return value ^ (value >> 29);
    }
}

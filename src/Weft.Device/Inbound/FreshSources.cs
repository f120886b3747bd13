using System.Security.Cryptography;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Tells a source that has sent nothing for a while from one that keeps sending: each IPv4 address, each IPv6 /64. Each has a
/// secret place in every one of a few tables of fixed size. One that shares all of them with others may be taken for one that
/// keeps sending, and nothing worse: beside 8,000 that do, two in 10,000. Any thread, no lock; part of a <see
/// cref="HandshakeQueue"/>.
/// </summary>
/// <param name="silence">How long a source has sent nothing that is fresh.</param>
sealed class FreshSources(TimeSpan silence)
{
    /// <summary>As many as a hash of 64 bits has places for. With two, 130 in 10,000 were shut out beside 8,000.</summary>
    internal const int Tables = 4;

    internal const int PlaceBits = 16;

    /// <summary>When what stands at a place is fresh again; one table behind the other.</summary>
    readonly long[] _again = new long[Tables << PlaceBits];

    readonly ulong _secret = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>Whether the source has been silent; takes note that it has now.</summary>
    public bool Take(Instant now, in Endpoint from)
    {
        ulong hash = Mix((ulong)(from.IsIPv6 ? from.Address >> 64 : from.Address) ^ _secret);
        long again = (now + silence).Nanoseconds;
        bool isFresh = false;
        for (int i = 0; i < Tables; i++)
        {
            int place = (int)(hash >> (i * PlaceBits)) & ((1 << PlaceBits) - 1);
            ref long old = ref _again[(i << PlaceBits) + place];
            isFresh |= now.Nanoseconds >= Volatile.Read(ref old);
            Volatile.Write(ref old, again);
        }
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

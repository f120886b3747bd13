using System.Net;
using System.Net.Sockets;

namespace Weft.Mesh;

/// <summary>Finds private prefixes that nobody in a mesh has, to name in a way out. Each that it names is taken from then on.</summary>
sealed class FreePrefixes(IEnumerable<IpRange> taken)
{
    static readonly IpRange[] s_pools =
    [
        // Rare in homes and offices, so least likely to be taken by what the mesh does not know of.
        new(AddressFamily.InterNetwork, Number("10.201.0.0"), Number("10.254.255.255")),
        IpRange.Of(IPNetwork.Parse("10.0.0.0/8")),
        IpRange.Of(IPNetwork.Parse("172.16.0.0/12")),
        IpRange.Of(IPNetwork.Parse("192.168.0.0/16")),
        IpRange.Of(IPNetwork.Parse("fdc9::/16")),
    ];

    readonly List<IpRange> _taken = [.. taken];

    /// <summary>Null when none is left.</summary>
    internal IPNetwork? Next(AddressFamily family, int length)
    {
        foreach (IpRange pool in s_pools)
        {
            if (pool.Family == family && NextIn(pool, length) is { } found)
                return found;
        }
        return null;
    }

    IPNetwork? NextIn(IpRange pool, int length)
    {
        UInt128 size = UInt128.One << (IpRange.BitsOf(pool.Family) - length);
        UInt128 first = AlignedUp(pool.First, size);
        while (first + (size - 1) <= pool.Last)
        {
            IpRange candidate = new(pool.Family, first, first + (size - 1));
            int rival = _taken.FindIndex(t => t.Overlaps(candidate));
            if (rival < 0)
            {
                _taken.Add(candidate);
                return new IPNetwork(IpRange.AddressOf(pool.Family, first), length);
            }
            first = AlignedUp(_taken[rival].Last + 1, size);
        }
        return null;
    }

    static UInt128 AlignedUp(UInt128 number, UInt128 size) => (number + (size - 1)) / size * size;

    static UInt128 Number(string address) => IpRange.NumberOf(IPAddress.Parse(address));
}

using System.Net;
using Weft.Protocol;

namespace Weft.Attack;

/// <summary>The addresses of a range, by number. An IPv6 range is walked by /64s, for that is what a limit counts.</summary>
sealed class SourceRange
{
    /// <summary>Hosts of each /64.</summary>
    const int HostsPerPrefix = 16;

    readonly UInt128 _base;
    readonly bool _isIPv6;

    internal SourceRange(IPNetwork range)
    {
        Endpoint first = Endpoint.From(new IPEndPoint(range.BaseAddress, 0));
        _base = first.Address;
        _isIPv6 = first.IsIPv6;
        int free = _isIPv6 ? 64 - range.PrefixLength : 32 - range.PrefixLength;
        Count = (1 << Math.Clamp(free, 0, 20)) * (_isIPv6 ? HostsPerPrefix : 1);
    }

    internal int Count { get; }

    internal UInt128 this[int number] =>
        _isIPv6
            ? _base + ((UInt128)(number / HostsPerPrefix) << 64) + (UInt128)(number % HostsPerPrefix + 1)
            : _base + (UInt128)number;

    /// <summary>The number of an address of the range.</summary>
    internal int NumberOf(UInt128 address)
    {
        UInt128 offset = address - _base;
        return _isIPv6 ? (int)(offset >> 64) * HostsPerPrefix + (int)(ulong)offset - 1 : (int)offset;
    }
}

using System.Globalization;
using System.Net;

namespace Weft.Linux.Netlink;

/// <summary>A route (RTM_NEWROUTE), unicast unless it says otherwise.</summary>
public sealed record Route
{
    /// <summary>RT_TABLE_MAIN.</summary>
    public const uint MainTable = 254;

    public required IPNetwork Destination { get; init; }

    public RouteKind Kind { get; init; } = RouteKind.Unicast;

    /// <summary>The interface; 0 when the route has several ways or none.</summary>
    public int LinkIndex { get; init; }

    public IPAddress? Gateway { get; init; }

    public uint Table { get; init; } = MainTable;

    /// <summary>Who made it (RTPROT_…): 2 the kernel, 3 a plain <c>ip route</c>, 4 an administrator.</summary>
    public byte Protocol { get; init; }

    /// <summary>The metric; the smaller wins. IPv6 turns 0 into 1024.</summary>
    public uint Priority { get; init; }

    /// <summary>The address that packets leave with when nothing else chose one.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>RTAX_MTU; 0 when the route sets none.</summary>
    public int Mtu { get; init; }

    public override string ToString()
    {
        string table = Table == MainTable ? "" : string.Create(CultureInfo.InvariantCulture, $" table {Table}");
        return $"{Destination}{table}";
    }
}

/// <summary>What becomes of the packets of a route (RTN_…).</summary>
public enum RouteKind : byte
{
    Unicast = 1,

    /// <summary>They are for this host.</summary>
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,

    /// <summary>Dropped without a word.</summary>
    Blackhole = 6,

    /// <summary>Refused, as for a host that is not there.</summary>
    Unreachable = 7,

    /// <summary>Refused, as forbidden.</summary>
    Prohibit = 8,
}

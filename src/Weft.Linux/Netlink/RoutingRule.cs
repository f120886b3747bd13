using System.Globalization;
using System.Text;

namespace Weft.Linux.Netlink;

/// <summary>A rule of policy routing that sends packets to a table (RTM_NEWRULE).</summary>
public sealed record RoutingRule
{
    public required bool IsIPv6 { get; init; }

    public required uint Table { get; init; }

    /// <summary>The smaller is tried first; null lets the kernel choose one before the main table's.</summary>
    public uint? Priority { get; init; }

    /// <summary>Only packets with this mark; null for any.</summary>
    public uint? FirewallMark { get; init; }

    /// <summary>The rule holds for packets that do not match (FIB_RULE_INVERT).</summary>
    public bool IsInverted { get; init; }

    /// <summary>Pass over routes of the table with a prefix this short or shorter; null for none.</summary>
    public int? SuppressedPrefixLength { get; init; }

    /// <summary>Who made it (FRA_PROTOCOL, Linux 4.17); 0 when not said.</summary>
    public byte Protocol { get; init; }

    public override string ToString()
    {
        StringBuilder text = new();
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (IsInverted)
            text.Append("not ");
        if (FirewallMark is { } mark)
            text.Append(culture, $"fwmark 0x{mark:x} ");
        text.Append(culture, $"table {(Table == Route.MainTable ? "main" : Table)}");
        if (SuppressedPrefixLength is { } length)
            text.Append(culture, $" suppress_prefixlength {length}");
        return text.ToString();
    }
}

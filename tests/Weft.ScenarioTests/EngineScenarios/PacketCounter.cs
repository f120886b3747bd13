using System.Globalization;
using System.Text.RegularExpressions;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>Counts the packets of a host that meet a condition in nftables' words, without touching them.</summary>
sealed partial class PacketCounter
{
    readonly Host _host;
    readonly string _table;

    PacketCounter(Host host, string table) => (_host, _table) = (host, table);

    /// <param name="hook">A hook such as <c>input</c>.</param>
    /// <param name="condition">For example <c>udp dport 51820 ip dscp af41</c>.</param>
    /// <param name="change">What is done to what was counted, such as <c>ip ecn set ce</c>; nothing unless given.</param>
    internal static PacketCounter Add(Host host, string hook, string condition, string change = "")
    {
        string table = string.Create(CultureInfo.InvariantCulture, $"count{Guid.NewGuid():N}");
        host.Run(
            "nft",
            $$"""
            table inet {{table}} {
              counter seen { }
              chain look { type filter hook {{hook}} priority raw; {{condition}} counter name seen {{change}}; }
            }
            """
        );
        return new PacketCounter(host, table);
    }

    /// <summary>Packets up to now. What the kernel carried as one (GSO, GRO) counts as one.</summary>
    internal long Packets =>
        long.Parse(
            CounterLine().Match(_host.Run("nft", "list", "counter", "inet", _table, "seen")).Groups[1].Value,
            CultureInfo.InvariantCulture
        );

    internal void Remove() => _host.Run("nft", "delete", "table", "inet", _table);

    [GeneratedRegex("packets ([0-9]+)")]
    private static partial Regex CounterLine();
}

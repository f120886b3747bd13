using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weft.Control;

namespace Weft.Fuzz.Targets;

/// <summary>
/// The ruleset as <c>nft -j</c> prints it: whatever it says, what we would run is our own few commands about our own chains,
/// and nothing that it says becomes a command.
/// </summary>
sealed partial class NftTarget : ITarget
{
    const string Wg0 = "wg0";

    public TargetShape Shape { get; } =
        new("nft")
        {
            IsText = true,
            MaxLength = 8 << 10,
            BriefRuns = 10_000,
            Budget = new(128 << 10, 1000),
            Words = Words.Of([
                "{\"nftables\": [",
                "]}",
                "{\"chain\": {\"family\": \"inet\", \"table\": \"home\", \"name\": \"input\", \"type\": \"filter\", \"hook\": \"input\", \"policy\": \"drop\"}},",
                "{\"chain\": {\"family\": \"ip\", \"table\": \"filter\", \"name\": \"FORWARD\", \"type\": \"filter\", \"hook\": \"forward\", \"policy\": \"accept\"}},",
                "{\"chain\": {\"family\": \"inet\", \"table\": \"home\", \"name\": \"WEFT-wg0-IN\"}},",
                "{\"rule\": {\"family\": \"inet\", \"table\": \"home\", \"chain\": \"input\", \"handle\": 6, \"expr\": [{\"jump\": {\"target\": \"WEFT-wg0-IN\"}}]}},",
                "{\"rule\": {\"family\": \"inet\", \"table\": \"home\", \"chain\": \"WEFT-wg0-IN\", \"handle\": 8, \"expr\": [",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"udp\", \"field\": \"dport\"}}, \"right\": 51820}},",
                "{\"match\": {\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"iifname\"}}, \"right\": \"wg0\"}},",
                "{\"accept\": null}",
                "{\"reject\": null}",
                "{\"drop\": null}",
                "{\"counter\": {\"packets\": 0, \"bytes\": 0}},",
                "\"handle\": ",
                "\"right\": ",
                "\"left\": ",
                "\"expr\": ",
                "\"a\\nflush ruleset\"",
                "\"; flush ruleset\"",
                "\"\\ud800\"",
                "null",
                "[]",
                "{}",
                "1.5",
                "18446744073709551616",
                ",",
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        string text = Encoding.UTF8.GetString(input);
        Nftables nft;
        try
        {
            using (seen.Measure())
                nft = Nftables.Read("nft", text);
        }
        catch (JsonException)
        {
            seen.Saw("refused");
            return;
        }
        foreach (bool iptables in (bool[])[false, true])
        {
            seen.Saw("obstacles", nft.Obstacles(iptables).Length);
            Check(nft.Put(new FirewallWish(Wg0, 51820, 1420), iptables), "put", seen);
            Check(nft.Take(Wg0, iptables), "take", seen);
        }
    }

    static void Check(FirewallChange? change, string what, Observation seen)
    {
        seen.Saw($"{what} {change is null}");
        if (change is null)
            return;
        foreach (string line in $"{change.Input}{change.Undo}".Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            seen.Saw($"{what} {line.Split(' ')[0]} {line.Split(' ')[1]}");
            Rule.Holds(Ours().IsMatch(line), "a command is one of ours", line);
        }
    }

    [GeneratedRegex(
        @"\A(((add|flush|delete) chain|add rule) [\w./-]+ [\w./-]+ WEFT-wg0-(IN|FWD)( [\w./ ""-]+)?"
            + @"|add rule [\w./-]+ [\w./-]+ WEFT-wg0-FWD [io]ifname ""wg0"" meta nfproto ipv[46] tcp flags & \(syn \| rst\) == syn "
            + @"tcp option maxseg size set [0-9]+ comment ""weft: [\w ]+"""
            + @"|insert rule [\w./-]+ [\w./-]+ [\w./-]+ jump WEFT-wg0-(IN|FWD)"
            + @"|delete rule [\w./-]+ [\w./-]+ [\w./-]+ handle -?[0-9]+)\z"
    )]
    private static partial Regex Ours();
}

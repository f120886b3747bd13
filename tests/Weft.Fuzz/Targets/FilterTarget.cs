using System.Net;
using System.Text;
using System.Text.Json;
using Weft.Control;

namespace Weft.Fuzz.Targets;

/// <summary>
/// The whole firewall as <c>nft -j</c> or <c>iptables-save</c> prints it, as the doctor reads it: every packet gets an answer,
/// in time, and what drops one can be named.
/// </summary>
sealed class FilterTarget : ITarget
{
    static readonly FilterPacket[] Packets =
    [
        new("udp", IPAddress.Parse("192.0.2.9"), IPAddress.Parse("203.0.113.2"))
        {
            Input = "eth0",
            SourcePort = 40000,
            DestinationPort = 51820,
        },
        new("icmp", IPAddress.Parse("10.0.3.10"), IPAddress.Parse("10.0.1.10")) { Input = "wg0", Output = "lan" },
        new("tcp", IPAddress.Parse("10.0.1.10"), IPAddress.Parse("10.0.3.10"))
        {
            Input = "lan",
            Output = "wg0",
            SourcePort = 22,
            DestinationPort = 40000,
            IsAnswer = true,
        },
        new("icmpv6", IPAddress.Parse("fd77::1"), IPAddress.Parse("fd77::2")) { Output = "wg0" },
    ];

    public TargetShape Shape { get; } =
        new("filter")
        {
            IsText = true,
            MaxLength = 8 << 10,
            BriefRuns = 5_000,
            Budget = new(256 << 10, 2000),
            Words = Words.Of([
                "{\"nftables\": [",
                "]}",
                "{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"in\", \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"drop\"}},",
                "{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"a\"}},",
                "{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"in\", \"handle\": 8, \"expr\": [",
                "{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"a\", \"expr\": [{\"jump\": {\"target\": \"a\"}}]}},",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"udp\", \"field\": \"dport\"}}, \"right\": {\"range\": [1, 60000]}}},",
                "{\"match\": {\"op\": \"!=\", \"left\": {\"meta\": {\"key\": \"iifname\"}}, \"right\": {\"set\": [\"wg0\", \"eth*\"]}}},",
                "{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": \"state\"}}, \"right\": [\"established\", \"related\"]}},",
                "{\"match\": {\"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}, \"right\": {\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": 8}}}},",
                "{\"goto\": {\"target\": \"a\"}},",
                "{\"accept\": null}",
                "{\"drop\": null}",
                "{\"vmap\": null}",
                "]}},",
                "\"\\ud800\"",
                "*filter\n",
                "*raw\n",
                ":INPUT DROP [0:0]\n",
                ":FORWARD DROP [0:0]\n",
                ":a - [0:0]\n",
                "-A INPUT -j a\n",
                "-A a -j a\n",
                "-A FORWARD -i wg+ ! -o lan -p tcp -m tcp --sport 1:1024 -g a\n",
                "-A a -s 10.0.0.0/8 -m conntrack --ctstate NEW,ESTABLISHED -j DROP\n",
                "-A a -m comment --comment \"a b\" -m limit --limit 5/s -j RETURN\n",
                "-A INPUT -p udp -m multiport --dports 53,51820 -j ACCEPT\n",
                "COMMIT\n",
                .. Words.Addresses,
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        string text = Encoding.UTF8.GetString(input);
        List<FilterChain> chains = [];
        List<FilterVerdict> verdicts = [];
        try
        {
            using (seen.Measure())
            {
                chains.AddRange(
                    text.StartsWith('{')
                        ? NftFilter.Read(text, iptables: false)
                        : [.. IptablesFilter.Read(text, v6: false), .. IptablesFilter.Read(text, v6: true)]
                );
                PacketFilter filter = new(chains);
                verdicts.AddRange(Packets.Select(filter.Ask));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What whoever runs the tool passes over.
            seen.Saw("refused");
            return;
        }
        seen.Saw("chains", chains.Count);
        foreach (FilterAction action in Enum.GetValues<FilterAction>())
            seen.Saw($"{action}", chains.Sum(chain => chain.Rules.Count(rule => rule.Action == action)));
        foreach (bool? means in (bool?[])[false, true, null])
            seen.Saw($"means {means}", chains.Sum(c => c.Rules.Count(rule => rule.Means(Packets[0]) == means)));
        foreach (FilterVerdict verdict in verdicts)
        {
            seen.Saw($"{verdict.Passes}");
            Rule.Holds(verdict.Passes == true == verdict.Rule is null, "what may drop a packet is named");
        }
    }
}

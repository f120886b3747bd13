using System.Net;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

/// <summary>What the rules of both tools do with a packet that is only asked about.</summary>
public sealed class PacketFilterTests
{
    static readonly FilterPacket s_call = new("udp", IPAddress.Parse("198.51.100.2"), IPAddress.Parse("203.0.113.2"))
    {
        Input = "wan",
        SourcePort = 51820,
        DestinationPort = 51820,
    };

    [Theory]
    [InlineData("-A INPUT -p udp -m udp --dport 51820 -j DROP", false)]
    [InlineData("-A INPUT -p udp -m udp --dport 51821 -j DROP", true)]
    [InlineData("-A INPUT -p udp -m multiport --dports 53,51000:52000 -j DROP", false)]
    [InlineData("-A INPUT ! -i wan -p udp -j DROP", true)]
    [InlineData("-A INPUT -i wa+ -j REJECT --reject-with icmp-port-unreachable", false)]
    [InlineData("-A INPUT -s 198.51.100.0/24 -j DROP", false)]
    [InlineData("-A INPUT ! -s 198.51.100.0/24 -j DROP", true)]
    [InlineData("-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -j DROP", false)]
    [InlineData("-A INPUT -p udp -m comment --comment \"keep -j out\" -j ACCEPT\n-A INPUT -j DROP", true)]
    [InlineData("-A INPUT -j LOG --log-prefix \"x \"\n-A INPUT -p tcp -j DROP", true)]
    [InlineData("-A INPUT -m limit --limit 5/sec -j DROP", null)]
    [InlineData("-A INPUT -m limit --limit 5/sec -j ACCEPT\n-A INPUT -j DROP", null)]
    [InlineData("-A INPUT -j mine\n-A INPUT -j DROP\n-A mine -p udp -j ACCEPT", true)]
    [InlineData("-A INPUT -j mine\n-A mine -p tcp -j RETURN\n-A mine -j DROP", false)]
    [InlineData("-A INPUT -j mine\n-A mine -p udp -j RETURN\n-A mine -j DROP", true)]
    [InlineData("-A INPUT -g mine\n-A INPUT -j DROP\n-A mine -p tcp -j DROP", true)]
    public void Rules_of_iptables_are_followed_as_far_as_they_are_known(string rules, bool? passes)
    {
        string text = $"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:mine - [0:0]\n{rules}\nCOMMIT\n";
        FilterVerdict verdict = new PacketFilter(IptablesFilter.Read(text, v6: false)).Ask(s_call);
        Assert.Equal(passes, verdict.Passes);
        Assert.Equal(passes == true, verdict.Rule is null);
    }

    [Fact]
    public void A_policy_and_the_tables_before_the_filter_drop_as_well()
    {
        string policy = "*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n";
        Assert.Equal(
            new FilterVerdict(false, "iptables chain INPUT: policy drop"),
            new PacketFilter(IptablesFilter.Read(policy, v6: false)).Ask(s_call)
        );

        string raw = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j DROP\nCOMMIT\n";
        Assert.Equal(
            "iptables -t raw chain PREROUTING: -A PREROUTING -p udp -j DROP",
            new PacketFilter(IptablesFilter.Read(raw, v6: false)).Ask(s_call).Rule
        );
        Assert.True(new PacketFilter(IptablesFilter.Read(raw, v6: true)).Ask(s_call).Passes);
    }

    [Theory]
    [InlineData(
        """{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":51820}},{"drop":null}""",
        false
    )]
    [InlineData("""{"match":{"op":"!=","left":{"meta":{"key":"iifname"}},"right":"wan"}},{"drop":null}""", true)]
    [InlineData(
        """{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":{"set":[53,{"range":[51000,52000]}]}}},{"counter":{"packets":1,"bytes":9}},{"drop":null}""",
        false
    )]
    [InlineData(
        """{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"prefix":{"addr":"198.51.100.0","len":24}}}},{"reject":{"type":"icmp"}}""",
        false
    )]
    [InlineData(
        """{"match":{"op":"==","left":{"payload":{"protocol":"ip6","field":"saddr"}},"right":"fd00::1"}},{"drop":null}""",
        true
    )]
    [InlineData(
        """{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}},{"drop":null}""",
        true
    )]
    [InlineData(
        """{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"@bad"}},{"drop":null}""",
        null
    )]
    [InlineData(
        """{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":51820}},{"drop":null}""",
        true
    )]
    [InlineData("""{"limit":{"rate":5,"per":"second"}},{"drop":null}""", null)]
    [InlineData("""{"jump":{"target":"mine"}}""", true)]
    public void Rules_of_nft_are_followed_as_far_as_they_are_known(string expressions, bool? passes)
    {
        FilterVerdict verdict = new PacketFilter(NftFilter.Read(Nft("accept", expressions), iptables: true)).Ask(
            s_call
        );
        Assert.Equal(passes, verdict.Passes);
    }

    [Fact]
    public void A_rule_is_named_with_its_place_and_its_handle()
    {
        const string drop =
            """{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":51820}},{"drop":null}""";
        Assert.Equal(
            "nft table inet home chain in: udp dport 51820 drop (handle 7)",
            new PacketFilter(NftFilter.Read(Nft("accept", drop), iptables: true)).Ask(s_call).Rule
        );
        Assert.Equal(
            "nft table inet home chain in: policy drop",
            new PacketFilter(NftFilter.Read(Nft("drop", """{"counter":null}"""), iptables: true)).Ask(s_call).Rule
        );
    }

    static string Nft(string policy, string expressions) =>
        $$$"""
            {"nftables":[{"table":{"family":"inet","name":"home"}},
            {"chain":{"family":"inet","table":"home","name":"in","type":"filter","hook":"input","prio":0,"policy":"{{{policy}}}"}},
            {"chain":{"family":"inet","table":"home","name":"mine"}},
            {"rule":{"family":"inet","table":"home","chain":"in","handle":7,"expr":[{{{expressions}}}]}}]}
            """;
}

using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

public sealed class LanMappingTests
{
    static readonly LanMap s_map = new(IPNetwork.Parse("192.168.1.0/24"), IPNetwork.Parse("10.201.1.0/24"));
    static readonly LanMapping s_mapping = new("wg0", false, [s_map]);

    static NftGuards Nft(params string[] comments)
    {
        string rules = string.Concat(
            comments.Select(c =>
                $$$""", {"rule": {"family": "ip", "table": "weft-map-wg0", "chain": "in", "handle": 5, "expr": [], "comment": "{{{c}}}"}}"""
            )
        );
        string chain =
            """{"chain": {"family": "ip", "table": "weft-map-wg0", "name": "in", "type": "nat", "hook": "prerouting"}}""";
        string items = comments.Length == 0 ? "" : chain + rules;
        return new NftGuards("nft", Nftables.Read("nft", $$"""{"nftables": [{{items}}]}"""));
    }

    [Fact]
    public void Nft_gets_a_table_of_ours_once()
    {
        FirewallChange change = Nft().Map(s_mapping)!;

        Assert.Contains(
            "iifname \"wg0\" ip daddr 10.201.1.0/24 dnat ip prefix to ip daddr map { 10.201.1.0/24 : 192.168.1.0/24 }",
            change.Input
        );
        Assert.Contains(
            "oifname \"wg0\" ip saddr 192.168.1.0/24 snat ip prefix to ip saddr map { 192.168.1.0/24 : 10.201.1.0/24 }",
            change.Input
        );
        Assert.Equal("add table ip weft-map-wg0\ndelete table ip weft-map-wg0\n", change.Undo);
        Assert.Null(Nft([.. s_mapping.NftRemarks]).Map(s_mapping));
    }

    [Fact]
    public void Nft_loses_the_table_and_can_have_it_back()
    {
        FirewallChange change = Nft([.. s_mapping.NftRemarks]).Map(s_mapping with { Maps = [] })!;

        Assert.Equal("add table ip weft-map-wg0\ndelete table ip weft-map-wg0\n", change.Input);
        Assert.EndsWith(s_mapping.NftText(), change.Undo, StringComparison.Ordinal);
        Assert.Null(Nft().Map(s_mapping with { Maps = [] }));
    }

    [Fact]
    public void A_rule_that_somebody_took_out_comes_back() =>
        Assert.NotNull(Nft(s_mapping.NftRemarks[0]).Map(s_mapping));

    [Fact]
    public void Iptables_gets_rules_with_a_remark_before_those_of_others_and_only_they_go()
    {
        ImmutableArray<string> others = ["*nat", "-A POSTROUTING -o wan -j MASQUERADE", "COMMIT"];
        IptablesGuards before = new("iptables-restore", others);
        string[] rules = [.. s_mapping.IptablesRules().Select(r => r.Rule)];

        FirewallChange put = before.Map(s_mapping)!;
        Assert.Equal($"*nat\n-I {rules[0]}\n-I {rules[1]}\nCOMMIT\n", put.Input);
        Assert.Equal(
            "PREROUTING -d 10.201.1.0/24 -i wg0 -m comment --comment \"weft: mapped for wg0\" -j NETMAP --to 192.168.1.0/24",
            rules[0]
        );

        IptablesGuards after = new("iptables-restore", ["*nat", .. rules.Select(r => "-A " + r), .. others[1..]]);
        Assert.Null(after.Map(s_mapping));
        Assert.Equal($"*nat\n-D {rules[0]}\n-D {rules[1]}\nCOMMIT\n", after.Map(s_mapping with { Maps = [] })!.Input);
        Assert.Null(after.Map(new LanMapping("wg1", false, [])));
    }
}

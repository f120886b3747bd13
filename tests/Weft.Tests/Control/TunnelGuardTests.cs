using System.Net;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

public sealed class TunnelGuardTests
{
    static readonly TunnelGuard s_guard = new("wg0", false, 0xca6c, [IPAddress.Parse("10.7.0.1")]);

    // What nft 1.0.6 prints of the table.
    const string Listed = """
        {"nftables": [
        {"chain": {"family": "ip", "table": "wg-quick-wg0", "name": "preraw", "handle": 1, "type": "filter", "hook": "prerouting", "prio": -300, "policy": "accept"}},
        {"rule": {"family": "ip", "table": "wg-quick-wg0", "chain": "preraw", "handle": 4, "expr": [
          {"match": {"op": "!=", "left": {"meta": {"key": "iifname"}}, "right": "wg0"}},
          {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": "10.7.0.1"}},
          {"match": {"op": "!=", "left": {"fib": {"result": "type", "flags": ["saddr"]}}, "right": "local"}}, {"drop": null}]}},
        {"rule": {"family": "ip", "table": "wg-quick-wg0", "chain": "premangle", "handle": 5, "expr": [
          {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "udp"}},
          {"mangle": {"key": {"meta": {"key": "mark"}}, "value": {"ct": {"key": "mark"}}}}]}},
        {"rule": {"family": "ip", "table": "wg-quick-wg0", "chain": "postmangle", "handle": 6, "expr": [
          {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "udp"}},
          {"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": 51820}},
          {"mangle": {"key": {"ct": {"key": "mark"}}, "value": {"meta": {"key": "mark"}}}}]}}
        ]}
        """;

    static NftGuards Nft(string json) => new("nft", Nftables.Read("nft", json));

    [Fact]
    public void What_stands_in_nft_is_not_put_again_and_what_differs_replaces_it_and_can_go_back()
    {
        Assert.Null(Nft(Listed).Put(s_guard));

        FirewallChange change = Nft(Listed).Put(s_guard with { Mark = 7 })!;
        Assert.StartsWith("add table ip wg-quick-wg0\ndelete table ip wg-quick-wg0\ntable ip ", change.Input);
        Assert.Contains("meta mark 0x7 ", change.Input);
        Assert.EndsWith(s_guard.NftText(), change.Undo);
        Assert.NotNull(Nft(Listed).Put(s_guard with { Addresses = [] }));
    }

    [Fact]
    public void A_table_goes_only_where_there_is_one()
    {
        Assert.Equal(
            "add table ip wg-quick-wg0\ndelete table ip wg-quick-wg0\n",
            Nft(Listed).Take("wg0", false)!.Input
        );
        Assert.Null(Nft(Listed).Take("wg0", true));
        Assert.Null(Nft(Listed).Take("wg1", false));
        Assert.Equal(
            "add table ip6 wg-quick-wg0\ndelete table ip6 wg-quick-wg0\n",
            Nft("""{"nftables": []}""").Put(s_guard with { IsIPv6 = true })!.Undo
        );
    }

    [Fact]
    public void Iptables_gets_rules_with_a_remark_and_loses_those_alone()
    {
        const string others = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 192.0.2.1/32 -j ACCEPT\nCOMMIT";
        IptablesGuards before = new("iptables-restore", [.. others.Split('\n')]);
        FirewallChange put = before.Put(s_guard)!;
        Assert.Contains(
            "*raw\n-I PREROUTING -d 10.7.0.1/32 ! -i wg0 -m addrtype ! --src-type LOCAL "
                + "-m comment --comment \"wg-quick(8) rule for wg0\" -j DROP\nCOMMIT\n*mangle\n",
            put.Input
        );
        Assert.Equal(put.Input.Replace("-I ", "-D ", StringComparison.Ordinal), put.Undo);

        string stands = others + "\n" + put.Input.Replace("-I ", "-A ", StringComparison.Ordinal);
        IptablesGuards after = new("iptables-restore", [.. stands.Split('\n')]);
        Assert.Null(after.Put(s_guard));
        Assert.Equal(put.Undo, after.Take("wg0", false)!.Input);
        Assert.Null(after.Take("wg", false));
        Assert.Null(before.Take("wg0", false));
    }
}

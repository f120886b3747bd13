using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

public sealed class FirewallTests
{
    static readonly FirewallWish s_wish = new("wg0", 51820, 1420);

    const string Empty = """
        -P INPUT ACCEPT
        -P FORWARD ACCEPT
        -P OUTPUT ACCEPT
        """;

    const string Closed = """
        -P INPUT DROP
        -P FORWARD DROP
        -P OUTPUT ACCEPT
        -N guests
        -A INPUT -i lo -j ACCEPT
        -A FORWARD -j guests
        """;

    const string Ours = """
        -N WEFT-wg0-FWD
        -N WEFT-wg0-IN
        -A INPUT -j WEFT-wg0-IN
        -A FORWARD -j WEFT-wg0-FWD
        -A WEFT-wg0-FWD -i wg0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1380
        -A WEFT-wg0-FWD -o wg0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1380
        -A WEFT-wg0-FWD -i wg0 -j ACCEPT
        -A WEFT-wg0-FWD -o wg0 -j ACCEPT
        -A WEFT-wg0-IN -p udp -m udp --dport 51820 -j ACCEPT
        -A WEFT-wg0-IN -i wg0 -j ACCEPT
        """;

    [Fact]
    public void Iptables_gets_our_chains_and_a_jump_to_each_at_the_head()
    {
        FirewallChange change = Iptables(Closed).Put(s_wish, [])!;

        Assert.Equal(["-w", "5", "--noflush"], change.Arguments);
        Assert.Equal(
            """
            *filter
            :WEFT-wg0-IN - [0:0]
            -A WEFT-wg0-IN -p udp -m udp --dport 51820 -j ACCEPT
            -A WEFT-wg0-IN -i wg0 -j ACCEPT
            -I INPUT 1 -j WEFT-wg0-IN
            :WEFT-wg0-FWD - [0:0]
            -A WEFT-wg0-FWD -i wg0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1380
            -A WEFT-wg0-FWD -o wg0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1380
            -A WEFT-wg0-FWD -i wg0 -j ACCEPT
            -A WEFT-wg0-FWD -o wg0 -j ACCEPT
            -I FORWARD 1 -j WEFT-wg0-FWD
            COMMIT

            """,
            change.Input
        );
        Assert.Equal(
            """
            *filter
            -D INPUT -j WEFT-wg0-IN
            -F WEFT-wg0-IN
            -X WEFT-wg0-IN
            -D FORWARD -j WEFT-wg0-FWD
            -F WEFT-wg0-FWD
            -X WEFT-wg0-FWD
            COMMIT

            """,
            change.Undo
        );
    }

    [Fact]
    public void Iptables_that_stands_as_wished_is_left_alone()
    {
        Assert.Null(Iptables(Closed, Ours).Put(s_wish, []));
    }

    [Fact]
    public void A_lost_jump_a_changed_port_and_a_stray_rule_are_each_put_right()
    {
        string noJump = Ours.Replace("-A INPUT -j WEFT-wg0-IN\n", "", StringComparison.Ordinal);
        string otherPort = Ours.Replace("51820", "4000", StringComparison.Ordinal);
        string stray = Ours + "\n-A WEFT-wg0-IN -j DROP";

        Assert.Contains(
            "-I INPUT 1 -j WEFT-wg0-IN",
            Iptables(Closed, noJump).Put(s_wish, [])!.Input,
            StringComparison.Ordinal
        );
        FirewallChange port = Iptables(Closed, otherPort).Put(s_wish, [])!;
        Assert.DoesNotContain("-I ", port.Input, StringComparison.Ordinal);
        Assert.Contains("--dport 4000", port.Undo, StringComparison.Ordinal);
        Assert.NotNull(Iptables(Closed, stray).Put(s_wish, []));
    }

    [Fact]
    public void Ip6tables_leaves_room_for_the_longer_header()
    {
        Iptables table = new("/usr/sbin/ip6tables-restore", [.. Closed.Split('\n')]);

        Assert.Contains("-o wg0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1360", Input(table));
        Assert.DoesNotContain("1380", Input(table));

        static string Input(Iptables table) => table.Put(s_wish, [])!.Input;
    }

    [Fact]
    public void A_kernel_that_cannot_change_segment_sizes_gets_the_rest_and_that_is_enough()
    {
        FirewallChange change = Iptables(Closed).Put(s_wish, [])!;
        string[] lines = Ours.Split('\n');
        string without = string.Join('\n', lines.Where(l => !l.Contains("TCPMSS", StringComparison.Ordinal)));

        Assert.DoesNotContain("TCPMSS", change.Plain!.Input, StringComparison.Ordinal);
        Assert.Equal(change.Undo, change.Plain.Undo);
        Assert.Null(Iptables(Closed, without).Put(s_wish, []));
        Assert.NotNull(Iptables(Closed, Ours).Put(s_wish with { Mtu = 1320 }, []));
    }

    [Fact]
    public void Stop_takes_our_chains_and_every_jump_to_them_and_nothing_else()
    {
        FirewallChange change = Iptables(Closed, Ours, "-A guests -i eth7 -j WEFT-wg0-IN").Take("wg0")!;

        Assert.Equal(
            """
            *filter
            -D INPUT -j WEFT-wg0-IN
            -D guests -i eth7 -j WEFT-wg0-IN
            -F WEFT-wg0-IN
            -X WEFT-wg0-IN
            -D FORWARD -j WEFT-wg0-FWD
            -F WEFT-wg0-FWD
            -X WEFT-wg0-FWD
            COMMIT

            """,
            change.Input
        );
        Assert.Contains("-I guests 1 -i eth7 -j WEFT-wg0-IN", change.Undo, StringComparison.Ordinal);
    }

    [Fact]
    public void Chains_of_a_longer_name_are_another_interfaces()
    {
        string wg01 = Ours.Replace("wg0", "wg01", StringComparison.Ordinal);

        Assert.Null(Iptables(Closed, wg01).Take("wg0"));
        Assert.NotNull(Iptables(Closed, wg01).Put(s_wish, []));
    }

    [Fact]
    public void A_table_that_was_made_for_us_goes_with_the_last_of_ours()
    {
        Iptables made = Iptables(Empty, "-N WEFT", Ours);
        Iptables shared = Iptables(Empty, "-N WEFT", Ours, Ours.Replace("wg0", "wg1", StringComparison.Ordinal));

        Assert.EndsWith("-X WEFT\nCOMMIT\n", made.Take("wg0")!.Input, StringComparison.Ordinal);
        Assert.True(made.IsOursAlone("wg0"));
        Assert.DoesNotContain("-X WEFT\n", shared.Take("wg0")!.Input, StringComparison.Ordinal);
        Assert.False(shared.IsOursAlone("wg0"));
        Assert.False(Iptables(Closed, "-N WEFT", Ours).IsOursAlone("wg0"));
    }

    [Fact]
    public void A_host_that_filters_with_nothing_gets_iptables_marked_as_ours()
    {
        FirewallState host = new() { IPv4 = Iptables(Empty), Nft = Nft("") };

        FirewallChange change = Assert.Single(host.Put(s_wish));

        Assert.Contains(":WEFT - [0:0]", change.Input, StringComparison.Ordinal);
    }

    const string Table = """{"table": {"family": "inet", "name": "home", "handle": 1}}""";

    const string Dropping =
        Table
        + """
            ,{"chain": {"family": "inet", "table": "home", "name": "input", "handle": 1, "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}
            ,{"chain": {"family": "inet", "table": "home", "name": "fwd", "handle": 2, "type": "filter", "hook": "forward", "prio": 0, "policy": "accept"}}
            ,{"rule": {"family": "inet", "table": "home", "chain": "fwd", "handle": 3, "expr": [{"counter": {"packets": 0, "bytes": 0}}, {"reject": null}]}}
            """;

    [Fact]
    public void Nft_gets_a_chain_of_ours_beside_each_base_chain_that_drops()
    {
        FirewallState host = new() { IPv4 = Iptables(Empty), Nft = Nft(Dropping) };

        FirewallChange change = Assert.Single(host.Put(s_wish));

        Assert.Equal(
            """
            add chain inet home WEFT-wg0-IN
            flush chain inet home WEFT-wg0-IN
            add rule inet home WEFT-wg0-IN udp dport 51820 accept
            add rule inet home WEFT-wg0-IN iifname "wg0" accept
            insert rule inet home input jump WEFT-wg0-IN
            add chain inet home WEFT-wg0-FWD
            flush chain inet home WEFT-wg0-FWD
            add rule inet home WEFT-wg0-FWD iifname "wg0" meta nfproto ipv4 tcp flags & (syn | rst) == syn tcp option maxseg size set 1380 comment "weft: iifname ipv4 mss 1380"
            add rule inet home WEFT-wg0-FWD iifname "wg0" meta nfproto ipv6 tcp flags & (syn | rst) == syn tcp option maxseg size set 1360 comment "weft: iifname ipv6 mss 1360"
            add rule inet home WEFT-wg0-FWD oifname "wg0" meta nfproto ipv4 tcp flags & (syn | rst) == syn tcp option maxseg size set 1380 comment "weft: oifname ipv4 mss 1380"
            add rule inet home WEFT-wg0-FWD oifname "wg0" meta nfproto ipv6 tcp flags & (syn | rst) == syn tcp option maxseg size set 1360 comment "weft: oifname ipv6 mss 1360"
            add rule inet home WEFT-wg0-FWD iifname "wg0" accept
            add rule inet home WEFT-wg0-FWD oifname "wg0" accept
            insert rule inet home fwd jump WEFT-wg0-FWD

            """,
            change.Input
        );
    }

    const string NftOurs = """
        ,{"chain": {"family": "inet", "table": "home", "name": "WEFT-wg0-IN", "handle": 4}}
        ,{"chain": {"family": "inet", "table": "home", "name": "WEFT-wg0-FWD", "handle": 5}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "input", "handle": 6, "expr": [{"jump": {"target": "WEFT-wg0-IN"}}]}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "fwd", "handle": 7, "expr": [{"jump": {"target": "WEFT-wg0-FWD"}}]}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "WEFT-wg0-IN", "handle": 8, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 51820}}, {"accept": null}]}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "WEFT-wg0-IN", "handle": 9, "expr": [{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "wg0"}}, {"accept": null}]}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "WEFT-wg0-FWD", "handle": 20, "comment": "weft: iifname ipv4 mss 1380", "expr": [{"of this version": null}]}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "WEFT-wg0-FWD", "handle": 21, "comment": "weft: iifname ipv6 mss 1360", "expr": [{"of this version": null}]}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "WEFT-wg0-FWD", "handle": 22, "comment": "weft: oifname ipv4 mss 1380", "expr": [{"of this version": null}]}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "WEFT-wg0-FWD", "handle": 23, "comment": "weft: oifname ipv6 mss 1360", "expr": [{"of this version": null}]}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "WEFT-wg0-FWD", "handle": 10, "expr": [{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "wg0"}}, {"accept": null}]}}
        ,{"rule": {"family": "inet", "table": "home", "chain": "WEFT-wg0-FWD", "handle": 11, "expr": [{"match": {"op": "==", "left": {"meta": {"key": "oifname"}}, "right": "wg0"}}, {"accept": null}]}}
        """;

    [Fact]
    public void Nft_that_stands_as_wished_is_left_alone_and_a_changed_port_changes_one_chain()
    {
        Nftables nft = Nft(Dropping + NftOurs);

        Assert.Null(nft.Put(s_wish, iptables: true));
        Assert.Equal(
            """
            add chain inet home WEFT-wg0-IN
            flush chain inet home WEFT-wg0-IN
            add rule inet home WEFT-wg0-IN udp dport 4000 accept
            add rule inet home WEFT-wg0-IN iifname "wg0" accept

            """,
            nft.Put(s_wish with { Port = 4000 }, iptables: true)!.Input
        );
    }

    [Fact]
    public void Stop_takes_ours_out_of_nft_by_handle()
    {
        FirewallChange change = Nft(Dropping + NftOurs).Take("wg0", iptables: true)!;

        Assert.Equal(
            """
            delete rule inet home input handle 6
            flush chain inet home WEFT-wg0-IN
            delete chain inet home WEFT-wg0-IN
            delete rule inet home fwd handle 7
            flush chain inet home WEFT-wg0-FWD
            delete chain inet home WEFT-wg0-FWD

            """,
            change.Input
        );
        Assert.Null(Nft(Dropping + NftOurs).Take("wg1", iptables: true));
    }

    [Fact]
    public void A_ban_list_that_drops_some_is_no_obstacle_and_is_not_bypassed()
    {
        const string bans = """
            {"chain": {"family": "inet", "table": "f2b", "name": "in", "handle": 1, "type": "filter", "hook": "input", "prio": -1, "policy": "accept"}}
            ,{"rule": {"family": "inet", "table": "f2b", "chain": "in", "handle": 2, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@bans"}}, {"drop": null}]}}
            """;

        Assert.Empty(Nft(bans).Obstacles(iptables: true));
    }

    [Fact]
    public void Chains_of_iptables_are_iptables_to_change_unless_the_host_lacks_it()
    {
        const string chain = """
            {"chain": {"family": "ip", "table": "filter", "name": "INPUT", "handle": 1, "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}
            """;

        Assert.Empty(Nft(chain).Obstacles(iptables: true));
        Assert.Single(Nft(chain).Obstacles(iptables: false));
    }

    static Iptables Iptables(params string[] lines) =>
        new("iptables-restore", [.. lines.SelectMany(l => l.Split('\n'))]);

    static Nftables Nft(string items) => Nftables.Read("nft", $$"""{"nftables": [{{items}}]}""");
}

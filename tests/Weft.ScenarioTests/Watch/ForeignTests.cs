using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>
/// Rules, routes and chains of others stay byte by byte as they were through all that happens to a site: also those that
/// look like ours, lead to the same destination, or stand on our own interface.
/// </summary>
public sealed class ForeignTests
{
    const string Routes = """
        ip route add 10.77.0.0/16 dev lan
        ip route add 10.0.2.0/24 dev lan metric 500
        ip route add 10.0.2.0/24 dev lan table 99
        ip route add blackhole 10.0.0.0/8
        ip rule add fwmark 9 lookup 99
        """;

    const string ByIptables = """
        iptables -N mine; iptables -A INPUT -j mine
        iptables -A mine -i wg01 -j ACCEPT; iptables -A mine -i wg0 -p 89 -j ACCEPT
        iptables -N WEFT-wg01-IN; iptables -A INPUT -j WEFT-wg01-IN; iptables -A WEFT-wg01-IN -i wg01 -j ACCEPT
        iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
        iptables -A FORWARD -o wg0 -m comment --comment 'not wefts' -j ACCEPT
        iptables -t nat -A POSTROUTING -o wan -j MASQUERADE
        iptables -t mangle -A PREROUTING -i wg0 -j MARK --set-xmark 0x1/0x7
        iptables -P INPUT DROP; iptables -P FORWARD DROP
        ip6tables -A INPUT -i wg0 -j ACCEPT; ip6tables -P FORWARD DROP
        """;

    const string ByNft = """
        nft 'table inet home {
          chain mine { iifname "wg0" ip protocol 89 accept; iifname "wg01" accept; }
          chain WEFT-wg01-IN { iifname "wg01" accept; }
          chain input {
            type filter hook input priority filter; policy drop;
            ct state established,related accept
            iifname "lo" accept
            jump mine
            jump WEFT-wg01-IN
          }
          chain forward { type filter hook forward priority filter; policy drop; oifname "wg0" accept; }
        }
        table ip wg0 {
          set banned { type ipv4_addr; elements = { 192.0.2.1 }; }
          chain before { type filter hook prerouting priority raw; ip saddr @banned drop; }
        }'
        """;

    const string FlushIptables = """
        for iptables in iptables ip6tables; do
          for table in filter nat mangle; do $iptables -t $table -F; $iptables -t $table -X; done
        done
        """;

    [Theory]
    [InlineData(RunBy.Weft, ByIptables, FlushIptables)]
    [InlineData(RunBy.Weft, ByNft, "nft flush ruleset")]
    [InlineData(RunBy.Script, ByIptables, FlushIptables)]
    public async Task Nothing_of_others_changes_whatever_happens_to_the_site(RunBy by, string firewall, string flush)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, "HoldDown = 1", by);
        Host a = two.A;
        a.Sh(Routes);
        // What is emptied is there from then on, and stays.
        a.Sh(flush);
        a.Sh(firewall);
        string before = State(a);

        two.Start();
        Assert.Equal(before, State(a));
        a.Run("ip", "route", "add", "10.50.0.0/16", "dev", "wg0");
        string running = State(a);
        Assert.NotEqual(before, running);

        string conf = File.ReadAllText(two.ConfOf(a));
        File.WriteAllText(
            two.ConfOf(a),
            conf.Replace("10.0.2.0/24", "10.0.2.0/24, 10.60.0.0/16").Replace("[Interface]", "[Interface]\nMTU = 1380")
        );
        two.Program.Start(a, two.ConfOf(a));
        Assert.Contains("dev wg0", a.Run("ip", "route", "show", "10.60.0.0/16"));
        Assert.Equal(running, State(a));

        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        Assert.Equal(running, State(a));
        two.Mend();
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
        Assert.Equal(running, State(a));

        a.Sh(flush);
        a.Sh(firewall);
        Wait.Until(() => HasOurChains(a), seconds: TwoSites.Soon);
        Assert.Equal(running, State(a));

        // The watcher first, or it would mend what the crash breaks.
        a.Sh($"pkill -9 -f '{two.Program.Watcher}' || :; pkill -9 -f '[w]eft device'");
        Wait.Until(() => !a.Try("ip", "link", "show", "dev", "wg0").Succeeded);
        Assert.Equal(before, State(a));
        two.Program.Start(a, two.ConfOf(a));
        Assert.Equal(before, State(a));

        two.Program.Stop(a, two.ConfOf(a));
        Assert.Equal(before, State(a));
        Assert.False(HasOurChains(a));
    }

    static bool HasOurChains(Host host) => host.Sh("iptables-save; nft list ruleset").Contains("WEFT-wg0-IN");

    /// <summary>All rules, routes and chains but those that bear our marks, or that the kernel makes for our addresses.</summary>
    static string State(Host host) =>
        host.Sh(
            """
            { ip -4 route show table all; ip -6 route show table all; } |
              sed -E '/proto 87|dev wg0 .*proto kernel|fe80::|ff00::/d; s/ linkdown//' | sort
            ip -4 rule; ip -6 rule
            { iptables-save; ip6tables-save; } 2>/dev/null |
              sed -E 's/ *\[[0-9]+:[0-9]+\]//; /^#|WEFT-wg0-|^:WEFT(\.[A-Z]+)? /d'
            nft -s list ruleset 2>/dev/null | awk '
              # What iptables keeps in tables of nft is listed above, in an order of its own.
              /^table ip6? (filter|nat|mangle) / { of_iptables = 1 }
              of_iptables { if (/^\}/) of_iptables = 0; next }
              /chain WEFT-wg0-(IN|FWD) \{/ { skip = 1 }
              !skip && !/jump WEFT-wg0-/ && !/chain WEFT(\.[A-Z]+)? \{/ && NF { print }
              skip && /^\t\}/ { skip = 0 }'
            """
        );
}

using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Control;

/// <summary>What a start lets through the firewalls that it finds, and what a stop leaves of that.</summary>
public sealed class StartFirewallTests
{
    // Nothing that can be run stands where a program is looked for.
    const string WithoutIptables = """
        for name in iptables ip6tables; do
          for program in $(which -a $name); do mount --bind /dev/null "$program"; done
        done
        """;

    [Fact]
    public async Task A_host_with_nft_alone_is_opened_where_it_drops_and_closed_again()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh(WithoutIptables);
        host.Sh(
            """
            nft 'table inet home {
              chain in { type filter hook input priority 0; policy accept; iif lo accept; reject; }
              chain through { type filter hook forward priority 0; policy drop; }
              chain bans { type filter hook input priority -1; policy accept; ip saddr 192.0.2.1 drop; }
            }'
            """
        );
        string before = HostState.Capture(host);

        host.Run(Programs.Weft, "start", "--engine", "userspace", new SiteConf(lab).Write());

        string rules = host.Run("nft", "list", "ruleset");
        Assert.Contains("udp dport 51820 accept", rules);
        Assert.Equal(2, rules.Split("jump WEFT-wg0").Length - 1);
        Assert.Contains(
            "nothing to change",
            host.Run(Programs.Weft, "start", "--engine", "userspace", $"{lab.Folder}/wg0.conf")
        );
        host.Run(Programs.Weft, "stop");
        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task A_host_that_filters_with_nothing_at_all_is_left_so()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh(WithoutIptables);

        host.Run(Programs.Weft, "start", "--engine", "userspace", new SiteConf(lab).Write());

        Assert.Equal("", host.Run("nft", "list", "ruleset"));
    }

    [Fact]
    public async Task Tables_of_the_old_iptables_are_opened_and_closed_too()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh(SiteProgram.OldIptables);
        host.Sh("iptables -P INPUT DROP; ip6tables -P FORWARD DROP");
        string before = HostState.Capture(host);
        Assert.Contains("legacy", host.Run("iptables", "-V"));

        host.Run(Programs.Weft, "start", "--engine", "userspace", new SiteConf(lab).Write());
        Assert.Contains("-A INPUT -j WEFT-wg0-IN", host.Run("iptables", "-S"));
        Assert.Contains(
            "nothing to change",
            host.Run(Programs.Weft, "start", "--engine", "userspace", $"{lab.Folder}/wg0.conf")
        );
        host.Run(Programs.Weft, "stop");
        Assert.Equal(before, HostState.Capture(host));
    }
}

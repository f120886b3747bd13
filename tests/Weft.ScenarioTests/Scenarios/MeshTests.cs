using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>The main job: answers in, sites up, LANs talking, and nothing left when it ends.</summary>
public sealed class MeshTests
{
    [Fact]
    public async Task Three_sites_join_their_lans_and_leave_nothing_behind()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        string[] before = [.. three.Sites.Select(HostState.Capture)];

        Array.ForEach(three.Sites, three.Start);
        Assert.Empty(three.UnansweredPings());
        await Transfer.OverTcp(three.LanHosts[0], three.LanHosts[2], ThreeSites.Lan4(3, 10), 20_000_000);
        await Transfer.OverTcp(three.LanHosts[2], three.LanHosts[1], ThreeSites.Lan6(2, "10"), 20_000_000);

        Array.ForEach(three.Sites, three.Stop);
        Assert.Equal(before, three.Sites.Select(HostState.Capture));
    }

    [Fact]
    public async Task A_second_start_changes_nothing_and_a_second_stop_succeeds()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        Host site = three.Sites[0];
        string before = HostState.Capture(site);

        three.Start(site);
        string started = HostState.Capture(site);
        three.Start(site);
        Assert.Equal(started, HostState.Capture(site));
        site.Run(Programs.Weft, "restart", three.ConfOf(site));
        Assert.Equal(started, HostState.Capture(site));

        three.Stop(site);
        Assert.Equal(before, HostState.Capture(site));
        three.Stop(site);
        Assert.Equal(before, HostState.Capture(site));
    }

    // As home routers have it: closed but for answers, the LAN, and what IPv6 needs to live.
    const string ClosedByIptables = """
        for iptables in iptables ip6tables; do
          $iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
          $iptables -A INPUT -i lan -j ACCEPT
          $iptables -A INPUT -i lo -j ACCEPT
          $iptables -P INPUT DROP
          $iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
          $iptables -A FORWARD -i lan -o wan -j ACCEPT
          $iptables -P FORWARD DROP
        done
        ip6tables -A INPUT -p ipv6-icmp -j ACCEPT
        """;

    const string ClosedByNft = """
        nft 'table inet home {
          chain input {
            type filter hook input priority filter; policy drop;
            ct state established,related accept
            iifname { "lan", "lo" } accept
            meta l4proto ipv6-icmp accept
          }
          chain forward {
            type filter hook forward priority filter; policy drop;
            ct state established,related accept
            iifname "lan" oifname "wan" accept
          }
        }'
        """;

    [Theory]
    [InlineData(ClosedByIptables)]
    [InlineData(ClosedByNft)]
    public async Task A_site_with_a_closed_firewall_opens_what_the_mesh_needs_and_closes_it_again(string firewall)
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        Array.ForEach(three.Sites, site => site.Sh(firewall));
        string[] before = [.. three.Sites.Select(HostState.Capture)];

        Array.ForEach(three.Sites, three.Start);
        Assert.Empty(three.UnansweredPings());

        Array.ForEach(three.Sites, three.Stop);
        Assert.Equal(before, three.Sites.Select(HostState.Capture));
    }

    [Fact]
    public async Task Two_sites_that_nobody_can_dial_meet_through_a_public_one()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf(
            ThreeSites.MeshConf.Replace(
                "Name = b.example.org",
                "Name = b.example.org\nNat = yes",
                StringComparison.Ordinal
            )
        );
        Array.ForEach(three.Sites, three.Start);
        Assert.Empty(three.UnansweredPings());
        foreach (Host site in three.Sites[1..])
        {
            string[] peers = site.Run(Programs.DebianWg, "show", "wg0", "peers").TrimEnd().Split('\n');
            Assert.Single(peers);
        }
    }

    [Fact]
    public async Task Status_names_the_site_and_its_peers()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        Array.ForEach(three.Sites, three.Start);
        Assert.Empty(three.UnansweredPings());

        string status = three.Sites[1].Run(Programs.Weft, "status");
        Assert.Contains("b.example.org", status);
        Assert.Contains("a.example.org", status);
        Assert.Contains("c.example.org", status);
        Assert.Contains("10.0.3.0/24", status);
    }

    [Fact]
    public async Task Wg_shows_a_handshake_with_every_peer_on_every_site()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        Array.ForEach(three.Sites, three.Start);
        Assert.Empty(three.UnansweredPings());
        foreach (Host site in three.Sites)
        {
            string[] lines = site.Run(Programs.DebianWg, "show", "wg0", "latest-handshakes").TrimEnd().Split('\n');
            Assert.Equal(2, lines.Length);
            Assert.All(lines, line => Assert.DoesNotContain("\t0", line));
        }
    }
}

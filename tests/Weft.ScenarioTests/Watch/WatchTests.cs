using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>The watchdog on real hosts: what it does about a link that dies and a host that others change.</summary>
public sealed class WatchTests
{
    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task A_dead_peer_loses_its_routes_but_not_its_address_and_gets_them_back(RunBy by)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, by: by);
        two.Start();
        Assert.True(two.HasRoute());

        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        // The way to the peer itself stays, or nobody would see it come back.
        Assert.Contains("dev wg0", two.A.Run("ip", "route", "get", "192.168.192.2"));
        Assert.Contains("192.168.192.2/32", two.A.Run(Programs.DebianWg, "show", "wg0", "allowed-ips"));
        // A start while it is down leaves its routes away.
        Assert.Contains("nothing to change", two.Program.Start(two.A, two.ConfOf(two.A)));
        string broken = two.Program.Run(two.A, "status", two.ConfOf(two.A));
        Assert.Contains("DOWN", broken);
        // A router that has the script alone has no doctor.
        Assert.Equal(by == RunBy.Weft, broken.Contains("1 down: weft doctor says why\n"));

        two.Mend();
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
        string status = two.Program.Run(two.A, "status", two.ConfOf(two.A));
        Assert.Contains("b.example.org down: 3 checks without an answer, last handshake", status);
        Assert.Contains("b.example.org up: answered 2 checks in a row", status);
        Assert.DoesNotContain("DOWN", status);
    }

    [Fact]
    public async Task A_hook_is_told_by_variables_whatever_stands_in_them()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, "HoldDown = 1");
        string conf = two.ConfOf(two.A);
        string hook =
            "# Weft.Hook = echo \"$WEFT_EVENT$DOTNET_TC_CallCountingDelayMs $WEFT_PEER $WEFT_INTERFACE $WEFT_REASON\" >>/run/told; sleep 60";
        File.WriteAllText(conf, File.ReadAllText(conf).Replace("[Interface]\n", $"[Interface]\n{hook}\n"));
        two.Start();
        // What is good for the watcher's own process is not for what it starts.
        Assert.Contains(
            "DOTNET_TC_CallCountingDelayMs=7fffffff",
            two.A.Sh($"tr '\\0' '\\n' </proc/{Assert.Single(two.Program.Watchers(two.A))}/environ")
        );

        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        Wait.Until(() => two.A.Try("cat", "/run/told").Output.StartsWith("down b.example.org wg0 3 checks without"));
        // The hook sleeps still; the watching does not wait for it.
        two.Mend();
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
    }

    [Theory]
    [InlineData(RunBy.Weft, "iptables -F; ip6tables -F", "iptables")]
    [InlineData(RunBy.Script, "iptables -F; ip6tables -F", "iptables-restore")]
    [InlineData(RunBy.Weft, "ip route del 10.0.2.0/24 dev wg0", "ip route add 10.0.2.0/24")]
    [InlineData(RunBy.Script, "ip route del 10.0.2.0/24 dev wg0", "ip -4 route add 10.0.2.0/24")]
    [InlineData(RunBy.Weft, "echo 0 >/proc/sys/net/ipv4/ip_forward", "ip_forward=1")]
    [InlineData(RunBy.Script, "echo 0 >/proc/sys/net/ipv4/ip_forward", "ip_forward 0 1")]
    [InlineData(RunBy.Weft, "ip link set wg0 down", "ip link set wg0 up")]
    [InlineData(RunBy.Script, "ip link set wg0 down", "ip link set wg0 up")]
    [InlineData(RunBy.Weft, "kill -9 $(pgrep -f '[w]eft device')", "weft device wg0")]
    [InlineData(RunBy.Script, "kill -9 $(pgrep -f '[w]eft device')", "weft device wg0")]
    [InlineData(RunBy.Weft, "wg set wg0 peer $(wg show wg0 peers) remove", "wg set wg0 (1 peers set)")]
    [InlineData(RunBy.Script, "wg set wg0 peer $(wg show wg0 peers) remove", "device")]
    [InlineData(RunBy.Weft, "rm -r /run/weft", "have been written anew")]
    public async Task What_others_break_is_put_back_and_told(RunBy by, string damage, string told)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, by: by);
        two.Start();
        string good = State(two.A);

        two.A.Sh(damage);

        Wait.Until(
            () => two.Program.Try(two.A, "status", two.ConfOf(two.A)).Output.Contains(told) && State(two.A) == good,
            seconds: TwoSites.Soon
        );
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task A_peer_whose_address_changed_is_found_by_its_name_while_others_are_left_alone(RunBy by)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, by: by);
        two.Start();
        // Only a dials: b knows nothing of where a is, as a site that was restored from a backup would not.
        string conf = two.ConfOf(two.B);
        File.WriteAllText(conf, string.Join('\n', File.ReadAllLines(conf).Where(l => !l.StartsWith("Endpoint"))));
        two.Program.Stop(two.B, two.ConfOf(two.B));
        two.B.Sh("ip address del 203.0.113.2/24 dev wan; ip address add 203.0.113.99/24 dev wan");
        two.Program.Start(two.B, conf);
        lab.SetName("b.example.org", "203.0.113.99");

        Wait.Until(
            () => two.A.Run(Programs.DebianWg, "show", "wg0", "endpoints").Contains("203.0.113.99:51820"),
            seconds: 90
        );
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
        Assert.Contains("dialled at 203.0.113.99:51820", two.Program.Run(two.A, "status", two.ConfOf(two.A)));
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task A_start_without_name_servers_dials_where_the_peers_answered_last(RunBy by)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, by: by);
        two.Start();
        Wait.Until(() => two.A.Try("test", "-e", two.Program.EndpointsOf(two.ConfOf(two.A))).Succeeded);
        two.Program.Stop(two.A, two.ConfOf(two.A));
        lab.SetName("b.example.org");

        two.Program.Start(two.A, two.ConfOf(two.A));

        Assert.Contains("203.0.113.2:51820", two.A.Run(Programs.DebianWg, "show", "wg0", "endpoints"));
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task A_route_of_somebody_elses_in_the_way_is_told_once_and_waited_for()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        two.A.Run("ip", "route", "add", "10.0.2.0/24", "dev", "lan");
        two.Mend();

        Wait.Until(
            () => two.A.Run(Programs.Weft, "status").Contains("there is a route to 10.0.2.0/24 already"),
            seconds: TwoSites.Soon
        );
        Assert.True(two.A.Try("ping", "-n", "-c", "1", "-W", "5", "192.168.192.2").Succeeded);
        two.A.Run("ip", "route", "del", "10.0.2.0/24", "dev", "lan");
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
        Assert.Single(
            two.A.Run(Programs.Weft, "status").Split('\n'),
            line => line.Contains("there is a route to 10.0.2.0/24 already")
        );
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task One_check_from_cron_counts_on_from_the_last(RunBy by)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, by: by);
        // Nobody watches: the checks are cron's.
        foreach (Host site in (Host[])[two.A, two.B])
        {
            string conf = two.ConfOf(site);
            File.WriteAllText(conf, File.ReadAllText(conf).Replace("# Weft.Check = 1\n", "# Weft.Check = 3600\n"));
        }
        two.Start();
        two.KillWatcher();
        Assert.Contains("1 of 1 links are up", two.Program.Check(two.A, two.ConfOf(two.A)));

        two.Cut();
        two.Program.Check(two.A, two.ConfOf(two.A));
        two.Program.Check(two.A, two.ConfOf(two.A));
        Assert.True(two.HasRoute());
        Assert.Contains("0 of 1 links are up", two.Program.Check(two.A, two.ConfOf(two.A)));
        Assert.False(two.HasRoute());
        two.Mend();
        Wait.Until(() => two.Program.Check(two.A, two.ConfOf(two.A)).Contains("1 of 1"));
        Assert.True(two.HasRoute());
    }

    [Theory]
    [InlineData(RunBy.Weft, "truncate -s 20 /run/weft/watch/wg0/notes")]
    [InlineData(RunBy.Weft, "echo '{\"version\":1,\"links\":null}' >/run/weft/watch/wg0/notes")]
    [InlineData(RunBy.Weft, "rm -f /run/weft/watch/wg0/notes")]
    [InlineData(RunBy.Script, "truncate -s 20 /run/weft/watch/wg0/notes")]
    public async Task A_watcher_with_damaged_notes_starts_afresh(RunBy by, string damage)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, by: by);
        two.Start();
        two.KillWatcher();
        two.A.Sh(two.Program.Damage(damage));
        two.Program.Revive(two.A, two.ConfOf(two.A));
        Wait.Until(
            () =>
                two
                    .A.Try(
                        "grep",
                        "-E",
                        "answersProbes.: true|^%link .* 1 [0-9]+$",
                        two.Program.Damage("/run/weft/watch/wg0/notes")
                    )
                    .Succeeded,
            seconds: TwoSites.Soon
        );
        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        two.Mend();
        Wait.Until(two.HasRoute, seconds: TwoSites.Soon);
    }

    /// <summary>What a start makes, of the host that it is on.</summary>
    static string State(Host host) =>
        host.Sh(
            """
            ip -br address show dev wg0 2>&1 || :
            ip route show proto 87
            iptables -S; ip6tables -S
            cat /proc/sys/net/ipv4/ip_forward
            wg show wg0 allowed-ips 2>&1 || :
            ls /run/weft
            """
        );
}

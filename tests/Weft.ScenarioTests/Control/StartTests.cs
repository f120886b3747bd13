using System.Text.Json;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Control;

/// <summary>
/// Start: from whatever state the host is in to the wanted one, and nothing done when it can't be. On our own device
/// everywhere, also where the kernel has WireGuard.
/// </summary>
public sealed class StartTests
{
    [Fact]
    public async Task A_changed_file_changes_what_differs_and_no_session_or_packet_is_lost()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        Array.ForEach(three.Sites, three.Start);
        Assert.Empty(three.UnansweredPings());
        Host a = three.Sites[0];
        string handshakes = a.Run(Programs.DebianWg, "show", "wg0", "latest-handshakes");

        Running pings = three.LanHosts[0].Start("ping", "-n", "-i", "0.02", "-c", "150", ThreeSites.Lan4(3, 10));
        string conf = three.ConfOf(a);
        File.AppendAllText(conf, "\n[Peer]\n" + SiteConf.Peer("d.example.org", "192.168.192.4/32, 10.0.4.0/24"));
        string said = a.Run(Programs.Weft, "start", "--engine", "userspace", conf);

        // The device, the route, and the mark that tells which file is applied.
        Assert.Contains("3 changes made", said);
        Assert.Contains("10.0.4.0/24", a.Run("ip", "route", "show", "proto", "87"));
        Assert.Contains(" 0% packet loss", pings.WaitForExit(TimeSpan.FromSeconds(30)).Output);
        Assert.StartsWith(handshakes.TrimEnd(), a.Run(Programs.DebianWg, "show", "wg0", "latest-handshakes"));
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task What_left_the_file_leaves_the_host_and_what_others_added_stays(RunBy by)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        SiteConf conf = new(lab);
        conf.Peers.Add(SiteConf.Peer("c.example.org", "192.168.192.3/32, 10.0.3.0/24"));
        conf.Lines = "MTU = 1400";
        program.Start(host, conf.Write());
        host.Sh("ip address add 10.99.0.1/32 dev wg0; ip route add 10.98.0.0/16 dev wg0");

        conf.Peers.RemoveAt(1);
        conf.Address = "192.168.192.7/24";
        conf.Lines = "";
        conf.Port = 4000;
        program.Start(host, conf.Write());

        string addresses = host.Run("ip", "-br", "address", "show", "dev", "wg0");
        Assert.Contains("192.168.192.7/24", addresses);
        Assert.Contains("10.99.0.1/32", addresses);
        Assert.DoesNotContain("192.168.192.1/24", addresses);
        Assert.DoesNotContain("fd77", addresses);
        string routes = host.Run("ip", "route", "show");
        Assert.Contains("10.98.0.0/16", routes);
        Assert.Contains("10.0.2.0/24", routes);
        Assert.DoesNotContain("10.0.3.0/24", routes);
        Assert.Contains("mtu 1420", host.Run("ip", "link", "show", "dev", "wg0"));
        Assert.Contains("--dport 4000", host.Run("iptables", "-S"));
        Assert.DoesNotContain("51820", host.Run("iptables", "-S"));
        Assert.Equal("4000", host.Run(Programs.DebianWg, "show", "wg0", "listen-port").Trim());
        Assert.Single(host.Run(Programs.DebianWg, "show", "wg0", "peers").Trim().Split('\n'));
    }

    [Theory]
    [InlineData(RunBy.Weft, "ip link set wg0 down")]
    [InlineData(RunBy.Script, "ip link set wg0 down")]
    [InlineData(RunBy.Weft, "ip address flush dev wg0")]
    [InlineData(RunBy.Script, "ip address flush dev wg0")]
    [InlineData(RunBy.Weft, "ip route flush proto 87; ip -6 route flush proto 87")]
    [InlineData(RunBy.Script, "ip route flush proto 87; ip -6 route flush proto 87")]
    [InlineData(RunBy.Weft, "iptables -F; ip6tables -F")]
    [InlineData(RunBy.Script, "iptables -F; ip6tables -F")]
    [InlineData(RunBy.Weft, "iptables -F; iptables -X; nft flush ruleset")]
    [InlineData(RunBy.Script, "iptables -F; iptables -X; nft flush ruleset")]
    [InlineData(RunBy.Weft, "echo 0 >/proc/sys/net/ipv4/ip_forward")]
    [InlineData(RunBy.Script, "echo 0 >/proc/sys/net/ipv4/ip_forward")]
    [InlineData(RunBy.Weft, "ip link set wg0 mtu 1300")]
    [InlineData(RunBy.Script, "ip link set wg0 mtu 1300")]
    [InlineData(RunBy.Weft, "rm -r /run/weft")]
    [InlineData(RunBy.Script, "rm -r /run/weft")]
    [InlineData(RunBy.Weft, "wg set wg0 peer $(wg show wg0 peers) remove")]
    [InlineData(RunBy.Script, "wg set wg0 peer $(wg show wg0 peers) remove")]
    [InlineData(RunBy.Weft, "wg set wg0 listen-port 4000 fwmark 7")]
    [InlineData(RunBy.Script, "wg set wg0 listen-port 4000 fwmark 7")]
    [InlineData(RunBy.Weft, "kill -9 $(pgrep -f '[w]eft device')")]
    [InlineData(RunBy.Script, "kill -9 $(pgrep -f '[w]eft device')")]
    [InlineData(RunBy.Weft, "ip link del wg0")]
    [InlineData(RunBy.Script, "ip link del wg0")]
    public async Task Start_mends_what_was_broken(RunBy by, string damage)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        string conf = new SiteConf(lab).Write();
        program.Start(host, conf);
        string good = State(host);

        host.Sh(damage);
        Wait.Until(() => State(host) != good, seconds: 5);
        program.Start(host, conf);
        Assert.Equal(good, State(host));
        Assert.Contains("nothing to change", program.Start(host, conf));
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task A_device_made_by_hand_is_taken_over(RunBy by)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        host.Run(Programs.Weft, "device", "wg0");
        host.Sh("ip address add 10.99.0.1/24 dev wg0");

        program.Start(host, new SiteConf(lab).Write());

        Assert.Contains("192.168.192.1/24", host.Run("ip", "address", "show", "dev", "wg0"));
        program.Stop(host, $"{lab.Folder}/wg0.conf");
        Assert.False(host.Try("ip", "link", "show", "dev", "wg0").Succeeded);
    }

    [Theory]
    [InlineData(RunBy.Weft, "ip route add 10.0.2.0/24 dev lo", "10.0.2.0/24")]
    [InlineData(RunBy.Script, "ip route add 10.0.2.0/24 dev lo", "10.0.2.0/24")]
    [InlineData(RunBy.Weft, "ip link add wg0 type bridge", "wg0")]
    [InlineData(RunBy.Script, "ip link add wg0 type bridge", "wg0")]
    public async Task What_is_in_the_way_is_named_and_nothing_is_changed(RunBy by, string obstacle, string named)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        string conf = new SiteConf(lab).Write();
        host.Sh(obstacle);
        AssertRefused(program, host, named, conf);
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task A_port_that_another_program_has_is_named_and_nothing_is_changed(RunBy by)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        string conf = new SiteConf(lab).Write();
        using System.Net.Sockets.Socket taken = host.OpenSocket(
            System.Net.Sockets.AddressFamily.InterNetworkV6,
            System.Net.Sockets.SocketType.Dgram,
            System.Net.Sockets.ProtocolType.Udp
        );
        taken.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.IPv6Any, 51820));
        AssertRefused(program, host, "51820", conf);
    }

    [Theory]
    [InlineData(RunBy.Weft, "PreUp = exit 3", "PreUp")]
    [InlineData(RunBy.Script, "PreUp = exit 3", "PreUp")]
    [InlineData(RunBy.Weft, "PostUp = exit 4", "PostUp")]
    [InlineData(RunBy.Script, "PostUp = exit 4", "PostUp")]
    [InlineData(RunBy.Weft, "Table = 1\nPostUp = echo yes; false", "PostUp")]
    [InlineData(RunBy.Script, "Table = 1\nPostUp = echo yes; false", "PostUp")]
    [InlineData(RunBy.Weft, "MTU = 1000", "MTU")]
    [InlineData(RunBy.Script, "MTU = 1000", "MTU")]
    public async Task A_start_that_fails_takes_back_all_that_it_did(RunBy by, string line, string named)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        SiteConf conf = new(lab) { Lines = line };
        AssertRefused(program, host, named, conf.Write());
    }

    [Fact]
    public async Task A_change_that_fails_half_way_leaves_the_running_tunnel_as_it_was()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        SiteConf conf = new(lab);
        host.Run(Programs.Weft, "start", "--engine", "userspace", conf.Write());
        string before = State(host);
        // Where routes cannot be written any more, after all else could.
        conf.Peers.Add(SiteConf.Peer("c.example.org", "192.168.192.3/32, 10.0.3.0/24"));
        conf.Lines = "MTU = 1300";
        conf.Write();
        host.Sh("ip route add blackhole 10.0.3.0/24");
        string blocked = State(host);

        CommandResult result = host.Try(Programs.Weft, "start", "--engine", "userspace", conf.Path);

        Assert.Equal(1, result.Status);
        Assert.Contains("10.0.3.0/24", result.Errors);
        Assert.Equal(blocked, State(host));
        host.Sh("ip route del blackhole 10.0.3.0/24");
        Assert.Equal(before, State(host));
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task A_name_that_does_not_resolve_is_reported_and_stops_nobody_else(RunBy by)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        lab.SetName("b.example.org", "192.0.2.7");
        SiteConf conf = new(lab);
        conf.Peers.Clear();
        conf.Peers.Add(SiteConf.Peer("b.example.org", "10.0.2.0/24", "Endpoint = b.example.org:4000"));
        conf.Peers.Add(SiteConf.Peer("c.example.org", "10.0.3.0/24", "Endpoint = nowhere.example.org:4000"));

        CommandResult result = program.Try(host, "start", conf.Write());

        Assert.Equal(0, result.Status);
        Assert.Contains("nowhere.example.org", result.Errors);
        Assert.Contains("192.0.2.7:4000", host.Run(Programs.DebianWg, "show", "wg0", "endpoints"));

        // A silent peer's name is looked up again at each start.
        lab.SetName("b.example.org", "192.0.2.8");
        program.Start(host, conf.Path);
        Assert.Contains("192.0.2.8:4000", host.Run(Programs.DebianWg, "show", "wg0", "endpoints"));
    }

    [Fact]
    public async Task The_trace_names_each_change_and_holds_no_key()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        SiteConf conf = new(lab);
        conf.Peers[0] += $"PresharedKey = {WireGuard.KeyPair.RandomSecret()}";

        string trace = host.Try(Programs.Weft, "start", "--engine", "userspace", "--trace", conf.Write()).Errors;

        Assert.Contains("RTM_NEWROUTE 10.0.2.0/24", trace);
        Assert.Contains("iptables-restore", trace);
        Assert.Contains("net.ipv4.ip_forward=1", trace);
        foreach (string line in File.ReadAllLines(conf.Path).Where(l => l.Contains("Key = ", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(line.Split(" = ")[1], trace);
        }
    }

    [Fact]
    public async Task Status_fits_eighty_columns_and_comes_as_json()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        SiteConf conf = new(lab);
        conf.Peers.Add(
            SiteConf.Peer(
                "a-rather-long-name-of-a-site.in-some-department.example.org",
                "192.168.192.3/32, " + string.Join(", ", Enumerable.Range(10, 20).Select(n => $"fd77:0:0:{n}::/64")),
                "Endpoint = [2001:db8:1234:5678:9abc:def0:1234:5678]:51820"
            )
        );
        host.Run(Programs.Weft, "start", "--engine", "userspace", conf.Write());
        host.Run("ip", "route", "del", "10.0.2.0/24");

        string text = host.Run(Programs.Weft, "status");
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains("10.0.2.0/24 without a route", text);

        using JsonDocument json = JsonDocument.Parse(host.Run(Programs.Weft, "status", "--json"));
        Assert.Equal("a.example.org", json.RootElement.GetProperty("site").GetString());
        Assert.True(json.RootElement.GetProperty("up").GetBoolean());
        Assert.Equal(2, json.RootElement.GetProperty("peers").GetArrayLength());

        host.Run(Programs.Weft, "stop");
        CommandResult stopped = host.Try(Programs.Weft, "status", "--json");
        Assert.Equal(1, stopped.Status);
        Assert.Contains("\"up\": false", stopped.Output);
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task IPv6_that_is_off_elsewhere_is_on_for_the_interface_whose_file_has_it(RunBy by)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        host.Sh("cd /proc/sys/net/ipv6/conf; echo 1 >all/disable_ipv6; echo 1 >default/disable_ipv6");

        program.Start(host, new SiteConf(lab).Write());

        Assert.Contains("fd77:0:0:192::1/64", host.Run("ip", "-6", "address", "show", "dev", "wg0"));
        Assert.Contains("fd77:0:0:2::/64", host.Run("ip", "-6", "route", "show", "dev", "wg0"));
        Assert.Equal("1", host.Run("cat", "/proc/sys/net/ipv6/conf/lo/disable_ipv6").Trim());
    }

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

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task Starts_and_stops_at_the_same_time_take_turns(RunBy by)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        string before = HostState.Capture(host);
        string conf = new SiteConf(lab).Write();
        Running[] starts = [.. Enumerable.Range(0, 4).Select(_ => host.Start(program.CommandOf("start", conf)))];
        string said = string.Concat(starts.Select(start => start.WaitForExit(TimeSpan.FromSeconds(60)).Output));
        Assert.Equal(2, said.Split("is up, 1 peer").Length);
        Assert.Equal(4, said.Split("nothing to change").Length);

        Running[] stops = [.. Enumerable.Range(0, 3).Select(_ => host.Start(program.CommandOf("stop", conf)))];
        Assert.All(stops, stop => Assert.Equal(0, stop.WaitForExit(TimeSpan.FromSeconds(60)).Status));
        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task The_kernel_engine_is_refused_where_it_cannot_be_had()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string conf = new SiteConf(lab).Write();
        string before = HostState.Capture(host);
        // So that it cannot be had on whatever kernel this runs.
        string[] powerless = ["setpriv", "--bounding-set", "-net_admin"];

        CommandResult result = host.Try([.. powerless, Programs.Weft, "start", "--engine", "kernel", conf]);

        Assert.Equal(1, result.Status);
        Assert.Contains("--engine userspace", result.Errors);
        Assert.Equal(before, HostState.Capture(host));
    }

    static void AssertRefused(SiteProgram program, Host host, string named, string conf)
    {
        string before = HostState.Capture(host);
        CommandResult result = program.Try(host, "start", conf);
        Assert.Equal(1, result.Status);
        Assert.Contains(named, result.Errors);
        Assert.Equal(before, HostState.Capture(host));
    }

    /// <summary>The host, and what its device is set to.</summary>
    static string State(Host host)
    {
        CommandResult device = host.Try(Programs.DebianWg, "showconf", "wg0");
        CommandResult link = host.Try("ip", "-o", "link", "show", "dev", "wg0");
        int about = link.Output.IndexOf('<', StringComparison.Ordinal);
        return HostState.Capture(host) + device.Output + (about < 0 ? "" : link.Output[about..]);
    }
}

using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Control;

/// <summary>
/// Start: from whatever state the host is in to the wanted one. On our own device everywhere, also where the kernel has
/// WireGuard.
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
        string good = HostState.CaptureWithDevice(host);

        host.Sh(damage);
        Wait.Until(() => HostState.CaptureWithDevice(host) != good, seconds: 5);
        program.Start(host, conf);
        Assert.Equal(good, HostState.CaptureWithDevice(host));
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
}

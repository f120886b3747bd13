using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Control;

/// <summary>Stop: all that is Weft's goes, whatever happened meanwhile, and nothing that is not.</summary>
public sealed class StopTests
{
    const string Foreign = """
        ip link add lan type bridge; ip link set lan up; ip address add 10.0.1.1/24 dev lan
        ip route add 10.77.0.0/16 dev lan; ip rule add fwmark 9 lookup 99
        iptables -N mine; iptables -A INPUT -j mine; iptables -A mine -i wg01 -j ACCEPT; iptables -P FORWARD DROP
        ip6tables -A FORWARD -i wg0 -m comment --comment WEFT-wg0-IN -j ACCEPT
        nft 'table inet home { chain in { type filter hook input priority 5; policy drop; ct state established accept; }; }'
        """;

    [Theory]
    [InlineData(RunBy.Weft, "")]
    [InlineData(RunBy.Script, "")]
    [InlineData(RunBy.Weft, "rm -r /run/weft")]
    [InlineData(RunBy.Script, "rm -r /run/weft")]
    [InlineData(RunBy.Weft, "echo garbage >/run/weft/wg0")]
    [InlineData(RunBy.Script, "echo garbage >/run/weft/wg0")]
    [InlineData(RunBy.Weft, "truncate -s 20 /run/weft/wg0")]
    [InlineData(RunBy.Script, "truncate -s 20 /run/weft/wg0")]
    [InlineData(RunBy.Weft, "rm /run/wireguard/wg0.sock; sleep 0.5")]
    [InlineData(RunBy.Script, "rm /run/wireguard/wg0.sock; sleep 0.5")]
    [InlineData(RunBy.Weft, "ip link del wg0; rm -r /run/weft")]
    [InlineData(RunBy.Script, "ip link del wg0; rm -r /run/weft")]
    public async Task Nothing_of_ours_stays_and_nothing_of_others_goes(RunBy by, string accident)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        host.Sh(Foreign);
        // Settings can be put back only by who remembers them: their part is another test's.
        host.Sh("echo 1 >/proc/sys/net/ipv4/ip_forward");
        string before = HostState.Capture(host);
        program.Start(host, new SiteConf(lab).Write());
        Assert.NotEqual(before, HostState.Capture(host));

        host.Sh(program.Damage(accident) + "\n:");
        program.Stop(host, $"{lab.Folder}/wg0.conf");

        Assert.Equal(before, HostState.Capture(host));
        program.Stop(host, $"{lab.Folder}/wg0.conf");
        Assert.Equal(before, HostState.Capture(host));
    }

    [Theory]
    [InlineData(RunBy.Weft, "")]
    [InlineData(RunBy.Script, "")]
    [InlineData(RunBy.Weft, "rm -r /run/weft")]
    [InlineData(RunBy.Script, "rm -r /run/weft")]
    public async Task Nothing_stays_after_the_device_was_killed(RunBy by, string accident)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        host.Sh("echo 1 >/proc/sys/net/ipv4/ip_forward");
        string before = HostState.Capture(host);
        program.Start(host, new SiteConf(lab).Write());

        host.Sh("kill -9 $(pgrep -f '[w]eft device')\n" + accident + "\n:");
        Wait.Until(() => !host.Try("ip", "link", "show", "dev", "wg0").Succeeded);
        program.Stop(host, $"{lab.Folder}/wg0.conf");

        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task Nothing_stays_of_a_file_that_changed_or_went_after_the_start()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string before = HostState.Capture(host);
        SiteConf conf = new(lab) { Lines = "PostDown = touch /run/down" };
        host.Run(Programs.Weft, "start", "--engine", "userspace", conf.Write());

        conf.Port = 4000;
        conf.Peers.Clear();
        conf.Lines = "Table = 1000";
        conf.Write();
        File.AppendAllText(conf.Path, "Nonsense\n");
        host.Run(Programs.Weft, "stop", conf.Path);

        // The hook is the one that went with the start.
        host.Sh("rm /run/down");
        Assert.Equal(before, HostState.Capture(host));
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task An_interface_that_is_not_ours_is_left_alone(RunBy by)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        host.Run(Programs.Weft, "device", "wg0");
        string before = HostState.Capture(host);

        CommandResult result = program.Try(host, "stop", $"{lab.Folder}/wg0.conf");

        Assert.Equal(1, result.Status);
        Assert.Contains("wg0", result.Errors);
        Assert.Equal(before, HostState.Capture(host));
    }

    [Theory]
    [InlineData(RunBy.Weft)]
    [InlineData(RunBy.Script)]
    public async Task Forwarding_goes_back_to_what_it_was_with_the_last_site_that_needs_it(RunBy by)
    {
        await using Lab lab = new();
        SiteProgram program = new(lab, by);
        Host host = program.Prepared(lab.AddHost("a"));
        SiteConf first = new(lab);
        SiteConf second = new(lab, "wg1") { Port = 51821, Address = "192.168.193.1/24" };
        second.Peers.Clear();
        second.Peers.Add(SiteConf.Peer("c.example.org", "10.0.3.0/24"));
        string before = HostState.Capture(host);
        program.Start(host, first.Write());
        program.Start(host, second.Write());

        program.Stop(host, $"{lab.Folder}/wg0.conf");
        Assert.Equal("1", host.Run("cat", "/proc/sys/net/ipv4/ip_forward").Trim());
        Assert.Contains("WEFT-wg1-IN", host.Run("iptables", "-S"));
        Assert.DoesNotContain("wg0", host.Run("iptables", "-S"));

        program.Stop(host, $"{lab.Folder}/wg1.conf");
        Assert.Equal(before, HostState.Capture(host));
    }
}

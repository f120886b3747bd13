using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Control;

/// <summary>Starts that can't be: what is in the way is named, and the host is as it was.</summary>
public sealed class RefusedStartTests
{
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
    public async Task A_change_of_address_that_fails_later_brings_the_routes_back()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        SiteConf conf = new(lab);
        host.Run(Programs.Weft, "start", "--engine", "userspace", conf.Write());
        // The last address that goes takes all routes along; then the names cannot be had.
        host.Sh(
            "mkdir /run/bin; printf '#!/bin/sh\necho I refuse >&2; exit 1\n' >/run/bin/resolvconf; chmod +x /run/bin/*"
        );
        string before = HostState.CaptureWithDevice(host);
        conf.Address = "192.168.193.1/24, fd77:0:0:193::1/64";
        conf.Lines = "DNS = 192.168.193.53";
        conf.Write();

        CommandResult result = host.Try(
            new Command(Programs.Weft, "start", "--engine", "userspace", conf.Path)
            {
                Environment = new Dictionary<string, string> { ["PATH"] = "/run/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
            }
        );

        Assert.Equal(1, result.Status);
        Assert.Contains("I refuse", result.Errors);
        Assert.Equal(before, HostState.CaptureWithDevice(host));
    }

    [Fact]
    public async Task A_change_that_fails_half_way_leaves_the_running_tunnel_as_it_was()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        SiteConf conf = new(lab);
        host.Run(Programs.Weft, "start", "--engine", "userspace", conf.Write());
        string before = HostState.CaptureWithDevice(host);
        // Where routes cannot be written any more, after all else could.
        conf.Peers.Add(SiteConf.Peer("c.example.org", "192.168.192.3/32, 10.0.3.0/24"));
        conf.Lines = "MTU = 1300";
        conf.Write();
        host.Sh("ip route add blackhole 10.0.3.0/24");
        string blocked = HostState.CaptureWithDevice(host);

        CommandResult result = host.Try(Programs.Weft, "start", "--engine", "userspace", conf.Path);

        Assert.Equal(1, result.Status);
        Assert.Contains("10.0.3.0/24", result.Errors);
        Assert.Equal(blocked, HostState.CaptureWithDevice(host));
        host.Sh("ip route del blackhole 10.0.3.0/24");
        Assert.Equal(before, HostState.CaptureWithDevice(host));
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
}

using System.Globalization;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>How a device lives and ends beside its tunnel's traffic.</summary>
public sealed class DeviceLifeTests
{
    [Theory]
    [InlineData(Engine.Weft, Engine.Weft)]
    [InlineData(Engine.Weft, Engine.Go)]
    [InlineData(Engine.Go, Engine.Weft)]
    public async Task A_peer_that_restarts_is_back_within_one_handshake(Engine survivor, Engine restarted)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, presharedKey: true).Start(restarted, survivor);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);

        pair.Initiator.Daemon.Kill();
        pair.StartInitiator(restarted);

        // One initiation and its answer; a lost first try would be repeated only after five seconds.
        TimeSpan back = Wait.Until(
            () => TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4),
            seconds: 4
        );
        Assert.InRange(back.TotalSeconds, 0, 4);
        TunnelPair.Ping(pair.ResponderHost, TunnelPair.InitiatorInner6);
    }

    [Fact]
    public async Task A_removed_peer_is_forgotten_at_once()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Go, Engine.Weft);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);

        pair.Responder.Wg("set", "wg0", "peer", pair.InitiatorKeys.Public, "remove");

        Assert.False(TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4));
        Assert.Equal("", pair.Responder.Wg("show", "wg0", "peers"));
        Assert.False(TunnelPair.Reaches(pair.ResponderHost, TunnelPair.InitiatorInner4));
    }

    [Fact]
    public async Task A_device_that_can_say_nothing_any_more_goes_on()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        // As a terminal that hung up, or a full disk: whatever is written there fails.
        host.Sh($"WG_PROCESS_FOREGROUND=1 LOG_LEVEL=debug setsid {Programs.Weft} device wg0 >/dev/null 2>/dev/full &");
        Wait.Until(() => host.Try("test", "-S", "/run/wireguard/wg0.sock").Succeeded);

        string refused = host.Sh("printf 'set=1\nnonsense\n\n' | socat - UNIX-CONNECT:/run/wireguard/wg0.sock");
        host.Run("ip", "link", "set", "wg0", "up");
        host.Run("ip", "link", "set", "wg0", "down");

        Assert.StartsWith("errno=", refused);
        Assert.DoesNotContain("errno=0", refused);
        Assert.Contains("interface: wg0", host.Run(Programs.DebianWg, "show", "wg0"));
    }

    [Fact]
    public async Task Packets_and_nothing_else_take_precedence_of_programs()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        await Transfer.OverTcp(pair.InitiatorHost, pair.ResponderHost, TunnelPair.ResponderInner4, 10_000_000);

        string process = pair.InitiatorHost.Run("pgrep", "-f", "[w]eft device").Trim();
        string[] threads = pair
            .InitiatorHost.Run("ps", "-L", "-o", "ni=,comm=", "-p", process)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        string usual = pair.InitiatorHost.Run("nice").Trim();
        Assert.Equal(
            "-5 packets",
            Assert.Single(threads, thread => !thread.StartsWith($"{usual} ", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_tunnel_moved_to_another_network_keeps_its_sockets_where_it_was_born()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Go);
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        Host cell = lab.AddHost("cell");

        pair.InitiatorHost.RunInNetwork(
            string.Create(CultureInfo.InvariantCulture, $"ip link set wg0 netns {cell.Pid}")
        );
        TunnelPair.SetUp(cell, TunnelPair.InitiatorInner4, TunnelPair.InitiatorInner6);

        TunnelPair.Ping(cell, TunnelPair.ResponderInner4);
        TunnelPair.Ping(pair.ResponderHost, TunnelPair.InitiatorInner6);
        await Transfer.OverTcp(cell, pair.ResponderHost, TunnelPair.ResponderInner4, 5_000_000);
        await Transfer.OverTcp(pair.ResponderHost, cell, TunnelPair.InitiatorInner4, 5_000_000);
    }

    [Fact]
    public async Task A_device_ends_when_its_interface_is_deleted()
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        device.Host.Run("ip", "link", "delete", "wg0");
        Wait.Until(() => device.Daemon.HasExited, seconds: 5);
        Assert.False(File.Exists(device.SocketPath));
    }

    [Fact]
    public async Task A_device_ends_when_its_socket_is_removed()
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        device.Host.Run("rm", "/run/wireguard/wg0.sock");
        Wait.Until(() => device.Daemon.HasExited, seconds: 5);
        Assert.DoesNotContain("wg0", device.Host.Run("ip", "-br", "link"));
    }

    [Fact]
    public async Task A_device_asked_to_end_takes_its_interface_and_socket_with_it()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("host");
        host.Run("mkdir", "-p", "/run/wireguard");
        string before = HostState.Capture(host);
        Device device = Device.Start(host, Engine.Weft);
        Assert.Contains("wg0", host.Run("ip", "-br", "link"));
        device.Daemon.Stop();
        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task A_device_starts_over_the_stale_socket_of_one_that_was_killed()
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        device.Daemon.Kill();
        Assert.True(File.Exists(device.SocketPath));
        Device again = Device.Start(device.Host, Engine.Weft);
        Assert.Contains("wg0", again.Wg("show", "interfaces"));
    }

    [Fact]
    public async Task A_device_started_in_the_background_answers_when_the_command_returns()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("host");
        host.Run(Programs.Weft, "device", "wg0");
        Assert.Equal("wg0", host.Run(Programs.DebianWg, "show", "interfaces").Trim());
        host.Run("ip", "link", "delete", "wg0");
        Wait.Until(() => !host.Run("ps", "-eo", "args").Contains("weft device"), seconds: 5);
    }

    [Fact]
    public async Task A_second_device_of_the_same_name_is_refused_and_the_first_goes_on()
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        CommandResult second = device.Host.Try(Programs.Weft, "device", "wg0", "--foreground");
        Assert.Equal(1, second.Status);
        Assert.Contains("wg0", second.Errors);
        Assert.True(device.Answers());
        Assert.False(device.Daemon.HasExited);
    }
}

using System.Net;
using System.Net.Sockets;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>The lab itself: what every other scenario leans on.</summary>
public sealed class LabTests
{
    [Fact]
    public async Task Two_hosts_on_a_wire_reach_each_other_by_both_families()
    {
        await using Lab lab = new();
        (Host left, Host right) = (lab.AddHost("left"), lab.AddHost("right"));
        lab.Connect(left, "wire", right, "wire");
        left.AddAddress("wire", "10.0.0.1/24");
        right.AddAddress("wire", "10.0.0.2/24");
        left.AddAddress("wire", "fd00::1/64");
        right.AddAddress("wire", "fd00::2/64");

        left.Run("ping", "-c", "1", "-W", "2", "10.0.0.2");
        right.Run("ping", "-c", "1", "-W", "2", "fd00::1");
    }

    [Fact]
    public async Task Names_given_to_the_lab_are_known_on_every_host_at_once()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("host");
        lab.SetName("a.example.org", "127.0.0.7");
        Assert.StartsWith("127.0.0.7", host.Run("getent", "hosts", "a.example.org"));
        lab.SetName("a.example.org", "127.0.0.8");
        Assert.StartsWith("127.0.0.8", host.Run("getent", "hosts", "a.example.org"));
    }

    [Fact]
    public async Task A_nat_router_lets_its_host_out_and_nobody_in()
    {
        await using Lab lab = new();
        (Host inner, Host router, Host outer) = (lab.AddHost("inner"), lab.AddHost("router"), lab.AddHost("outer"));
        lab.Connect(inner, "eth0", router, "lan");
        lab.Connect(router, "wan", outer, "eth0");
        inner.AddAddress("eth0", "192.168.1.2/24");
        router.AddAddress("lan", "192.168.1.1/24");
        router.AddAddress("wan", "203.0.113.1/24");
        outer.AddAddress("eth0", "203.0.113.2/24");
        inner.AddRoute("default", "192.168.1.1");
        outer.AddRoute("192.168.1.0/24", "203.0.113.1");
        router.Forward();
        router.Masquerade("wan");

        inner.Run("ping", "-c", "1", "-W", "2", "203.0.113.2");
        Assert.False(outer.Try("ping", "-c", "1", "-W", "1", "192.168.1.2").Succeeded);
    }

    [Fact]
    public async Task A_host_ends_with_every_process_it_ran_and_with_its_files_in_run()
    {
        Lab lab = new();
        Host host = lab.AddHost("host");
        host.Sh("touch /run/mark; setsid sleep 1000 >/dev/null 2>&1 &");
        string folder = lab.Folder;
        int pid = host.Pid;
        Assert.False(File.Exists("/run/mark"));
        Assert.True(File.Exists(host.Root + "/run/mark"));
        await lab.DisposeAsync();
        Assert.False(Directory.Exists(folder));
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task A_socket_of_the_test_lives_in_the_hosts_network()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("host");
        host.AddAddress("lo", "10.99.0.1/32");
        using Socket socket = host.OpenSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("10.99.0.1"), 4000));
        Assert.Contains("10.99.0.1:4000", host.Run("ss", "-Hlun"));
    }

    [Fact]
    public async Task State_is_equal_before_and_after_what_was_undone_and_differs_in_between()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("host");
        string before = HostState.Capture(host);
        host.Sh(
            "ip link add b0 type bridge; ip link set b0 up; ip rule add fwmark 7 lookup 77; nft add table inet mine"
        );
        string between = HostState.Capture(host);
        host.Sh("ip link del b0; ip rule del fwmark 7; nft delete table inet mine");
        Assert.NotEqual(before, between);
        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task A_command_past_its_time_is_ended_and_reported_with_what_it_printed()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("host");
        Command slow = new("sh", "-c", "echo begun; sleep 1000") { Timeout = TimeSpan.FromSeconds(1) };
        TimeoutException fault = Assert.Throws<TimeoutException>(() => host.Try(slow));
        Assert.Contains("begun", fault.Message);
        Assert.Throws<CommandFailedException>(() => host.Run("false"));
    }
}

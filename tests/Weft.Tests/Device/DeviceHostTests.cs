using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Device;
using Weft.Tests.Linux;
using Xunit;

namespace Weft.Tests.Device;

/// <summary>The whole device, in a namespace of its own, against the kernel: how it lives and ends.</summary>
public sealed class DeviceHostTests : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    readonly TestNamespace _namespace = new();
    readonly string _folder = Directory.CreateTempSubdirectory("weft-host-").FullName;
    readonly string _name = $"wh{Environment.ProcessId}";
    readonly DeviceHost _host;
    readonly Thread _running;
    bool _endedWell;

    public DeviceHostTests()
    {
        // The threads of the device are started by this one, and so are where it is.
        TaskCompletionSource<DeviceHost> made = new();
        _running = new Thread(() =>
            _namespace.Run(() =>
            {
                DeviceHost host = DeviceHost.Create(
                    new DeviceOptions { Name = _name, SocketFolder = _folder },
                    NullLogger.Instance
                );
                made.SetResult(host);
                return _endedWell = host.Run();
            })
        );
        _running.Start();
        Assert.True(made.Task.Wait(s_patience));
        _host = made.Task.Result;
    }

    [Fact]
    public void Starts_down_with_an_MTU_of_1420_and_nothing_bound()
    {
        Assert.Contains(
            " mtu 1420 ",
            TestNamespace.Ip($"-n {_namespace.Name} link show {_name}"),
            StringComparison.Ordinal
        );
        Assert.Equal("errno=0\n\n", Ask("get=1\n\n"));
    }

    [Fact]
    public void Binds_both_families_to_one_port_while_up()
    {
        TestNamespace.Ip($"-n {_namespace.Name} link set {_name} up");
        Until(() => ListenPort() != 0);
        int port = ListenPort();
        Assert.Equal(2, Sockets(port));

        TestNamespace.Ip($"-n {_namespace.Name} link set {_name} down");
        Until(() => Sockets(port) == 0);
        Assert.Equal(port, ListenPort());
    }

    [Fact]
    public void Ends_when_its_interface_is_deleted()
    {
        TestNamespace.Ip($"-n {_namespace.Name} link del {_name}");
        Ended();
        Assert.False(File.Exists(_host.SocketPath));
    }

    [Fact]
    public void Ends_when_its_socket_file_is_removed()
    {
        File.Delete(_host.SocketPath);
        Ended();
        InterfaceIsGone();
    }

    [Fact]
    public void Goes_on_when_its_interface_moves_to_another_namespace()
    {
        using TestNamespace away = new();
        TestNamespace.Ip($"-n {_namespace.Name} link set {_name} netns {away.Name}");
        TestNamespace.Ip($"-n {away.Name} link set {_name} up");
        Until(() => ListenPort() != 0);
        int port = ListenPort();
        Assert.Equal(2, Sockets(port));
        TestNamespace.Ip($"-n {away.Name} link set {_name} down");
        Until(() => Sockets(port) == 0);
        TestNamespace.Ip($"-n {away.Name} link del {_name}");
        Ended();
    }

    [Fact]
    public void Ends_when_asked_and_leaves_nothing()
    {
        TestNamespace.Ip($"-n {_namespace.Name} link set {_name} up");
        _host.End("the test is over");
        Ended();
        Assert.Empty(Directory.GetFiles(_folder));
        InterfaceIsGone();
    }

    [Fact]
    public void Configuration_reads_back_as_it_was_set()
    {
        const string peer = "188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52";
        const string key = "e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a";
        string set =
            $"set=1\nprivate_key={key}\nlisten_port=12912\nfwmark=77\npublic_key={peer}\n"
            + "endpoint=[fe80::1%1]:51820\npersistent_keepalive_interval=5\nallowed_ip=10.0.0.0/8\nallowed_ip=fd00::/8\n\n";
        Assert.Equal("errno=0\n\n", Ask(set));

        string got = Ask("get=1\n\n");
        foreach (
            string line in new[]
            {
                $"private_key={key}",
                "listen_port=12912",
                "fwmark=77",
                $"public_key={peer}",
                "endpoint=[fe80::1%1]:51820",
                "persistent_keepalive_interval=5",
                "allowed_ip=10.0.0.0/8",
                "allowed_ip=fd00::/8",
            }
        )
            Assert.Contains(line, got.Split('\n'));
        Assert.Equal("errno=0\n\n", Ask($"set=1\npublic_key={peer}\nremove=true\n\n"));
        Assert.DoesNotContain(peer, Ask("get=1\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_changes_what_it_names_and_nothing_else()
    {
        const string one = "public_key=188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52";
        const string two = "public_key=662e14fd594556f522604703340351258903b64f35553763f19426ab2a515c58";
        Change($"{one}\nallowed_ip=10.0.0.0/8\nallowed_ip=fd00::/8\nendpoint=192.0.2.1:5");
        Assert.Equal([one, "endpoint=192.0.2.1:5", "allowed_ip=10.0.0.0/8", "allowed_ip=fd00::/8"], Shown());
        Change($"{one}\nallowed_ip=-10.0.0.0/8\nallowed_ip=-10.9.0.0/16");
        Assert.Equal([one, "endpoint=192.0.2.1:5", "allowed_ip=fd00::/8"], Shown());
        Change($"{one}\nreplace_allowed_ips=true\nallowed_ip=10.1.0.0/16");
        Assert.Equal([one, "endpoint=192.0.2.1:5", "allowed_ip=10.1.0.0/16"], Shown());
        Change($"{two}\nupdate_only=true\nallowed_ip=10.1.0.0/16");
        Assert.Equal([one, "endpoint=192.0.2.1:5", "allowed_ip=10.1.0.0/16"], Shown());
        Change($"{one}\nupdate_only=true\nendpoint=[2001:db8::1]:6");
        Assert.Equal([one, "endpoint=[2001:db8::1]:6", "allowed_ip=10.1.0.0/16"], Shown());
        Change($"replace_peers=true\n{two}\nallowed_ip=10.2.0.5/16");
        Assert.Equal([two, "allowed_ip=10.2.0.0/16"], Shown());

        void Change(string lines) => Assert.Equal("errno=0\n\n", Ask($"set=1\n{lines}\n\n"));

        IEnumerable<string> Shown() =>
            Ask("get=1\n\n")
                .Split('\n')
                .Where(line =>
                    line.StartsWith("public_key", StringComparison.Ordinal)
                    || line.StartsWith("endpoint", StringComparison.Ordinal)
                    || line.StartsWith("allowed_ip", StringComparison.Ordinal)
                );
    }

    public void Dispose()
    {
        if (_running.IsAlive)
            _host.End("the test is over");
        _running.Join();
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
        _namespace.Dispose();
    }

    void Ended()
    {
        Assert.True(_running.Join(s_patience));
        Assert.True(_endedWell);
        _host.Dispose();
    }

    /// <summary>
    /// Soon, not at once: the interface lives while anybody has the TUN open, and so does every program that another test
    /// starts at this moment, between its fork and its exec.
    /// </summary>
    void InterfaceIsGone() =>
        Until(() => !TestNamespace.Ip($"-n {_namespace.Name} link").Contains(_name, StringComparison.Ordinal));

    int ListenPort() =>
        Ask("get=1\n\n").Split('\n').FirstOrDefault(l => l.StartsWith("listen_port=", StringComparison.Ordinal))
            is { } line
            ? int.Parse(line.Split('=')[1], null)
            : 0;

    /// <summary>UDP sockets at a port in the namespace where the device was born.</summary>
    int Sockets(int port) =>
        _namespace.Run(() =>
            new[] { "udp", "udp6" }
                .SelectMany(file => File.ReadLines($"/proc/thread-self/net/{file}"))
                .Count(line => line.Contains($":{port:X4} ", StringComparison.Ordinal))
        );

    string Ask(string commands)
    {
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(_host.SocketPath));
        client.Send(Encoding.ASCII.GetBytes(commands));
        client.Shutdown(SocketShutdown.Send);
        StringBuilder text = new();
        byte[] bytes = new byte[4096];
        int count;
        while ((count = client.Receive(bytes)) > 0)
            text.Append(Encoding.ASCII.GetString(bytes, 0, count));
        return text.ToString();
    }

    static void Until(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        Assert.True(
            SpinWait.SpinUntil(condition, s_patience),
            $"Still not so after {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s."
        );
    }
}

using System.Runtime.CompilerServices;

namespace Weft.ScenarioTests.Network;

/// <summary>
/// The hosts of one test and the wires between them. A host has a network, mounts, process table and host name of its own
/// and no name outside, so labs side by side cannot meet, and a lab ends with the test process however that ends.
/// The test owns it (<c>await using</c>) and uses it from one thread at a time.
/// </summary>
sealed class Lab : IAsyncDisposable
{
    readonly List<Host> _hosts = [];
    readonly List<string> _names = ["127.0.0.1 localhost", "::1 localhost ip6-localhost"];
    readonly string _title;

    internal Lab([CallerMemberName] string title = "")
    {
        _title = title;
        if (Environment.UserName != "root")
        {
            throw new InvalidOperationException("A lab makes network namespaces: run the scenario tests as root.");
        }

        Folder = Directory.CreateTempSubdirectory("weft-lab-").FullName;
        WriteNames();
        File.WriteAllText(Path.Combine(Folder, "resolv.conf"), "# no name server here: names stand in /etc/hosts\n");
    }

    /// <summary>A folder of this lab alone, seen by every host under the same path; it goes with the lab.</summary>
    internal string Folder { get; }

    internal IReadOnlyList<Host> Hosts => _hosts;

    /// <summary>Starts a host; its name is its host name.</summary>
    internal Host AddHost(string name)
    {
        Host host = Host.Start(name, Folder);
        _hosts.Add(host);
        return host;
    }

    /// <summary>Lays a wire (a veth pair) between two hosts and brings both ends up.</summary>
    internal void Connect(Host first, string firstDevice, Host second, string secondDevice, int mtu = 1500)
    {
        if (!_hosts.Contains(first) || !_hosts.Contains(second))
        {
            throw new ArgumentException("A wire joins two hosts of this lab.");
        }

        // Made inside one host and handed to the other, so that no end ever has a name outside.
        first.RunInNetwork(
            $"ip link add {firstDevice} mtu {mtu} type veth peer name {secondDevice} mtu {mtu} netns {second.Pid}"
        );
        first.Run("ip", "link", "set", firstDevice, "up");
        second.Run("ip", "link", "set", secondDevice, "up");
    }

    /// <summary>Makes a name known to every host, as public DNS would; a name given again gets the new addresses.</summary>
    internal void SetName(string name, params string[] addresses)
    {
        _names.RemoveAll(line => line.EndsWith(' ' + name));
        _names.AddRange(addresses.Select(address => $"{address} {name}"));
        WriteNames();
    }

    public async ValueTask DisposeAsync()
    {
        ITestOutputHelper? output = TestContext.Current.TestOutputHelper;
        foreach (Host host in _hosts)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            output?.WriteLine(host.Transcript(_title));
        }

        Directory.Delete(Folder, recursive: true);
    }

    // In place, not by rename: each host has this very file mounted over its /etc/hosts.
    void WriteNames() => File.WriteAllLines(Path.Combine(Folder, "hosts"), _names);
}

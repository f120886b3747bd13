using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel;

/// <summary>
/// Two hosts made of namespaces, joined by a wire (veth): where a contender runs. They end with this process, however
/// that ends, and take everything that runs on them along. Whoever makes them disposes them.
/// </summary>
sealed class TwoHosts : IAsyncDisposable
{
    internal const string OuterA = "10.9.0.1";
    internal const string OuterB = "10.9.0.2";
    internal const string InnerA = "10.10.0.1";
    internal const string InnerB = "10.10.0.2";

    /// <summary>The tunnel's interface on both hosts.</summary>
    internal const string Device = "vpn0";

    /// <summary>The wire's.</summary>
    internal const string Wire = "eth0";

    TwoHosts(string folder, Host a, Host b)
    {
        Folder = folder;
        A = a;
        B = b;
    }

    /// <summary>For keys and configurations; goes with the hosts.</summary>
    internal string Folder { get; }

    internal Host A { get; }

    internal Host B { get; }

    internal static TwoHosts Start()
    {
        string folder = Scratch.NewFolder();
        File.WriteAllText(Path.Combine(folder, "hosts"), "127.0.0.1 localhost\n");
        File.WriteAllText(Path.Combine(folder, "resolv.conf"), "");
        Host a = Host.Start("a", folder);
        Host b = Host.Start("b", folder);
        a.RunInNetwork($"ip link add {Wire} type veth peer name {Wire} netns {b.Pid}");
        a.Sh($"ip address add {OuterA}/24 dev {Wire}; ip link set {Wire} up");
        b.Sh($"ip address add {OuterB}/24 dev {Wire}; ip link set {Wire} up");
        return new TwoHosts(folder, a, b);
    }

    /// <summary>Gives the tunnel's interfaces their addresses and brings them up.</summary>
    internal void SetUpDevices(int mtu)
    {
        A.Sh($"ip address add {InnerA}/24 dev {Device}; ip link set {Device} mtu {mtu} up");
        B.Sh($"ip address add {InnerB}/24 dev {Device}; ip link set {Device} mtu {mtu} up");
    }

    /// <summary>Brings the tunnel's interface on one host up, without an address.</summary>
    internal static void SetUpDevice(Host host) => host.Run("ip", "link", "set", Device, "up");

    internal string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync().ConfigureAwait(false);
        await B.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(Folder, recursive: true);
    }
}

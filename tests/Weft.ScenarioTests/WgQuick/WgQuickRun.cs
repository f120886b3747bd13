using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.WgQuick;

/// <summary>Debian's wg-quick, or ours.</summary>
public enum Tool
{
    Stock,
    Ours,
}

/// <summary>
/// A host with a way out of both families, on which either wg-quick runs. <c>resolvconf</c> is a recorder: what it is called
/// with stands in a file. Where the kernel has no WireGuard, the stock tool runs wireguard-go and ours our own device.
/// </summary>
sealed class WgQuickRun : IAsyncDisposable
{
    readonly Lab _lab = new("wg-quick");

    internal WgQuickRun()
    {
        Host = _lab.AddHost("a");
        Host world = _lab.AddHost("world");
        _lab.Connect(Host, "wan", world, "wan");
        Host.AddAddress("wan", "203.0.113.2/24");
        Host.AddRoute("default", "203.0.113.1");
        Host.AddAddress("wan", "2001:db8::2/64");
        Host.AddRoute("default", "2001:db8::1");
        // Names stand for files of /etc/wireguard, and the machine's own are none of ours.
        Host.Sh("mkdir -p /run/wireguard-conf; mount --bind /run/wireguard-conf /etc/wireguard");
        Directory.CreateDirectory(Bin);
        string recorder = Path.Combine(Bin, "resolvconf");
        File.WriteAllText(
            recorder,
            $"""
            #!/bin/sh
            echo "resolvconf $*" >>{Record}
            [ "$1" != -a ] || cat >>{Record}

            """
        );
        File.SetUnixFileMode(recorder, (UnixFileMode)0b111_101_101);
    }

    internal Host Host { get; }

    internal string Folder => _lab.Folder;

    internal string Conf => Path.Combine(Folder, "wg0.conf");

    string Bin => Path.Combine(Folder, "bin");

    string Record => Path.Combine(Folder, "resolvconf.log");

    /// <summary>Runs one of the tools in the lab's folder.</summary>
    internal CommandResult Try(Tool tool, params string[] arguments)
    {
        string program = tool == Tool.Ours ? Programs.WgQuick : "/usr/bin/wg-quick";
        string path = $"{Bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        Dictionary<string, string> environment = new() { ["PATH"] = path };
        if (tool == Tool.Stock)
            environment["WG_QUICK_USERSPACE_IMPLEMENTATION"] = "wireguard-go";
        string[] line = ["/bin/sh", "-c", "cd \"$0\"; exec \"$@\"", Folder, program, .. arguments];
        return Host.Try(new Command(line) { Environment = environment });
    }

    /// <summary>What the tools make of the host, as text.</summary>
    internal string Tunnel(string name = "wg0") => Host.Run(Programs.Script("host/tunnel.sh"), name);

    /// <summary>A file with key and port, these further lines of [Interface], and these lines of each peer.</summary>
    internal static string Text(string lines, params string[] peers) =>
        $"[Interface]\nPrivateKey = {s_key.Private}\nListenPort = 4500\n{lines}\n"
        + string.Concat(peers.Select((p, i) => $"\n[Peer]\nPublicKey = {s_peers[i].Public}\n{p}\n"));

    internal void Write(string text, string? path = null)
    {
        path ??= Conf;
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>What resolvconf was told since the last time.</summary>
    internal string TakeRecord()
    {
        string record = File.Exists(Record) ? File.ReadAllText(Record) : "";
        File.Delete(Record);
        return record;
    }

    /// <summary>The setting that the stock tool leaves behind.</summary>
    internal void ForgetMarks() => Host.Sh("echo 0 >/proc/sys/net/ipv4/conf/all/src_valid_mark");

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    // The same for both tools, or nothing could be compared.
    static readonly KeyPair s_key = KeyPair.Generate();
    static readonly KeyPair[] s_peers = [KeyPair.Generate(), KeyPair.Generate(), KeyPair.Generate()];
}

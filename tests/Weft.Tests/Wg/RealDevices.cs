using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weft.Linux;
using Xunit;

namespace Weft.Tests.Wg;

/// <summary>Whose device it is.</summary>
public enum DeviceMake
{
    /// <summary>The built program.</summary>
    Weft,

    /// <summary>Debian's wireguard-go.</summary>
    Go,
}

/// <summary>
/// Userspace devices in namespaces of their own, with a folder of this host for their sockets, so that Debian's wg (inside)
/// and ours (in this process) meet the same ones. They end with whoever made this, however that ends: the first process
/// of their process namespace waits for the end of its input, which we hold.
/// </summary>
sealed class RealDevices : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("weft-wg-").FullName;
    readonly string[] _names;
    readonly Process _holder;

    internal RealDevices(DeviceMake make, params string[] names)
    {
        WgRunner.Require();
        Make = make;
        _names = names;
        const string script = """
            read -r pid _ </proc/self/stat
            mount --bind "$1" /var/run/wireguard && ip link set lo up || exit 1
            program=$2 verb=$3; shift 3
            # With one device, the port that the system chooses is always the same.
            echo 40000 $((39999 + $#)) >/proc/sys/net/ipv4/ip_local_port_range || exit 1
            for name; do "$program" $verb "$name" >/dev/null 2>&1 </dev/null & done
            echo "$pid"
            cat
            """;
        (string program, string verb) =
            make == DeviceMake.Weft ? (WgRunner.Program, "device --foreground") : ("/usr/bin/wireguard-go", "-f");
        string[] line = ["-m", "-n", "-p", "--fork", "bash", "-c", script, "bash", _folder, program, verb, .. names];
        _holder = Process.Start(
            new ProcessStartInfo("unshare", line) { RedirectStandardInput = true, RedirectStandardOutput = true }
        )!;
        string pid = _holder.StandardOutput.ReadLine() ?? throw new InvalidOperationException("It did not start.");
        Enter = ["nsenter", "-t", pid, "-m", "-n"];
        Stopwatch waited = Stopwatch.StartNew();
        foreach (string name in names)
        {
            while (!Answers(name))
            {
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"{make} device {name} does not answer.");
                Thread.Sleep(10);
            }
        }
    }

    internal DeviceMake Make { get; }

    /// <summary>Where the sockets are.</summary>
    internal string Sockets => _folder;

    /// <summary>The words before a program's that make it run beside the devices.</summary>
    internal string[] Enter { get; }

    /// <summary>Runs a shell script beside the devices.</summary>
    internal void Sh(string script)
    {
        using Process process = Process.Start(Enter[0], [.. Enter[1..], "sh", "-euc", script]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Puts a device into the state that an answer to get describes, as far as set can. Other devices stay.</summary>
    internal void Reset(string name, string status)
    {
        string[] settable =
        [
            "private_key",
            "listen_port",
            "fwmark",
            "public_key",
            "preshared_key",
            "endpoint",
            "persistent_keepalive_interval",
            "allowed_ip",
        ];
        // What the answer says nothing of is off. The keepalive goes first, so that nothing is sent before all is set.
        StringBuilder text = new("set=1\nreplace_peers=true\n");
        if (!status.Contains("private_key=", StringComparison.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"private_key={WgWrittenCases.HexZero}\n");
        if (!status.Contains("listen_port=", StringComparison.Ordinal))
            text.Append("listen_port=0\n");
        if (!status.Contains("fwmark=", StringComparison.Ordinal))
            text.Append("fwmark=0\n");
        foreach (string line in status.Split('\n').Where(line => settable.Contains(line.Split('=')[0])))
            text.Append(line).Append('\n');
        Assert.Equal("errno=0\n\n", Ask(name, text.Append('\n').ToString()));
    }

    /// <summary>What each device is, as it says itself. wireguard-go has its peers in a random order; here it is that of their
    /// keys.</summary>
    internal string[] States() =>
        [
            .. _names.Select(name =>
            {
                string status = Ask(name, "get=1\n\n");
                return Make == DeviceMake.Go ? Sorted(status[..^"errno=0\n\n".Length], "public_key=") : status;
            }),
        ];

    /// <summary>The text with its paragraphs, each of which begins with the given words, in the order of their text.</summary>
    internal static string Sorted(string text, string beginning)
    {
        string[] parts = text.Split(beginning);
        return parts[0] + string.Concat(parts[1..].Order(StringComparer.Ordinal).Select(part => beginning + part));
    }

    internal string Ask(string name, string request)
    {
        using UnixConnection device = UnixConnection.Open(SocketOf(name), TimeSpan.FromSeconds(10));
        device.Send(Encoding.Latin1.GetBytes(request));
        StringBuilder answer = new();
        byte[] buffer = new byte[65536];
        while (!answer.ToString().EndsWith("\n\n", StringComparison.Ordinal))
        {
            int length = device.Receive(buffer);
            Assert.NotEqual(0, length);
            answer.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }
        return answer.ToString();
    }

    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    bool Answers(string name)
    {
        try
        {
            return File.Exists(SocketOf(name)) && Ask(name, "get=1\n\n").Contains("errno=0", StringComparison.Ordinal);
        }
        catch (KernelRefusedException)
        {
            return false;
        }
    }

    string SocketOf(string name) => Path.Combine(_folder, name + ".sock");
}

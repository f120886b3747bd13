using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WgQuick;

/// <summary>What a script notices of the tool beside what it makes: arguments, exit statuses, files that it writes.</summary>
public sealed class MannersTests
{
    const string Interface = "Address = 10.7.0.1/24";
    const string Peer = "AllowedIPs = 10.9.0.0/16";

    [Theory]
    [InlineData("", 1)]
    [InlineData("--help", 0)]
    [InlineData("-h", 0)]
    [InlineData("help", 0)]
    [InlineData("up", 1)]
    [InlineData("up wg0 wg1", 1)]
    [InlineData("restart wg0", 1)]
    [InlineData("--version", 1)]
    [InlineData("up nosuch", 1)]
    [InlineData("up ./nosuch.conf", 1)]
    [InlineData("up ./wg0.txt", 1)]
    [InlineData("up wg0.conf", 1)]
    [InlineData("up ./a-name-that-is-too-long.conf", 1)]
    [InlineData("down wg0", 1)]
    [InlineData("save wg0", 1)]
    [InlineData("strip nosuch", 1)]
    public async Task Both_end_with_the_same_status(string arguments, int status)
    {
        await using WgQuickRun run = new();
        foreach (string path in (string[])["wg0.conf", "wg0.txt", "a-name-that-is-too-long.conf"])
            run.Write(WgQuickRun.Text(Interface, Peer), Path.Combine(run.Folder, path));
        run.Host.Sh($"cp {run.Conf} /etc/wireguard");
        string before = HostState.Capture(run.Host);
        string[] words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(status, run.Try(Tool.Stock, words).Status);
        CommandResult ours = run.Try(Tool.Ours, words);

        Assert.Equal(status, ours.Status);
        Assert.Equal(status == 0, ours.Errors.Length == 0);
        Assert.Equal(status != 0, ours.Output.Length == 0);
        Assert.Equal(before, HostState.Capture(run.Host));
    }

    [Theory]
    [InlineData("wg0", "/etc/wireguard/wg0.conf", "wg0")]
    [InlineData("./wg-x.conf", "wg-x.conf", "wg-x")]
    [InlineData("in/a/wg_1.2.conf", "in/a/wg_1.2.conf", "wg_1.2")]
    [InlineData("/etc/wireguard/5g.conf", "/etc/wireguard/5g.conf", "5g")]
    public async Task Names_and_paths_mean_the_same(string argument, string path, string name)
    {
        await using WgQuickRun run = new();
        run.Host.Sh($"mkdir -p {run.Folder}/in/a");
        run.Write(WgQuickRun.Text(Interface, Peer));
        run.Host.Sh($"cd {run.Folder}; mv wg0.conf tmp; mv tmp {path}");
        foreach (Tool tool in Enum.GetValues<Tool>())
        {
            Assert.Equal(0, run.Try(tool, "up", argument).Status);
            Assert.Contains("inet 10.7.0.1/24", run.Tunnel(name));
            CommandResult again = run.Try(tool, "up", argument);
            Assert.Equal(1, again.Status);
            Assert.Contains("already exists", again.Errors);
            Assert.Equal(0, run.Try(tool, "down", argument).Status);
            Assert.False(run.Host.Try("ip", "link", "show", name).Succeeded);
        }
    }

    [Fact]
    public async Task What_changed_meanwhile_is_saved_as_the_stock_tool_saves_it()
    {
        Assert.Equal(await Saved(Tool.Stock), await Saved(Tool.Ours));
    }

    static async Task<string> Saved(Tool tool)
    {
        await using WgQuickRun run = new();
        run.Write(
            WgQuickRun.Text(
                $"{Interface}\nMTU = 1300\nFwMark = 0x5\nTable = off\nSaveConfig = true\n"
                    + "PreDown = ip address add 10.98.0.1/32 dev %i\nPostUp = echo up # remark",
                Peer + "\nPersistentKeepalive = 5\nEndpoint = 203.0.113.9:4000"
            )
        );
        Assert.Equal(0, run.Try(tool, "up", run.Conf).Status);
        run.Host.Sh(
            """
            ip address add fd00:9::1/64 dev wg0
            ip link set wg0 mtu 1310
            wg set wg0 peer "$(wg show wg0 peers)" allowed-ips 10.66.0.0/16,10.65.0.0/16 persistent-keepalive 7
            wg set wg0 listen-port 4501
            """
        );
        Assert.Equal(0, run.Try(tool, "save", run.Conf).Status);
        string saved = Sorted(run.Conf);
        run.Host.Sh("wg set wg0 fwmark 0");
        Assert.Equal(0, run.Try(tool, "down", run.Conf).Status);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(run.Conf));
        return $"{saved}\n--\n{Sorted(run.Conf)}";
    }

    /// <summary>One value a line, in no order, without the address that wireguard-go's interface draws.</summary>
    static string Sorted(string path)
    {
        List<string> lines = [];
        foreach (string line in File.ReadAllLines(path).Where(l => l.Contains(" = ", StringComparison.Ordinal)))
        {
            string key = line.Split(" = ")[0];
            lines.AddRange(line[(key.Length + 3)..].Split(", ").Select(value => $"{key} = {value}"));
        }
        lines.RemoveAll(l => l.Contains("fe80", StringComparison.Ordinal));
        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    [Fact]
    public async Task Name_servers_and_a_sites_remarks_survive_a_save()
    {
        await using WgQuickRun run = new();
        run.Write(
            "# Mine\n"
                + WgQuickRun.Text($"{Interface}\n# Weft.Site = a.example.org\nDNS = 10.7.0.53, corp.example", Peer)
        );
        Assert.Equal(0, run.Try(Tool.Ours, "up", run.Conf).Status);
        Assert.Equal(0, run.Try(Tool.Ours, "save", run.Conf).Status);
        string saved = File.ReadAllText(run.Conf);
        Assert.Contains("DNS = 10.7.0.53, corp.example", saved);
        Assert.Contains("# Weft.Site = a.example.org", saved);
    }

    [Fact]
    public async Task Strip_leaves_the_same_for_setconf()
    {
        await using WgQuickRun run = new();
        run.Write(
            WgQuickRun.Text(
                "  Address = 10.7.0.1/24 # mine\nPOSTUP=echo hi\ndns = 1.1.1.1\nMTU=1300\n# remark\nTable=off\nSaveConfig = true",
                Peer + " # there"
            )
        );
        string Lines(Tool tool) =>
            string.Join(
                '\n',
                run.Try(tool, "strip", run.Conf)
                    .Output.Split('\n')
                    .Select(l => l.Split('#')[0].Trim())
                    .Where(l => l.Length > 0)
            );
        Assert.Equal(Lines(Tool.Stock), Lines(Tool.Ours));
        Assert.Contains("ListenPort = 4500", Lines(Tool.Ours));
    }

    /// <summary>Whoever changes from one tool to the other while a tunnel is up.</summary>
    [Theory]
    [InlineData(Tool.Stock, Tool.Ours)]
    [InlineData(Tool.Ours, Tool.Stock)]
    public async Task Either_takes_down_what_the_other_made(Tool up, Tool down)
    {
        await using WgQuickRun run = new();
        string before = run.Tunnel();
        run.Write(
            WgQuickRun.Text(
                "Address = 10.7.0.1/24, fd00:7::1/64\nDNS = 10.7.0.53",
                "AllowedIPs = 0.0.0.0/0, ::/0\nEndpoint = 203.0.113.9:4000"
            )
        );
        Assert.Equal(0, run.Try(up, "up", run.Conf).Status);
        Assert.Contains("daddr 10.7.0.1", run.Tunnel());
        Assert.Equal(0, run.Try(down, "down", run.Conf).Status);
        Assert.Equal(before, run.Tunnel());
        Assert.EndsWith("resolvconf -d wg0 -f\n", run.TakeRecord());
    }
}

using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WgQuick;

/// <summary>The same file through Debian's wg-quick and through ours leaves the same on the host, while up and when down.</summary>
public sealed class ComparisonTests
{
    const string Peer = "AllowedIPs = 10.9.0.0/16";
    const string All = "AllowedIPs = 0.0.0.0/0, ::/0\nEndpoint = 203.0.113.9:4000";

    /// <summary>Name; what the host has before; the lines of [Interface]; those of each peer.</summary>
    public static TheoryData<string, string, string, string[]> Files { get; } =
        new()
        {
            {
                "addresses of both families and several peers",
                "",
                "Address = 10.7.0.1/24, fd00:7::1/64\nAddress = 10.8.0.1/32",
                [
                    Peer + ", fd00:9::/64",
                    "AllowedIPs = 10.10.0.0/16\nPersistentKeepalive = 25",
                    "Endpoint = 203.0.113.5:7",
                ]
            },
            { "no routes", "", "Address = 10.7.0.1/24\nTable = off", [All] },
            {
                "a table of its own",
                "",
                "Address = 10.7.0.1/24\nTable = 1234",
                ["AllowedIPs = 0.0.0.0/0, ::/0, 10.4.5.6/16"]
            },
            { "the main table by name", "", "Address = 10.7.0.1/24\nTable = main", [Peer + ", 10.7.0.128/25"] },
            { "all of IPv4", "", "Address = 10.7.0.1/24, fd00:7::1/64", ["AllowedIPs = 0.0.0.0/0"] },
            { "all of IPv6", "", "Address = 10.7.0.1/24, fd00:7::1/64", ["AllowedIPs = ::/0, 10.9.0.0/16"] },
            {
                "all of both, with name servers",
                "",
                "Address = 10.7.0.1/24, 10.7.1.1/32, fd00:7::1/64\nDNS = 10.7.0.53, corp.example, fd00:7::53\nDNS = b.example",
                [All]
            },
            { "all of both without addresses", "", "", [All] },
            { "a mark of its own for all", "", "Address = 10.7.0.1/24\nFwMark = 0x77", [All] },
            { "no mark, for all", "", "Address = 10.7.0.1/24\nFwMark = off", [All] },
            { "a mark without all", "", "Address = 10.7.0.1/24\nFwMark = 119", [Peer] },
            {
                "a table that somebody has taken",
                "ip route add 192.0.2.0/24 dev wan table 51820; ip -6 route add 2001:db8:7::/64 dev wan table 51821",
                "Address = 10.7.0.1/24",
                [All]
            },
            { "an MTU", "", "Address = 10.7.0.1/24\nMTU = 1333", [Peer] },
            {
                "an MTU from the way to the endpoint",
                "ip link set wan mtu 1400; ip route add 198.51.100.0/24 via 203.0.113.7 mtu 1311",
                "Address = 10.7.0.1/24",
                ["Endpoint = 198.51.100.1:4000"]
            },
            {
                "an MTU from the widest of several ways",
                "ip link set wan mtu 1400; ip route add 198.51.100.0/24 via 203.0.113.7 mtu 1311",
                "Address = 10.7.0.1/24",
                ["Endpoint = 198.51.100.1:4000", "Endpoint = [2001:db8::7]:4000"]
            },
            { "an MTU from the default route", "ip link set wan mtu 1390", "Address = 10.7.0.1/24", [Peer] },
            {
                "an MTU from the better of two default routes",
                "ip link set wan mtu 1390; ip route change default via 203.0.113.1 mtu 1301; ip route add default dev wan metric 9",
                "",
                [Peer]
            },
            {
                "an MTU where the endpoint is out of reach",
                "ip link set wan mtu 1390; ip route add unreachable 198.51.100.0/24",
                "",
                ["Endpoint = 198.51.100.1:4000"]
            },
            {
                "an MTU without any way",
                "ip route del default; ip -6 route del default",
                "",
                ["Endpoint = 198.51.100.1:4"]
            },
            {
                "prefixes within each other, with host bits",
                "",
                "Address = 10.7.0.1/24",
                [
                    "AllowedIPs = 10.9.1.1/16, 10.9.2.0/24, 10.7.0.0/25,10.7.0.9, fd00:1::1/40, 0.0.0.0/1, 128.0.0.0/1",
                    "AllowedIPs = 10.9.2.0/24, 10.9.2.128/25, 192.168.0.0/0",
                ]
            },
            { "an address without prefix", "", "Address = 10.7.0.1, fd00:7::1", [Peer] },
            { "nothing at all", "", "", [] },
            {
                "odd spelling",
                "",
                "  address=10.7.0.1/24,10.8.0.1/32 # and more\n# Address = 1.1.1.1\naDDress  =  10.8.1.1/30\r\nmtu=1300#x\n\n\ttable = off",
                ["allowedIPS=10.9.0.0/16 ,10.10.0.0/16\r"]
            },
            {
                "names for name servers alone, and commas",
                "",
                "DNS = 1.1.1.1 , a.example,b_c.example,\ndns=2606:4700::1111",
                [Peer]
            },
            {
                "an order of interfaces as Debian's resolvconf has it",
                "mkdir /run/order; printf 'lo\\neth+([0-9])*\\ntap*\\ntun*\\n' >/run/order/interface-order; "
                    + "mkdir -p /run/etc; cp -a /etc/. /run/etc 2>/dev/null; mkdir -p /run/etc/resolvconf; "
                    + "cp /run/order/interface-order /run/etc/resolvconf; mount --rbind /run/etc /etc; "
                    + "mount --bind /run/wireguard-conf /etc/wireguard",
                "DNS = 1.1.1.1",
                [Peer]
            },
            {
                "a host without nft",
                "cp -a /usr/sbin /run/sbin; rm /run/sbin/nft; mount --bind /run/sbin /usr/sbin; "
                    + "iptables -t raw -A PREROUTING -d 192.0.2.1 -j ACCEPT",
                "Address = 10.7.0.1/24, fd00:7::1/64",
                [All]
            },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Both_leave_the_same(string name, string before, string lines, string[] peers)
    {
        Assert.NotEmpty(name);
        await using WgQuickRun run = new();
        run.Host.Sh(before.Length == 0 ? ":" : before);
        run.Write(WgQuickRun.Text(lines, peers));
        string idle = run.Tunnel();
        Outcome stock = UpAndDown(run, Tool.Stock);
        run.ForgetMarks();
        Outcome ours = UpAndDown(run, Tool.Ours);

        Assert.Equal(stock.Up, ours.Up);
        Assert.Equal(stock.Told, ours.Told);
        Assert.NotEqual(idle, ours.Up);
        Assert.Equal(idle, stock.Down);
        Assert.Equal(idle, ours.Down);
    }

    /// <param name="Up">The host while it is up.</param>
    /// <param name="Told">What resolvconf was told.</param>
    /// <param name="Down">The host after that.</param>
    sealed record Outcome(string Up, string Told, string Down);

    static Outcome UpAndDown(WgQuickRun run, Tool tool)
    {
        CommandResult up = run.Try(tool, "up", run.Conf);
        Assert.True(up.Succeeded, up.Errors);
        string made = run.Tunnel();
        CommandResult down = run.Try(tool, "down", run.Conf);
        Assert.True(down.Succeeded, down.Errors);
        return new Outcome(made, run.TakeRecord(), run.Tunnel());
    }

    public static TheoryData<string> Hooks { get; } =
    [
        "PreUp = echo 1 %i %i%%i\nPreUp = echo 2; ip -br link show %i 2>&1 || :",
        "PostUp = echo 1 %i; ip route show dev %i\nPostUp = (echo a; echo b) | sort -r # not this\nPostUp = echo \"2\" '%i' >&2",
        "PreDown = ip -br link show %i | grep -c UP\nPreDown = X=1; cd /usr\nPreDown = echo \"X=$X\"",
        "PostDown = ip link show %i 2>&1 || :\nPostDown = echo $(( 1 + 2 ))\nPostDown = [[ a == a* ]] && echo bash",
        "PreUp = echo 1; exit 1",
        "PreUp = false; echo goes on",
        "PostUp = echo 1\nPostUp = false | true; echo goes on\nPreDown = echo pre\nPostDown = echo post\nDNS = 1.1.1.1",
        "PostUp = exit 4\nDNS = 1.1.1.1",
        "PreDown = echo before; exit 5",
        "PostDown = exit 6",
    ];

    /// <summary>Hooks run at the same moments, in the same order and shell, print the same, and fail alike.</summary>
    [Theory]
    [MemberData(nameof(Hooks))]
    public async Task Both_run_hooks_alike(string lines)
    {
        Assert.Equal(await RunHooks(Tool.Stock, lines), await RunHooks(Tool.Ours, lines));
    }

    static async Task<string> RunHooks(Tool tool, string lines)
    {
        // A host for each: what a hook broke is not there for the other tool.
        await using WgQuickRun run = new();
        run.Write(WgQuickRun.Text(lines + "\nAddress = 10.7.0.1/24", All));
        CommandResult up = run.Try(tool, "up", run.Conf);
        string made = run.Tunnel();
        CommandResult down = run.Try(tool, "down", run.Conf);
        run.ForgetMarks();
        return $"""
            up: {up.Status}
            {up.Output}{Commands(up)}
            {made}
            down: {down.Status}
            {down.Output}{Commands(down)}
            {run.Tunnel()}
            {run.TakeRecord()}
            """;
    }

    /// <summary>The steps that are the user's own commands.</summary>
    static string Commands(CommandResult result) =>
        string.Join(
            '\n',
            result.Errors.Split('\n').Where(l => l.StartsWith("[#] ", StringComparison.Ordinal) && !IsOwn(l))
        );

    static bool IsOwn(string line) =>
        line[4..].Split(' ')[0].Split('/')[^1]
            is "ip"
                or "wg"
                or "sysctl"
                or "nft"
                or "wireguard-go"
                or "weft"
                or "resolvconf"
        && !line.Contains("show", StringComparison.Ordinal);
}

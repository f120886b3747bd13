using System.Text;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Control;

/// <summary>
/// What <c>wg.sh</c> makes of files that were edited by hand: the same as weft, or nothing. With both kinds of <c>ip</c> that
/// routers have.
/// </summary>
public sealed class ScriptInputTests
{
    readonly string _private = KeyPair.Generate().Private;
    readonly string _shared = KeyPair.RandomSecret();
    readonly string _b = KeyPair.Generate().Public;
    readonly string _c = KeyPair.Generate().Public;

    /// <summary>As somebody leaves it who edited it on three systems: the byte-order mark and what ends lines come in the test.</summary>
    string Untidy =>
        $"""
                [interface]   # this one
            #Weft.Site=a.example.org
            # WEFT.CHECK =10
            	# weft.lan = 10.0.1.0/24,fd77:0:0:1::/64 # at home
            PRIVATEKEY={_private}# nobody's business
            	address	=	192.168.192.1/24 ,fd77:0:0:192::1/64
            listenPORT=51820
            Mtu  =1400

              [ PEER ]#b
            publickey	={_b}
            allowedips=192.168.192.2,10.0.2.77/24
            AllowedIPs = fd77:0:0:2::/64
            AllowedIps=10.5.0.0/16 # and this
            PersistentKeepAlive=off
            presharedKey={_shared}
            [Peer]
            PublicKey = {_c}
            EndPoint=203.0.113.3:51820
            persistentkeepalive =	25
            ALLOWEDIPS	=192.168.192.3/32	,	10.0.3.0/24
            """;

    [Theory]
    [InlineData("iproute2")]
    [InlineData("busybox")]
    public async Task A_file_edited_by_hand_makes_what_weft_makes_of_it(string ip)
    {
        await using Lab lab = new();
        SiteProgram weft = new(lab, RunBy.Weft);
        SiteProgram script = new(lab, RunBy.Script);
        Host host = script.Prepared(lab.AddHost("a"));
        string conf = Write(lab, '\uFEFF' + Untidy.ReplaceLineEndings("\r\n"));
        string before = HostState.Capture(host);
        weft.Start(host, conf);
        string made = Made(host);
        Assert.Contains("10.5.0.0/16", made);
        weft.Stop(host, conf);
        Assert.Equal(before, HostState.Capture(host));

        string By(string verb) => host.Run(["env", $"ROUTER_IP={ip}", .. script.CommandOf(verb, conf).Line]);
        Assert.Contains("a.example.org: wg0 is up, 2 peers", By("start"));
        Assert.Equal(made, Made(host));
        Assert.Contains("nothing to change", By("start"));

        Write(lab, Untidy.Replace(",10.0.2.77/24", "", StringComparison.Ordinal));
        By("start");
        Assert.DoesNotContain("10.0.2.0/24", Made(host));
        Assert.Contains("10.5.0.0/16", Made(host));
        By("stop");
        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task All_faults_of_a_file_are_named_with_their_lines_at_once_and_nothing_is_touched()
    {
        await using Lab lab = new();
        SiteProgram script = new(lab, RunBy.Script);
        Host host = script.Prepared(lab.AddHost("a"));
        string conf = Write(
            lab,
            $"""
            Address = 10.1.0.1/24
            [Interface]
            PrivateKey = {_private[1..]}
            ListenPort = 70000
            Address = 192.168.192.1/33
            MTU = 1279
            PostUp = echo {_private}
            Table = 7
            # Weft.Check = often
            an idea of mine
            [Peer]
            AllowedIPs = 10.0.2.0/24, 10.0.300.0/24
            [Peers]
            [Peer]
            PublicKey = {_b}
            Endpoint = b.example.org
            PersistentKeepalive = yes
            AllowedIPs = 0.0.0.0/0
            PresharedKey =
            [Peer]
            PublicKey = {_b}
            """
        );
        string before = HostState.Capture(host);

        CommandResult refused = script.Try(host, "start", conf);

        Assert.Equal(1, refused.Status);
        Assert.Equal("", refused.Output);
        Assert.Equal(before, HostState.Capture(host));
        foreach (
            string fault in (string[])
                [
                    "1: 'Address' stands before any section",
                    "3: not a key: 44 characters of base64",
                    "4: '70000' is not a number from 0 to 65535 for ListenPort",
                    "5: '192.168.192.1/33' is not an address or a network",
                    "6: '1279' is not a number from 1280 to 65535 for MTU",
                    "7: 'PostUp' is not a key of [interface] that wg.sh can do",
                    "8: '7' is not auto or off",
                    "9: 'often' is not a number from 1 to 86400 for Weft.Check",
                    "10: neither [Section] nor Key = value",
                    "11: the peer has no PublicKey",
                    "12: '10.0.300.0/24' is not an address or a network",
                    "13: '[Peers]' is not a section",
                    "16: 'b.example.org' is not an endpoint",
                    "17: 'yes' is not a number from 0 to 65535 for PersistentKeepalive",
                    "18: wg.sh leads no default route through a tunnel",
                    "19: 'PresharedKey' has no value",
                    "21: the peer of line 14 has this key too",
                ]
        )
        {
            Assert.Contains($"{conf}:{fault}", refused.Errors);
        }

        Assert.Equal(17, refused.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(_private[1..21], refused.Errors);
    }

    [Fact]
    public async Task A_running_site_stays_as_it_is_when_its_file_becomes_one_that_is_refused()
    {
        await using Lab lab = new();
        SiteProgram script = new(lab, RunBy.Script);
        Host host = script.Prepared(lab.AddHost("a"));
        string conf = Write(lab, Untidy);
        script.Start(host, conf);
        string made = Made(host);
        Write(lab, Untidy + "\nPreUp = reboot\n");

        Assert.Equal(1, script.Try(host, "start", conf).Status);
        Assert.Equal(1, script.Try(host, "restart", conf).Status);

        Assert.Equal(made, Made(host));
        Assert.Single(script.Watchers(host));
    }

    [Fact]
    public async Task The_shells_trace_of_start_check_and_stop_holds_no_key()
    {
        await using Lab lab = new();
        SiteProgram script = new(lab, RunBy.Script);
        Host host = script.Prepared(lab.AddHost("a"));
        string conf = Write(lab, Untidy);
        string trace = "";
        void By(string verb)
        {
            CommandResult result = host.Try([
                .. SiteProgram.OnRouter(lab),
                "-x",
                SiteProgram.ScriptBeside(conf),
                verb,
                conf,
            ]);
            Assert.Equal(0, result.Status);
            trace += result.Output + result.Errors;
        }

        By("start");
        Write(lab, Untidy.Replace(_shared, KeyPair.RandomSecret(), StringComparison.Ordinal));
        By("start");
        By("check");
        By("status");
        By("restart");
        By("stop");

        Assert.Contains("+ ip -4 route add 10.5.0.0/16 dev wg0 proto 87", trace);
        foreach (string secret in (string[])[_private, _shared])
        {
            // A good part of a key gives it away as well.
            Assert.DoesNotContain(secret[1..21], trace);
            Assert.DoesNotContain(secret[21..41], trace);
        }
    }

    static string Write(Lab lab, string text)
    {
        string conf = Path.Combine(lab.Folder, "wg0.conf");
        File.WriteAllText(conf, text, new UTF8Encoding(false));
        File.SetUnixFileMode(conf, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return conf;
    }

    /// <summary>What a start makes of a file, whoever did it.</summary>
    static string Made(Host host) =>
        host.Sh(
            """
            wg showconf wg0 | sed '/^AllowedIPs/s/, /\n/g' | sort
            ip -br address show dev wg0
            ip -o link show dev wg0 | grep -o 'mtu [0-9]*'
            ip route show dev wg0; ip -6 route show dev wg0
            { iptables -S; ip6tables -S; } | grep -v '^-N WEFT$' | sort
            cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
            """
        );
}

using Weft.ScenarioTests.Control;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WgQuick;

/// <summary>DNS: whoever keeps a host's name servers gets those of the tunnel, and gives back the host's own.</summary>
public sealed class NameServerTests
{
    const string Own = "nameserver 9.9.9.9\noptions edns0\n";
    const string Dns = "DNS = 10.7.0.53, corp.example, fd00:7::53\n";

    static readonly Lazy<string> s_programs = new(() =>
    {
        string folder = Programs.Artifact("names");
        Programs.RunHere(Programs.Script("names/fetch.sh"), folder);
        return folder;
    });

    // A copy to do as one likes with; and nobody keeps the name servers, whatever this machine has.
    static readonly string s_plainHost = $"""
        mkdir /run/etc
        cp -a /etc/. /run/etc
        mount --bind /run/etc /etc
        for program in $(which -a resolvconf resolvectl); do mount --bind /dev/null "$program"; done
        printf '{Own.Replace("\n", "\\n", StringComparison.Ordinal)}' >/etc/resolv.conf
        """;

    [Theory]
    [InlineData("openresolv", "cp -a $names/openresolv/etc/. /etc; echo 'nameserver 9.9.9.9' | resolvconf -a eth0")]
    [InlineData(
        "resolvconf",
        "cp -a $names/resolvconf/etc/. /etc; ln -sfn /run/resolvconf /etc/resolvconf/run; mkdir -p /run/resolvconf/interface; "
            + "ln -sf /run/resolvconf/resolv.conf /etc; resolvconf --enable-updates; echo 'nameserver 9.9.9.9' | resolvconf -a eth0"
    )]
    public async Task Resolvconf_is_asked_as_wg_quick_asks_it(string package, string setUp)
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh(s_plainHost);
        string path = $"{s_programs.Value}/{package}/sbin:/usr/sbin:/usr/bin:/sbin:/bin";
        Dictionary<string, string> environment = new() { ["PATH"] = path, ["names"] = s_programs.Value };
        CommandResult prepared = host.Try(new Command("sh", "-euc", setUp) { Environment = environment });
        Assert.True(prepared.Succeeded, prepared.Errors);
        string before = host.Run("cat", "/etc/resolv.conf");
        Assert.Contains("nameserver 9.9.9.9", before);
        SiteConf conf = new(lab) { Lines = Dns };

        CommandResult up = host.Try(new Command(Programs.WgQuick, "up", conf.Write()) { Environment = environment });
        Assert.True(up.Succeeded, up.Errors);
        string[] servers = Servers(host);
        Assert.Equal(["10.7.0.53", "fd00:7::53"], servers[..2]);
        Assert.Contains("search corp.example", host.Run("cat", "/etc/resolv.conf"));

        CommandResult down = host.Try(new Command(Programs.WgQuick, "down", conf.Path) { Environment = environment });
        Assert.True(down.Succeeded, down.Errors);
        Assert.Equal(before, host.Run("cat", "/etc/resolv.conf"));
    }

    [Fact]
    public async Task Systemd_resolved_is_asked_where_there_is_no_resolvconf()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh(s_plainHost);
        host.Sh(
            """
            echo 'systemd-resolve:x:991:991::/:/usr/sbin/nologin' >>/etc/passwd
            echo 'systemd-resolve:x:991:' >>/etc/group
            mkdir -p /run/dbus /run/systemd/resolve
            chown 991:991 /run/systemd/resolve
            cat >/run/bus.conf <<end
            <busconfig>
              <type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
              <policy context="default">
                <allow user="*"/><allow own="*"/>
                <allow send_type="method_call"/><allow send_type="signal"/>
                <allow send_type="method_return"/><allow send_type="error"/>
                <allow receive_type="method_call"/><allow receive_type="signal"/>
                <allow receive_type="method_return"/><allow receive_type="error"/>
              </policy>
            </busconfig>
            end
            dbus-daemon --config-file=/run/bus.conf --fork
            """
        );
        using Running resolved = host.Start($"{s_programs.Value}/systemd-resolved/lib/systemd/systemd-resolved");
        Wait.Until(() => File.Exists($"{host.Root}/run/systemd/resolve/resolv.conf"));
        string path = $"{s_programs.Value}/systemd-resolved/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        CommandResult Run(params string[] line) =>
            host.Try(new Command(line) { Environment = new Dictionary<string, string> { ["PATH"] = path } });
        Wait.Until(() => Run("resolvectl", "status").Succeeded);
        SiteConf conf = new(lab) { Lines = Dns };

        Assert.Equal(0, Run(Programs.WgQuick, "up", conf.Write()).Status);

        Assert.EndsWith(": 10.7.0.53 fd00:7::53", Run("resolvectl", "dns", "wg0").Output.Trim());
        Assert.EndsWith(": corp.example ~.", Run("resolvectl", "domain", "wg0").Output.Trim());
        Assert.Equal(Own, host.Run("cat", "/etc/resolv.conf"));
        Assert.Equal(0, Run(Programs.WgQuick, "down", conf.Path).Status);
        Assert.DoesNotContain("10.7.0.53", Run("resolvectl", "dns").Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("mv /etc/resolv.conf /run/kept; ln -s ../run/kept /etc/resolv.conf")]
    [InlineData("cp /etc/resolv.conf /run/kept; mount --bind /run/kept /etc/resolv.conf")]
    [InlineData("rm /etc/resolv.conf")]
    public async Task Where_nobody_keeps_them_the_file_is_written_and_put_back(string kind)
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh($"{s_plainHost}\n{kind}");
        string before = Files(host);
        SiteConf conf = new(lab) { Lines = Dns };

        host.Run(Programs.WgQuick, "up", conf.Write());
        Assert.Equal(["10.7.0.53", "fd00:7::53"], Servers(host));
        Assert.Contains("search corp.example", host.Run("cat", "/etc/resolv.conf"));
        Assert.Equal(kind.StartsWith("rm", StringComparison.Ordinal) ? 0 : 1, Count(host, "options edns0"));
        host.Run(Programs.WgQuick, "down", conf.Path);
        Assert.Equal(before, Files(host));

        // The same of a start that fails after that.
        conf.Lines = Dns + "PostUp = grep -q 10.7.0.53 /etc/resolv.conf && exit 7";
        Assert.Equal(7, host.Try(Programs.WgQuick, "up", conf.Write()).Status);
        Assert.Equal(before, Files(host));
    }

    [Fact]
    public async Task The_file_comes_back_after_a_crash_and_after_a_power_cut()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh(s_plainHost);
        string before = Files(host);
        SiteConf conf = new(lab) { Lines = Dns };

        host.Run(Programs.WgQuick, "up", conf.Write());
        host.Sh("pkill -9 -f '[w]eft device'; rm -r /run/weft");
        Wait.Until(() => !host.Try("ip", "link", "show", "wg0").Succeeded);
        host.Run(Programs.WgQuick, "down", conf.Path);
        Assert.Equal(before, Files(host));

        host.Run(Programs.WgQuick, "up", conf.Path);
        host.Sh("pkill -9 -f '[w]eft device'; rm -r /run/weft; sed -i 's/^# boot .*/# boot before/' /etc/resolv.conf");
        Wait.Until(() => !host.Try("ip", "link", "show", "wg0").Succeeded);
        // What the next start needs to find its peers.
        conf.Lines = "PostUp = cat /etc/resolv.conf";
        Assert.Contains(Own, host.Run(Programs.WgQuick, "up", conf.Write()));
        host.Run(Programs.WgQuick, "down", conf.Path);
        Assert.Equal(before, Files(host));
    }

    [Fact]
    public async Task Two_tunnels_share_the_file_and_what_others_write_over_it_stays()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh(s_plainHost);
        string before = Files(host);
        SiteConf first = new(lab) { Lines = "DNS = 10.7.0.1" };
        SiteConf second = new(lab, "wg1")
        {
            Lines = "DNS = 10.7.0.2",
            Port = 4001,
            Address = "10.7.1.1/24",
        };
        second.Peers.Clear();

        host.Run(Programs.WgQuick, "up", first.Write());
        host.Run(Programs.WgQuick, "up", second.Write());
        Assert.Equal(["10.7.0.2"], Servers(host));
        host.Run(Programs.WgQuick, "down", first.Path);
        Assert.Equal(["10.7.0.2"], Servers(host));
        host.Run(Programs.WgQuick, "down", second.Path);
        Assert.Equal(before, Files(host));

        host.Run(Programs.WgQuick, "up", first.Path);
        host.Sh("echo 'nameserver 192.0.2.1' >/etc/resolv.conf");
        host.Run(Programs.WgQuick, "down", first.Path);
        Assert.Equal(["192.0.2.1"], Servers(host));
        Assert.DoesNotContain("before-weft", Files(host));
    }

    [Fact]
    public async Task A_site_has_name_servers_too_and_a_start_changes_only_what_differs()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh(s_plainHost);
        string before = Files(host);
        SiteConf conf = new(lab) { Lines = Dns };
        string[] start = [Programs.Weft, "start", "--engine", "userspace", conf.Write()];

        host.Run(start);
        Assert.Contains("nothing to change", host.Run(start));
        conf.Lines = "DNS = 10.7.0.54";
        conf.Write();
        // The name servers, and the mark that tells which file is applied.
        Assert.Contains("2 changes made", host.Run(start));
        Assert.Equal(["10.7.0.54"], Servers(host));
        conf.Lines = "";
        conf.Write();
        Assert.Contains("2 changes made", host.Run(start));
        Assert.Equal(before, Files(host));
        host.Run(Programs.Weft, "stop");
    }

    static string[] Servers(Host host) =>
        [
            .. host.Run("cat", "/etc/resolv.conf")
                .Split('\n')
                .Where(l => l.StartsWith("nameserver ", StringComparison.Ordinal))
                .Select(l => l.Split(' ')[1]),
        ];

    static int Count(Host host, string line) => host.Run("cat", "/etc/resolv.conf").Split('\n').Count(l => l == line);

    /// <summary>The file, its kind, and whatever stands beside it under such a name.</summary>
    static string Files(Host host) =>
        host.Sh(
            "find /etc -maxdepth 1 -name 'resolv.conf*' -printf '%p %y %l %m\\n' | sort; cat /etc/resolv.conf || :"
        );
}

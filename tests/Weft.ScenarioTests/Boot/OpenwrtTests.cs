using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Boot;

/// <summary>
/// OpenWrt's boot with busybox's shell and real nft. procd is to be had nowhere here: a stand-in for <c>/etc/rc.common</c> takes
/// the service's words for its instance and runs the command in the background, as procd does, and one for <c>ubus</c> keeps an
/// instance alive. That a lock is held while a service's script runs, what fw4 leaves open to its includes, and what ubus answers
/// was compared with the real ones (docs/testing.md).
/// </summary>
public sealed class OpenwrtTests
{
    const string RcCommon = """
        script=$1 action=$2
        exec 1000>/run/procd.lock
        flock 1000
        procd_open_instance() { :; }
        procd_set_param() { [ "$1" != command ] || { shift; "$@" >/run/procd.log 2>&1 1000>&- & }; }
        procd_close_instance() { :; }
        . "$script"
        case $action in
        start) start_service ;;
        stop) stop_service ;;
        reload) reload_service ;;
        status) status_service ;;
        running) service_running ;;
        esac
        """;

    /// <summary>One service with one instance: <c>call service add|delete|list MESSAGE</c>.</summary>
    const string Ubus = """
        #!/bin/busybox ash
        kept=/run/procd.watch
        case $3 in
        add)
          command=$(echo "$4" | sed 's/.*"command":\[\([^]]*\)\].*/\1/' | tr -d '"' | tr ',' ' ')
          touch $kept
          (while [ -e $kept ]; do $command & echo $! >$kept; wait $!; sleep 1; done) >/run/procd.watch.log 2>&1 1000>&- &
          ;;
        delete) pid=$(cat $kept); rm $kept; kill $pid ;;
        list) if [ -e $kept ]; then echo '{"weft-wg0":{"instances":{"watch":{"running":true}}}}'; else echo '{}'; fi ;;
        esac
        """;

    /// <summary>What fw4 makes anew at each restart, its includes at the end.</summary>
    const string Fw4 = """
        #!/bin/busybox ash
        nft delete table inet fw4 2>/dev/null
        nft 'table inet fw4 { chain input { type filter hook input priority filter; policy drop; iifname "lo" accept; }; }'
        path=$(sed -n "/^config include/,\$s/.*option path '\(.*\)'/\1/p" /etc/config/firewall)
        for include in $path; do . "$include"; done 1000>/run/fw4.lock
        """;

    const string Firewall = "config defaults\n\toption input 'REJECT'\n";

    [Fact]
    public async Task Its_service_starts_the_site_and_a_restart_of_the_firewall_lets_it_through_again()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.B.Run(Programs.Weft, "start", two.ConfOf(two.B));
        RouterRoot router = new(lab, two.A);
        router.Write("/etc/openwrt_release", "DISTRIB_ID='OpenWrt'\n");
        router.Write("/etc/rc.common", RcCommon);
        router.Write("/etc/config/firewall", Firewall);
        router.Write("/etc/sysupgrade.conf", "/etc/mine\n");
        router.AddProgram("fw4", Fw4);
        router.AddProgram("ubus", Ubus);
        router.AddProgram("logger", "#!/bin/sh\ncat >/dev/null\n");
        router.Ash("fw4");

        string said = router.Weft($"install {two.ConfOf(two.A)}");
        Assert.Contains("wg0 starts at every boot from now on (openwrt):", said);
        Assert.Contains("copy   /usr/bin/weft", said);
        Assert.Contains("To start it now: /etc/init.d/weft-wg0 start", said);
        Assert.Contains("nothing to write", router.Ash("weft install wg0"));
        Assert.Contains("/usr/bin/weft\n/etc/wireguard/wg0.conf\n", router.Read("/etc/sysupgrade.conf"));
        Assert.Equal("../init.d/weft-wg0", router.Ash("readlink /etc/rc.d/S95weft-wg0").Trim());
        Assert.StartsWith("#!/bin/sh /etc/rc.common\n", router.Read("/etc/init.d/weft-wg0"));

        router.Ash("ash /etc/rc.common /etc/rc.d/S95weft-wg0 start");
        Wait.Until(two.Pings, seconds: TwoSites.Soon);

        Wait.Until(() => two.A.Try("pgrep", "-f", "[w]eft watch").Succeeded);
        two.KillWatcher();
        Wait.Until(() => two.A.Try("pgrep", "-f", "[w]eft watch").Succeeded);
        Assert.Contains("a.example.org", router.Ash("ash /etc/rc.common /etc/init.d/weft-wg0 status"));
        Assert.True(router.Try("ash /etc/rc.common /etc/init.d/weft-wg0 running").Succeeded);
        Assert.False(router.Try("crontab -l | grep weft").Succeeded);

        // What is started while a script holds its lock must not hold it on, or no service would start or stop any more.
        router.Ash("ubus call service delete '{}'");
        two.A.Sh("pkill -9 -f '[w]eft device'");
        Wait.Until(() => !two.A.Try("ip", "link", "show", "wg0").Succeeded);
        router.Ash("ash /etc/rc.common /etc/init.d/weft-wg0 reload");
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
        router.Ash("timeout 10 flock /run/procd.lock true");

        // Nobody is there to repair but fw4's include.
        router.Ash("ubus call service delete '{}'");
        router.Ash("fw4");
        Wait.Until(() => two.A.Run("nft", "list", "table", "inet", "fw4").Contains("WEFT-wg0-IN"));
        two.B.Run(Programs.Weft, "restart", two.ConfOf(two.B));
        Wait.Until(two.Pings, seconds: TwoSites.Soon);

        Assert.False(router.Try("ash /etc/rc.common /etc/init.d/weft-wg0 stop && ls /run/procd.watch").Succeeded);
        Assert.False(router.Try("ash /etc/rc.common /etc/init.d/weft-wg0 running").Succeeded);
        Assert.False(two.A.Try("ip", "link", "show", "wg0").Succeeded);
        Assert.Contains("wg0 no longer starts at boot (openwrt):", router.Ash("weft uninstall wg0"));
        Assert.Equal(Firewall, router.Read("/etc/config/firewall"));
        Assert.Equal("/etc/mine\n", router.Read("/etc/sysupgrade.conf"));
        Assert.Equal(
            "",
            router.Ash("find /etc/init.d /etc/rc.d /etc/weft /usr/bin/weft -name '*weft*' ! -type d 2>/dev/null; :")
        );
        Assert.Contains("nothing to remove", router.Weft("uninstall wg0"));
    }

    [Fact]
    public async Task An_image_is_written_as_the_host_would_be_and_what_is_not_ours_is_not_written_over()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string conf = new Control.SiteConf(lab).Write();
        string image = $"{lab.Folder}/image";
        Directory.CreateDirectory($"{image}/etc/systemd/system");
        string[] install = [Programs.Weft, "install", conf, "--root", image, "--platform", "systemd"];

        string dry = host.Run([.. install, "--dry-run"]);
        Assert.Contains("    | ExecStart=/usr/local/bin/weft start %i --wait 60", dry);
        Assert.Empty(Directory.GetFileSystemEntries($"{image}/etc/systemd/system"));

        string unit = $"{image}/etc/systemd/system/weft@.service";
        File.WriteAllText(unit, "[Unit]\nDescription=somebody's own\n");
        CommandResult refused = host.Try(install);
        Assert.Equal(1, refused.Status);
        Assert.Contains($"{unit} is there, and not by 'weft install'", refused.Errors);
        Assert.False(File.Exists($"{image}/usr/local/bin/weft"));

        File.Delete(unit);
        host.Run(install);
        Assert.Equal(
            "/etc/systemd/system/weft@.service",
            new FileInfo($"{image}/etc/systemd/system/multi-user.target.wants/weft@wg0.service").LinkTarget
        );
        Assert.Contains("nothing to write", host.Run(install));
        host.Run(Programs.Weft, "uninstall", "wg0", "--root", image, "--platform", "systemd");
        Assert.Equal([$"{image}/etc/wireguard/wg0.conf"], Directory.GetFiles(image, "*", SearchOption.AllDirectories));
        Assert.Contains(
            "Say which it is (--platform systemd)",
            host.Try(Programs.Weft, "install", conf, "--root", image).Errors
        );
    }
}

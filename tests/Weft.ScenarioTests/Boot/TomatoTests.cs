using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Boot;

/// <summary>
/// A Tomato's boot with busybox's shell and the real firewall. Its <c>nvram</c> and <c>cru</c> run on nothing else, so stand-ins
/// do what those do as far as it matters here: keep variables, count commits, list entries. What they print and how they end was
/// compared with the sources of FreshTomato's <c>nvram</c> and of the <c>cru</c> that Asuswrt-Merlin has of Tomato.
/// </summary>
public sealed class TomatoTests
{
    const string Nvram = """
        #!/bin/sh
        # Variables are files. The real one prints nothing for one that is not set or empty, and ends with 1; set ends well also
        # when nothing was set, here for a full nvram.
        mkdir -p /nvram
        case $1 in
        get) [ -s "/nvram/$2" ] || exit 1; cat "/nvram/$2"; echo ;;
        set) [ -e /nvram-full ] || printf '%s' "${2#*=}" >"/nvram/${2%%=*}" ;;
        commit) printf 'Commit... '; echo >>/commits; echo done. ;;
        *) exit 1 ;;
        esac
        """;

    const string Cru = """
        #!/bin/sh
        touch /crontab
        case $1 in
        a) grep -v "#$2#\$" /crontab >/crontab.new; echo "$3 #$2#" >>/crontab.new; mv /crontab.new /crontab ;;
        d) grep -v "#$2#\$" /crontab >/crontab.new; mv /crontab.new /crontab ;;
        l) cat /crontab ;;
        esac
        # Whatever came of it.
        exit 0
        """;

    const string Mine = "echo mine >/run/mine\n";

    [Fact]
    public async Task It_waits_for_its_storage_in_the_background_and_bears_restarts_of_the_firewall()
    {
        await using Lab lab = new();
        (TwoSites two, RouterRoot router) = Lay(lab);
        // On a stick that is mounted when it is mounted; what is there already is not copied.
        router.Ash($"mkdir -p /stick /mnt; cp {Programs.Weft} /stick/weft; cp {two.ConfOf(two.A)} /stick/wg0.conf");
        router.Ash("mount --bind /stick /mnt");

        string said = router.Ash("/mnt/weft install /mnt/wg0.conf");
        Assert.Contains("wg0 starts at every boot from now on (tomato):", said);
        Assert.Contains("write  nvram:script_fire", said);
        Assert.DoesNotContain("copy", said);
        Assert.StartsWith(Mine, router.Read("/nvram/script_init"));
        Assert.Contains("nothing to write", router.Ash("/mnt/weft install /mnt/wg0.conf"));
        Assert.Equal("\n", router.Read("/commits"));

        router.Ash("umount /mnt");
        router.Ash("timeout 5 ash -c \"$(nvram get script_init)\"");
        Assert.True(router.Try("cat /run/mine").Succeeded);
        Assert.False(two.A.Try("ip", "link", "show", "wg0").Succeeded);
        router.Ash("mount --bind /stick /mnt");
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
        // What outlives a reboot is on the flash, not in a /var of memory.
        Wait.Until(() => router.Read("/jffs/weft/clock") is not null);
        Assert.Contains("watch' wg0 --background", router.Read("/crontab"));

        // Nobody is there to repair but the script.
        two.KillWatcher();
        two.A.Sh("iptables -F; iptables -X");
        router.Ash("ash -c \"$(nvram get script_fire)\"; ash -c \"$(nvram get script_fire)\"");
        Wait.Until(() => two.A.Run("iptables", "-S").Contains("-A INPUT -j WEFT-wg0-IN"));
        Assert.Single(two.A.Run("iptables", "-S").Split('\n'), line => line.StartsWith("-A INPUT"));

        router.Ash("ash -c \"$(nvram get script_shut)\"");
        Assert.False(two.A.Try("ip", "link", "show", "wg0").Succeeded);
        router.Ash("ash -c \"$(nvram get script_fire)\"");
        Wait.Until(() => !two.A.Try("pgrep", "-f", "[w]eft repair").Succeeded);
        Assert.False(two.A.Try("ip", "link", "show", "wg0").Succeeded);

        Assert.Contains("wg0 no longer starts at boot (tomato):", router.Ash("/mnt/weft uninstall wg0"));
        Assert.Equal(Mine, router.Read("/nvram/script_init"));
        Assert.Equal("", router.Read("/nvram/script_fire"));
        Assert.Contains("nothing to remove", router.Ash("/mnt/weft uninstall wg0"));
    }

    [Fact]
    public async Task A_script_that_would_not_fit_is_refused_with_nothing_written()
    {
        await using Lab lab = new();
        (TwoSites two, RouterRoot router) = Lay(lab);
        router.Write("/nvram/script_init", new string('#', 4000));

        CommandResult refused = router.Try($"{Programs.Weft} install {two.ConfOf(two.A)}");

        Assert.Equal(1, refused.Status);
        Assert.Contains("nvram script_init takes 4096 characters, and would have", refused.Errors);
        Assert.Contains("Move some of what stands there into a file on /jffs", refused.Errors);
        Assert.Null(router.Read("/jffs/weft/weft"));
        Assert.Null(router.Read("/nvram/script_fire"));
        Assert.Null(router.Read("/commits"));
    }

    [Fact]
    public async Task An_nvram_without_room_is_noticed_though_its_tool_ends_well()
    {
        await using Lab lab = new();
        (TwoSites two, RouterRoot router) = Lay(lab);
        router.Write("/nvram-full", "");

        CommandResult refused = router.Try($"{Programs.Weft} install {two.ConfOf(two.A)}");

        Assert.Equal(1, refused.Status);
        Assert.Contains("nvram did not take script_init, so nothing is committed", refused.Errors);
        router.Ash($"cp {SiteProgram.ScriptBeside(two.ConfOf(two.A))} /jffs/wg.sh; cp {two.ConfOf(two.A)} /jffs");
        refused = router.Try("ash /jffs/wg.sh install");
        Assert.Equal(1, refused.Status);
        Assert.Contains("no room in nvram", refused.Errors);
        Assert.Equal(Mine, router.Read("/nvram/script_init"));
        Assert.Null(router.Read("/commits"));
    }

    [Fact]
    public async Task A_router_without_dotnet_starts_its_site_by_the_script()
    {
        await using Lab lab = new();
        (TwoSites two, RouterRoot router) = Lay(lab);
        router.Ash($"cp {SiteProgram.ScriptBeside(two.ConfOf(two.A))} /jffs/wg.sh; cp {two.ConfOf(two.A)} /jffs");

        Assert.Equal("wg0 starts at boot\n", router.Ash("ash /jffs/wg.sh install"));
        string script = router.Read("/nvram/script_init")!;
        Assert.StartsWith(Mine, script);
        router.Ash("ash /jffs/wg.sh install");
        Assert.Equal(script, router.Read("/nvram/script_init"));
        Assert.Equal("\n", router.Read("/commits"));

        string device = $"WG_QUICK_USERSPACE_IMPLEMENTATION='{Programs.Weft} device'";
        router.Ash($"{device} ash -c \"$(nvram get script_init)\" >/dev/null 2>&1");
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
        router.Ash("ash /jffs/wg.sh stop");

        Assert.Equal("wg0 no longer starts at boot\n", router.Ash("ash /jffs/wg.sh uninstall"));
        Assert.Equal(Mine.TrimEnd('\n'), router.Read("/nvram/script_init")!.TrimEnd('\n'));
        router.Write("/nvram/script_init", new string('#', 4000));
        CommandResult refused = router.Try("ash /jffs/wg.sh install");
        Assert.Equal(1, refused.Status);
        Assert.Contains("no room in nvram", refused.Errors);
        Assert.Equal(4000, router.Read("/nvram/script_init")!.Length);
    }

    static (TwoSites Two, RouterRoot Router) Lay(Lab lab)
    {
        TwoSites two = TwoSites.Lay(lab);
        two.B.Run(Programs.Weft, "start", two.ConfOf(two.B));
        two.A.Run("iptables", "-P", "INPUT", "DROP");
        RouterRoot router = new(lab, two.A);
        router.AddProgram("nvram", Nvram);
        router.AddProgram("cru", Cru);
        router.AddProgram("logger", "#!/bin/sh\ncat >/dev/null\n");
        router.Ash("mkdir -p /jffs");
        router.Write("/nvram/script_init", Mine);
        return (two, router);
    }
}

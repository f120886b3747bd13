using System.Text.Json;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Boot;

/// <summary>A site on a machine that systemd boots: real systemd, real shutdowns, real losses of power.</summary>
public sealed class SystemdTests
{
    const string Installed = "/usr/local/bin/weft";

    [Fact]
    public async Task An_installed_site_comes_up_at_every_boot_until_it_is_uninstalled()
    {
        await using Lab lab = new();
        (TwoSites two, Machine made) = Lay(lab);
        await using Machine machine = made;
        machine.Boot();

        string said = machine.Run(Programs.Weft, "install", two.ConfOf(two.A));
        Assert.Contains("wg0 starts at every boot from now on (systemd):", said);
        Assert.Contains($"copy   {Installed}", said);
        Assert.Contains("copy   /etc/wireguard/wg0.conf", said);
        Assert.Contains("run    systemctl daemon-reload", said);
        Assert.Contains("To start it now: systemctl start weft@wg0", said);
        Assert.Equal("600", machine.Run("stat", "-c", "%a", "/etc/wireguard/wg0.conf").Trim());
        string all = machine.Sh("find /etc/systemd/system /usr/local/bin /etc/wireguard -printf '%p %T@ %l\n' | sort");
        Assert.Contains("nothing to write", machine.Run(Installed, "install", "wg0"));
        Assert.Contains("nothing to write", machine.Run(Programs.Weft, "install", two.ConfOf(two.A)));
        Assert.Equal(
            all,
            machine.Sh("find /etc/systemd/system /usr/local/bin /etc/wireguard -printf '%p %T@ %l\n' | sort")
        );

        machine.Run("systemctl", "start", "weft@wg0");
        Wait.Until(() => Pings(machine), seconds: TwoSites.Soon);
        Wait.Until(() => machine.Is("weft@wg0", "weft-watch@wg0") == "active active");

        // A reload takes the file over; what did not change keeps its session.
        string shaken = Handshakes(machine);
        machine.Sh("sed -i 's/^\\[Interface\\]$/[Interface]\\nMTU = 1280/' /etc/wireguard/wg0.conf");
        machine.Run("systemctl", "reload", "weft@wg0");
        Assert.Equal("1280", machine.Run("cat", "/sys/class/net/wg0/mtu").Trim());
        Assert.Equal(shaken, Handshakes(machine));

        machine.Sh("kill -9 $(pgrep -f '[w]eft watch')");
        Wait.Until(() => machine.Is("weft-watch@wg0") == "active" && Watchers(machine) == 1);

        machine.Reboot();
        Assert.Equal("active", machine.Is("weft@wg0"));
        Wait.Until(() => Pings(machine), seconds: TwoSites.Soon);
        Wait.Until(() => Watchers(machine) == 1);

        machine.Run("systemctl", "stop", "weft@wg0");
        Assert.False(machine.Try("ip", "link", "show", "wg0").Succeeded);
        Assert.Equal("", machine.Run("ip", "route", "show", "proto", "87"));
        Wait.Until(() => !machine.Try("pgrep", "-f", "[w]eft (device|watch)").Succeeded);

        // With the site running, that goes on, and so does its program.
        machine.Run("systemctl", "start", "weft@wg0");
        JsonElement report = JsonDocument.Parse(machine.Run(Installed, "uninstall", "wg0", "--json")).RootElement;
        Assert.Equal("remove", report.GetProperty("changes")[0].GetProperty("what").GetString());
        Assert.Equal("", machine.Sh("find /etc/systemd/system -type f -o -type l"));
        Wait.Until(() => Pings(machine), seconds: TwoSites.Soon);
        machine.Run(Installed, "stop", "wg0");
        Assert.Contains($"remove {Installed}", machine.Run(Installed, "uninstall", "wg0"));
        Assert.Equal("", machine.Sh("ls /usr/local/bin"));
        Assert.Contains("nothing to remove", machine.Run(Programs.Weft, "uninstall", "wg0"));
        Assert.True(File.Exists(machine.Kept("/etc/wireguard/wg0.conf")));
    }

    [Fact]
    public async Task A_trial_ends_with_a_reboot_in_the_old_state()
    {
        await using Lab lab = new();
        (TwoSites two, Machine made) = Lay(lab);
        await using Machine machine = made;
        machine.Boot();
        Install(machine, two);

        string old = File.ReadAllText(machine.Kept("/etc/wireguard/wg0.conf"));
        machine.Sh("sed -i 's/^\\[Interface\\]$/[Interface]\\nMTU = 1280/' /etc/wireguard/wg0.conf");
        machine.Sh($"{Installed} start wg0 --confirm 3600 >/dev/null 2>&1 &");
        Wait.Until(() => machine.Try("cat", "/sys/class/net/wg0/mtu").Output.Trim() == "1280");
        // In the middle of it, without a word to anybody.
        machine.Crash();
        machine.Boot();

        Assert.Equal("1420", machine.Run("cat", "/sys/class/net/wg0/mtu").Trim());
        Assert.Equal(old, File.ReadAllText(machine.Kept("/etc/wireguard/wg0.conf")));
        Assert.Contains("MTU = 1280", File.ReadAllText(machine.Kept("/etc/wireguard/wg0.conf.unconfirmed")));
        Assert.Contains("nothing is on trial", machine.Try(Installed, "confirm").Errors);
        Wait.Until(() => Pings(machine), seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task A_boot_without_network_and_names_dials_where_the_peers_answered_last()
    {
        await using Lab lab = new();
        (TwoSites two, Machine made) = Lay(lab);
        await using Machine machine = made;
        machine.Boot();
        Install(machine, two);
        Wait.Until(() => File.Exists(machine.Kept("/var/lib/weft/wg0.endpoints")));

        machine.Crash();
        // b cannot dial a, so it is a that has to find b.
        lab.SetName("a.example.org");
        lab.SetName("b.example.org");
        two.B.Run(Programs.Weft, "restart", two.ConfOf(two.B));
        machine.Boot(isWired: false);

        Assert.Equal("active", machine.Is("weft@wg0"));
        Assert.Contains("dialled where it answered last, 203.0.113.2:51820", machine.Journal("weft@wg0"));
        machine.Wire();
        Wait.Until(() => Pings(machine), seconds: TwoSites.Soon);
    }

    [Fact]
    public async Task Storage_that_comes_late_holds_up_nothing_but_the_site()
    {
        await using Lab lab = new();
        (TwoSites two, Machine made) = Lay(lab);
        await using Machine machine = made;
        machine.Boot();
        machine.Sh(
            $"""
            mkdir -p /mnt/usb /etc/wireguard/usb
            cp {two.ConfOf(two.A)} /etc/wireguard/usb/wg0.conf
            mount --bind /etc/wireguard/usb /mnt/usb
            printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n' >/etc/systemd/system/other.service
            mkdir -p /etc/systemd/system/multi-user.target.wants
            ln -s ../other.service /etc/systemd/system/multi-user.target.wants/other.service
            """
        );
        string said = machine.Run(Programs.Weft, "install", "/mnt/usb/wg0.conf");
        Assert.Contains("write  /etc/systemd/system/weft@wg0.service.d/place.conf", said);
        Assert.DoesNotContain("copy   /etc/wireguard", said);

        machine.Crash();
        machine.Boot(isAwaited: false);
        Wait.Until(() => machine.Is("other", "weft@wg0") == "active activating");
        Wait.Until(() => machine.Journal("weft@wg0").Contains("waiting up to"));
        machine.Sh("mkdir -p /mnt/usb; mount --bind /etc/wireguard/usb /mnt/usb");

        Wait.Until(() => machine.Is("weft@wg0") == "active");
        Wait.Until(() => Pings(machine), seconds: TwoSites.Soon);
    }

    /// <summary>Two sites of which b runs, and a's machine, not booted yet.</summary>
    static (TwoSites Two, Machine Machine) Lay(Lab lab)
    {
        TwoSites two = TwoSites.Lay(lab);
        // The machine is site a; the host below it is only its wire.
        two.A.Run("ip", "address", "flush", "dev", "wan");
        two.A.Run("ip", "link", "del", "lan");
        two.B.Run(Programs.Weft, "start", two.ConfOf(two.B));
        return (two, new Machine(lab, two.A, "wan", "203.0.113.1/24"));
    }

    /// <summary>For all boots to come, and starts it now.</summary>
    static void Install(Machine machine, TwoSites two)
    {
        machine.Run(Programs.Weft, "install", two.ConfOf(two.A));
        machine.Run("systemctl", "start", "weft@wg0");
        Wait.Until(() => Pings(machine), seconds: TwoSites.Soon);
    }

    /// <summary>From the site's own tunnel address to b's LAN.</summary>
    static bool Pings(Machine machine) => machine.Try("ping", "-n", "-c", "1", "-W", "2", "10.0.2.1").Succeeded;

    static string Handshakes(Machine machine) => machine.Run(Programs.DebianWg, "show", "wg0", "latest-handshakes");

    static int Watchers(Machine machine) =>
        machine.Try("pgrep", "-f", "[w]eft watch").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}

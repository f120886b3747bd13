using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Names;

/// <summary>Names of the sites' hosts resolve from every other site, through the tunnel, by each site's own dnsmasq.</summary>
public sealed class NamesTests
{
    [Fact]
    public async Task Every_site_resolves_the_names_of_every_other_and_stop_leaves_nothing()
    {
        await using Lab lab = new();
        // One that answers on all interfaces, one on named ones, one that distrusts private addresses.
        NamedSites named = NamedSites.Lay(
            lab,
            "",
            "bind-dynamic\ninterface=lan",
            "stop-dns-rebind\nbogus-priv\ndomain-needed"
        );
        string[] before = [.. named.Sites.Select(NamedSites.Files)];
        named.Start();
        Assert.Empty(named.Three.UnansweredPings());

        for (int from = 0; from < 3; from++)
        {
            for (int to = 0; to < 3; to++)
            {
                string domain = $"{"abc"[to]}.lan";
                string nas = ThreeSites.Lan4(to + 1, 10);
                Assert.Equal(nas, named.Ask(from, $"nas.{domain}"));
                Assert.Equal($"nas.{domain}", named.NameOf(from, nas));
                // By its domain alone a site is meant itself.
                Assert.Contains($"192.168.192.{to + 1} ", named.Three.LanHosts[from].Run("getent", "ahostsv4", domain));
                Assert.Equal("", named.Ask(from, $"nobody.{domain}"));
            }
        }

        named.Three.LanHosts[0].Run("ping", "-n", "-c", "1", "-W", "5", "nas.c.lan");
        Assert.Contains("interface=wg0", named.Sites[1].Run("cat", NamedSites.Snippet));
        Assert.DoesNotContain("interface=", named.Sites[0].Run("cat", NamedSites.Snippet));
        Assert.Contains("b.lan, c.lan, told to dnsmasq in /etc/dnsmasq.d", named.Sites[0].Run(Programs.Weft, "status"));
        Assert.Contains("\"place\": \"/etc/dnsmasq.d\"", named.Sites[0].Run(Programs.Weft, "status", "--json"));

        // What stands is not written again, and what somebody removes comes back.
        int pid = NamedSites.Pid(named.Sites[0]);
        Assert.Contains(
            "nothing to change",
            named.Sites[0].Run(Programs.Weft, "start", named.Three.ConfOf(named.Sites[0]))
        );
        Assert.Equal(pid, NamedSites.Pid(named.Sites[0]));
        named.Sites[0].Run("rm", NamedSites.Snippet);
        Wait.Until(() => named.Sites[0].Try("test", "-e", NamedSites.Snippet).Succeeded, seconds: TwoSites.Soon);
        Wait.Until(() => named.Ask(0, "nas.b.lan") == ThreeSites.Lan4(2, 10), seconds: TwoSites.Soon);

        foreach (Host site in named.Sites)
        {
            named.Three.Stop(site);
        }

        Assert.Equal(before, named.Sites.Select(NamedSites.Files));
        Assert.Equal("", named.Ask(0, "nas.b.lan"));
        Assert.Equal(ThreeSites.Lan4(1, 10), named.Three.LanHosts[0].Run("getent", "ahostsv4", "nas").Split(' ')[0]);
    }

    [Fact]
    public async Task A_dnsmasq_whose_files_are_faulty_or_that_nobody_can_restart_is_left_as_it_is()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, "");
        File.WriteAllText(
            $"{lab.Folder}/mesh.conf",
            File.ReadAllText($"{lab.Folder}/mesh.conf")
                .Replace("Name = a.example.org", "Name = a.example.org\nDomain = a.lan", StringComparison.Ordinal)
                .Replace("Check = 1", "Check = 60", StringComparison.Ordinal)
        );
        two.A.Run(Programs.Weft, "makeconf", "--from", $"{lab.Folder}/mesh.conf", "--out", $"{lab.Folder}/sites");
        Host site = two.A;
        string[] start = [Programs.Weft, "start", "--engine", "userspace", two.ConfOf(site)];

        // No dnsmasq is no trouble.
        site.Sh("mount --bind /dev/null /usr/sbin/dnsmasq");
        CommandResult without = site.Try(start);
        Assert.True(without.Succeeded, without.Errors);
        Assert.DoesNotContain("dnsmasq", without.Errors);
        site.Sh("umount /usr/sbin/dnsmasq");
        site.Run(Programs.Weft, "stop", two.ConfOf(site));

        NamedSites.Own(site, "");
        site.Run(NamedSites.Script, "start");
        int pid = NamedSites.Pid(site);
        site.Sh("echo 'no-such-option' >>/etc/dnsmasq.d/mine.conf");
        string before = NamedSites.Files(site);
        CommandResult faulty = site.Try(start);
        Assert.True(faulty.Succeeded, faulty.Errors);
        Assert.Contains("bad option at line 4 of /etc/dnsmasq.d/mine.conf", faulty.Errors);
        Assert.Equal(before, NamedSites.Files(site));
        Assert.Equal(pid, NamedSites.Pid(site));
        Assert.Contains("not told to any dnsmasq here", site.Run(Programs.Weft, "status"));

        // Mended, but it is a part of another service: that is not started anew for names.
        site.Sh(
            $$"""
            sed -i /no-such-option/d /etc/dnsmasq.d/mine.conf
            mkdir -p /run/bin /run/systemd/system
            printf '#!/bin/sh\necho $* >>/run/asked; echo 1\n' >/run/bin/systemctl
            chmod 755 /run/bin/systemctl
            echo '0::/system.slice/NetworkManager.service' >/run/cgroup
            mount --bind /run/cgroup /proc/{{pid}}/cgroup
            """
        );
        CommandResult part = site.Try(["env", "PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin", .. start]);
        Assert.True(part.Succeeded, part.Errors);
        Assert.Contains($"dnsmasq (process {pid}) was started by nobody that could start it anew", part.Errors);
        Assert.DoesNotContain("restart", site.Sh("cat /run/asked"));
        site.Run(Programs.Weft, "stop", two.ConfOf(site));
        site.Sh($"umount /proc/{pid}/cgroup; rm -r /run/systemd");

        // The one who started it is gone.
        site.Sh("mv /etc/init.d/dnsmasq /run/script");
        CommandResult alone = site.Try(start);
        Assert.True(alone.Succeeded, alone.Errors);
        Assert.Contains($"dnsmasq (process {pid}) was started by nobody that could start it anew", alone.Errors);
        Assert.Equal(pid, NamedSites.Pid(site));
        site.Run(Programs.Weft, "stop", two.ConfOf(site));
        Assert.False(site.Try("test", "-e", NamedSites.Snippet).Succeeded);

        // One that does not come back with what it was told comes back without it.
        site.Sh(
            "printf '#!/bin/sh\\n! test -e /etc/dnsmasq.d/weft-wg0.conf && exec sh /run/script restart\\n' >/etc/init.d/dnsmasq"
        );
        site.Run("chmod", "755", NamedSites.Script);
        before = NamedSites.Files(site);
        CommandResult refused = site.Try(start);
        Assert.True(refused.Succeeded, refused.Errors);
        Assert.Contains("/etc/dnsmasq.d/weft-wg0.conf is as before", refused.Errors);
        Assert.Equal(before, NamedSites.Files(site));
        Assert.NotEqual(pid, NamedSites.Pid(site));
        site.Run(Programs.Weft, "stop", two.ConfOf(site));
    }
}

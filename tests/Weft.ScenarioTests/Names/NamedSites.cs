using System.Globalization;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Names;

/// <summary>
/// The three sites of the README, each with a real dnsmasq that its LAN asks, run as Debian runs it. Behind each is a host
/// that its site's dnsmasq calls <c>nas</c>; the domains are a.lan, b.lan and c.lan.
/// </summary>
sealed class NamedSites
{
    internal const string Snippet = "/etc/dnsmasq.d/weft-wg0.conf";

    /// <summary>As the init script of Debian's package starts and restarts it.</summary>
    const string InitScript = """
        #!/bin/sh
        set -e
        if [ "$1" = restart ]; then
          pid=$(cat /run/dnsmasq.pid)
          kill "$pid"
          while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
        fi
        exec dnsmasq -x /run/dnsmasq.pid -u root -7 /etc/dnsmasq.d,.dpkg-dist,.dpkg-old,.dpkg-new --local-service
        """;

    internal const string Script = "/etc/init.d/dnsmasq";

    NamedSites(ThreeSites three) => Three = three;

    internal ThreeSites Three { get; }

    internal Host[] Sites => Three.Sites;

    /// <param name="lab">Where.</param>
    /// <param name="settings">What each site's dnsmasq is told by its user.</param>
    internal static NamedSites Lay(Lab lab, params string[] settings)
    {
        NamedSites named = new(ThreeSites.Lay(lab));
        for (int i = 0; i < named.Sites.Length; i++)
        {
            int number = i + 1;
            Own(named.Sites[i], settings[i], $"{ThreeSites.Lan4(number, 10)} nas");
            named.Sites[i].Run(Script, "start");
            named
                .Three.LanHosts[i]
                .Sh(
                    $"echo 'nameserver {ThreeSites.Lan4(number, 1)}' >/run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf"
                );
        }

        return named;
    }

    /// <summary>Gives a host a copy of <c>/etc</c>, to do with as one likes, with the files of a dnsmasq in it.</summary>
    internal static void Own(Host host, string settings, string hosts = "")
    {
        host.Sh(
            """
            mkdir -p /run/etc
            cp -a /etc/. /run/etc
            mount --bind /run/etc /etc
            """
        );
        Configure(host, settings, hosts);
    }

    /// <summary>Writes the files of a dnsmasq on a host whose <c>/etc</c> is its own.</summary>
    internal static void Configure(Host host, string settings, string hosts)
    {
        host.Sh("rm -rf /etc/dnsmasq.d /etc/init.d/dnsmasq; mkdir -p /etc/dnsmasq.d /etc/init.d");
        File.WriteAllText(
            $"{host.Root}/etc/dnsmasq.d/mine.conf",
            $"no-resolv\naddn-hosts=/etc/lan-hosts\n{settings}\n"
        );
        File.WriteAllText($"{host.Root}/etc/lan-hosts", hosts + "\n");
        File.WriteAllText($"{host.Root}{Script}", InitScript);
        host.Run("chmod", "755", Script);
    }

    internal void Start()
    {
        Three.MakeConf(
            ThreeSites
                .MeshConf.Replace("[Mesh]", "[Mesh]\nCheck = 1", StringComparison.Ordinal)
                .Replace("a.example.org", "a.example.org\nDomain = a.lan", StringComparison.Ordinal)
                .Replace("b.example.org", "b.example.org\nDomain = b.lan", StringComparison.Ordinal)
                .Replace("c.example.org", "c.example.org\nDomain = c.lan", StringComparison.Ordinal)
        );
        foreach (Host site in Sites)
        {
            Three.Start(site);
        }
    }

    /// <summary>What a LAN host is told of a name or an address; empty when nobody knows it.</summary>
    internal string Ask(int lan, string name) =>
        string.Join(' ', Three.LanHosts[lan].Try("getent", "ahosts", name).Output.Split(' ', 2).Take(1));

    /// <summary>The name of an address, as a LAN host is told it.</summary>
    internal string NameOf(int lan, string address) =>
        Three.LanHosts[lan].Try("getent", "hosts", address).Output.Trim().Split(' ')[^1];

    internal static int Pid(Host site) => int.Parse(site.Run("cat", "/run/dnsmasq.pid"), CultureInfo.InvariantCulture);

    /// <summary>The files of dnsmasq's user, byte by byte.</summary>
    internal static string Files(Host site) =>
        site.Sh("find /etc/dnsmasq* /etc/lan-hosts -type f -printf '%p %m ' -exec sha256sum {} \\; | sort");
}

using Weft.ScenarioTests.Names;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Guide;

/// <summary>
/// The hosts that the guide's prompts name: <c>routerA</c> to <c>routerD</c> of <see cref="FourSites"/>, and <c>pcA</c> to
/// <c>pcD</c> in their LANs (10.0.n.10). Each router has Weft in <c>/usr/local/bin</c> and a disk of its own: this machine's,
/// with what the reader writes.
/// </summary>
sealed class GuideHosts
{
    static readonly Dictionary<string, string> s_environment = new()
    {
        ["HOME"] = "/root",
        ["PATH"] = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin",
        ["TERM"] = "dumb",
        ["LC_ALL"] = "C.UTF-8",
        // What wg.sh takes where the kernel has no WireGuard.
        ["WG_QUICK_USERSPACE_IMPLEMENTATION"] = "weft device",
    };

    readonly FourSites _sites;
    readonly Dictionary<string, Host> _byPrompt = [];

    GuideHosts(FourSites sites) => _sites = sites;

    internal static GuideHosts Lay(Lab lab)
    {
        GuideHosts hosts = new(FourSites.LayNetwork(lab));
        for (int i = 0; i < hosts._sites.All.Length; i++)
        {
            Host router = hosts._sites.All[i];
            router.Forward();
            Host pc = lab.AddHost($"pc-{router.Name}");
            lab.Connect(router, "port", pc, "eth0");
            router.Run("ip", "link", "set", "port", "master", "lan");
            pc.AddAddress("eth0", ThreeSites.Lan4(i + 1, 10) + "/24");
            pc.AddRoute("default", ThreeSites.Lan4(i + 1, 1));
            router.Run("sh", Programs.Script("host/reader.sh"), lab.Folder, Path.GetDirectoryName(Programs.Weft)!);
            hosts._byPrompt["router" + router.Name.ToUpperInvariant()] = router;
            hosts._byPrompt["pc" + router.Name.ToUpperInvariant()] = pc;
        }

        return hosts;
    }

    /// <summary>Runs a command in the reader's home as a shell does, both outputs in one as on a terminal.</summary>
    /// <exception cref="FormatException">There is no such host.</exception>
    internal CommandResult Run(string prompt, string command, IEnumerable<string> answers)
    {
        if (!_byPrompt.TryGetValue(prompt, out Host? host))
            throw new FormatException($"there is no host {prompt}");
        string script = "exec 2>&1\numask 077\ncd\n" + command + "\n";
        return host.Try(
            new Command("sh", "-c", script)
            {
                Input = string.Concat(answers.Select(answer => answer + "\n")),
                Environment = s_environment,
            }
        );
    }

    /// <summary>Makes so what the guide says is so.</summary>
    internal void Arrange(string setting)
    {
        switch (setting)
        {
            case "ssh":
                StartSsh();
                break;
            case "dnsmasq":
                StartDnsmasq();
                break;
            case "tinc":
                Tinc.Join(_sites.Lab, FourSites.PublicA, _sites.All);
                break;
            default:
                throw new FormatException($"nobody knows the setting '{setting}'");
        }
    }

    /// <summary>Gives each router a dnsmasq, as Debian runs it, that knows the pc in its LAN as <c>nas</c> and is asked by it.</summary>
    void StartDnsmasq()
    {
        for (int i = 0; i < _sites.All.Length; i++)
        {
            Host router = _sites.All[i];
            NamedSites.Configure(router, "", $"{ThreeSites.Lan4(i + 1, 10)} nas");
            router.Run(NamedSites.Script, "start");
            _byPrompt["pc" + router.Name.ToUpperInvariant()]
                .Sh(
                    $"echo 'nameserver {ThreeSites.Lan4(i + 1, 1)}' >/run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf"
                );
        }
    }

    /// <summary>Lets every router log in to every other as root, by a key of this lab.</summary>
    void StartSsh()
    {
        string key = Path.Combine(_sites.Lab.Folder, "ssh-key");
        _sites.A.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        foreach (Host router in _sites.All)
        {
            router.Sh(
                $$"""
                mkdir -p /root/.ssh /run/sshd
                cp {{key}} /root/.ssh/id_ed25519
                cp {{key}}.pub /root/.ssh/authorized_keys
                echo "* $(cat {{key}}.pub)" >/root/.ssh/known_hosts
                chmod -R go= /root/.ssh
                /usr/sbin/sshd -f /dev/null -h /root/.ssh/id_ed25519 -o StrictModes=no -o PidFile=/run/sshd.pid \
                  -o AuthorizedKeysFile=/root/.ssh/authorized_keys -o Subsystem='sftp internal-sftp'
                """
            );
        }
    }
}

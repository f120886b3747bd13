using System.Globalization;
using System.Text.Json;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Deploy;

/// <summary>
/// Sites s1, s2 … on a wire with the office of their administrator, each with a LAN and Debian's sshd, which knows the
/// office's key. Accounts, keys and configuration are the lab's own. A site runs from its own <c>Folder</c>. What a login
/// runs goes through a gate that a test can close.
/// </summary>
sealed class SshSites
{
    const string Network = "203.0.113.";
    const int OfficeNumber = 250;

    /// <summary>A path without weft.</summary>
    internal const string SystemPrograms = "/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>$1 is a file; while it is there, a command that holds its text waits. The shell for it follows.</summary>
    const string Gate = """
        while [ -s "$1" ]; do
          case $SSH_ORIGINAL_COMMAND in *"$(cat "$1")"*) sleep 0.05 ;; *) break ;; esac
        done
        shift
        exec "$@" -c "$SSH_ORIGINAL_COMMAND"
        """;

    readonly string[] _lines;
    readonly string _settings;

    SshSites(Lab lab, int count, string settings)
    {
        Lab = lab;
        _settings = settings;
        Office = lab.AddHost("office");
        Sites = [.. Enumerable.Range(1, count).Select(n => lab.AddHost($"s{n}"))];
        _lines = new string[count];
    }

    internal Lab Lab { get; }

    internal Host Office { get; }

    internal Host[] Sites { get; }

    /// <summary>The user's configuration of ssh.</summary>
    internal string SshConfig => $"{Lab.Folder}/ssh_config";

    internal string MeshFile => $"{Lab.Folder}/mesh.conf";

    /// <summary>Lays the network and the accounts, starts the servers and makes the mesh; no site runs yet.</summary>
    /// <param name="settings">Further lines of [Mesh].</param>
    /// <param name="routers">So many of them, from the first on, have a router's programs and no weft.</param>
    internal static SshSites Lay(Lab lab, int count, string settings = "", int routers = 0)
    {
        SshSites sites = new(lab, count, settings);
        sites.Office.Sh(
            $"ip link add wire type bridge; ip link set wire up; ip address add {Network}{OfficeNumber}/24 dev wire"
        );
        sites.MakeAccounts();
        for (int i = 0; i < count; i++)
        {
            Host site = sites.Sites[i];
            string n = (i + 1).ToString(CultureInfo.InvariantCulture);
            lab.Connect(sites.Office, $"to{n}", site, "wan");
            sites.Office.Run("ip", "link", "set", $"to{n}", "master", "wire");
            site.Sh(
                $"ip address add {Network}{n}/24 dev wan; ip link add lan type bridge; ip link set lan up; ip address add 10.0.{n}.1/24 dev lan"
            );
            lab.SetName($"{site.Name}.example.org", Network + n);
            sites._lines[i] =
                $"[Site]\nName = {site.Name}.example.org\nLan = 10.0.{n}.0/24\nFolder = {sites.FolderOf(site)}\n";
            if (i < routers)
            {
                site.Sh(SiteProgram.OldIptables);
                sites.StartServer(site, SystemPrograms, SiteProgram.OnRouter(lab));
            }
            else
            {
                sites.StartServer(site, $"{Path.GetDirectoryName(Programs.Weft)}:{SystemPrograms}");
            }
        }
        sites.MakeConf();
        return sites;
    }

    /// <summary>Where a site's file is, at the site.</summary>
    internal string FolderOf(Host site) => $"{Lab.Folder}/far/{site.Name}";

    internal string FileOf(Host site) => $"{FolderOf(site)}/wg0.conf";

    /// <summary>Where it was made.</summary>
    internal string MadeFileOf(Host site) => $"{Lab.Folder}/sites/{site.Name}.example.org/wg0.conf";

    /// <summary>Adds a line to a site's section, and makes the mesh.</summary>
    internal void Change(Host site, string line)
    {
        _lines[Array.IndexOf(Sites, site)] += line + "\n";
        MakeConf();
    }

    /// <summary>Another line in place of one that holds a text, and makes the mesh.</summary>
    internal void Change(Host site, string line, string other)
    {
        int i = Array.IndexOf(Sites, site);
        _lines[i] = _lines[i].Replace(line, other, StringComparison.Ordinal);
        MakeConf();
    }

    internal void MakeConf()
    {
        File.WriteAllText(MeshFile, $"[Mesh]\nNetwork = 192.168.192.0/24\n{_settings}\n{string.Concat(_lines)}");
        Weft("makeconf", "--from", MeshFile, "--out", $"{Lab.Folder}/sites");
    }

    /// <summary>Runs a command of weft in the office that has to succeed.</summary>
    internal string Weft(params string[] line) => Office.Run([Programs.Weft, .. line]);

    /// <summary>Deploys, on a machine that may have much else to do.</summary>
    internal CommandResult Deploy(params string[] arguments) =>
        Office.Try(new Command(DeployLine(arguments)) { Timeout = TimeSpan.FromMinutes(3) });

    /// <summary>Deploys in the background.</summary>
    internal Running StartDeploy(params string[] arguments) => Office.Start(DeployLine(arguments));

    internal string[] DeployLine(params string[] arguments) =>
        [
            Programs.Weft,
            "deploy",
            "--mesh",
            MeshFile,
            "--out",
            $"{Lab.Folder}/sites",
            "--ssh-config",
            SshConfig,
            .. arguments,
        ];

    /// <summary>What became of each site, by its short name.</summary>
    internal Dictionary<string, JsonElement> DeployJson(params string[] arguments) =>
        JsonDocument
            .Parse(Deploy(["--json", .. arguments]).Output)
            .RootElement.GetProperty("sites")
            .EnumerateArray()
            .ToDictionary(site => site.GetProperty("site").GetString()!.Split('.')[0]);

    /// <summary>Deploys, and returns the outcomes in the order of the sites.</summary>
    internal string Outcomes(params string[] arguments) =>
        string.Join(
            ' ',
            DeployJson(arguments)
                .OrderBy(s => s.Key.Length)
                .ThenBy(s => s.Key)
                .Select(s => s.Value.GetProperty("outcome"))
        );

    /// <summary>Lets logins at a site wait whose command holds the text; empty opens the gate.</summary>
    internal void Hold(Host site, string text) => File.WriteAllText($"{Lab.Folder}/{site.Name}.gate", text);

    /// <param name="programs">Where a login finds its programs.</param>
    /// <param name="shell">What runs its commands; <c>/bin/sh</c> unless given.</param>
    internal void StartServer(Host site, string programs, params string[] shell)
    {
        string conf = $"{Lab.Folder}/{site.Name}.sshd";
        string words = shell.Length == 0 ? "/bin/sh" : string.Join(' ', shell.Select(word => $"'{word}'"));
        File.WriteAllText(
            conf,
            $"""
            HostKey {Lab.Folder}/host_key
            PidFile /run/sshd.pid
            AuthorizedKeysFile {Lab.Folder}/%u.{site.Name}.keys
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            ForceCommand sh {Lab.Folder}/gate.sh {Lab.Folder}/{site.Name}.gate {words}
            SetEnv PATH={programs}
            """
        );
        foreach (string user in (string[])["root", "admin"])
            File.Copy($"{Lab.Folder}/id.pub", $"{Lab.Folder}/{user}.{site.Name}.keys", overwrite: true);
        site.Sh(
            $"""
            mkdir -p /run/sshd
            rm -f /run/sshd.pid
            for file in passwd group shadow; do mount --bind {Lab.Folder}/$file /etc/$file; done
            /usr/sbin/sshd -f {conf} -E {Lab.Folder}/{site.Name}.log
            """
        );
        Wait.Until(() => File.Exists($"{site.Root}/run/sshd.pid"), $"sshd of {site.Name} runs");
    }

    /// <summary>No more logins at a site; those that are there go on.</summary>
    internal static void StopServer(Host site) => site.Sh("kill $(cat /run/sshd.pid)");

    void MakeAccounts()
    {
        string folder = Lab.Folder;
        // A login that is not root's has to find its keys; what is secret below is closed by itself.
        Programs.RunHere("chmod", "755", folder);
        Programs.RunHere("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{folder}/id");
        Programs.RunHere("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{folder}/host_key");
        File.WriteAllText($"{folder}/gate.sh", Gate);
        File.WriteAllText(
            $"{folder}/passwd",
            """
            root:x:0:0:root:/root:/bin/sh
            sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin
            admin:x:1000:1000::/:/bin/sh
            nobody:x:65534:65534::/:/usr/sbin/nologin

            """
        );
        File.WriteAllText($"{folder}/group", "root:x:0:\nsudo:x:27:\nadmin:x:1000:\nnogroup:x:65534:\n");
        File.WriteAllText($"{folder}/shadow", "root:*:19000::::::\nsshd:*:19000::::::\nadmin:*:19000::::::\n");
        string hostKey = File.ReadAllText($"{folder}/host_key.pub");
        File.WriteAllText($"{folder}/known_hosts", $"{Network}*,192.168.192.*,*.example.org {hostKey}");
        File.WriteAllText(
            SshConfig,
            $"""
            Host *
              User root
              IdentityFile {folder}/id
              IdentitiesOnly yes
              IdentityAgent none
              UserKnownHostsFile {folder}/known_hosts
              GlobalKnownHostsFile /dev/null
            """
        );
    }
}

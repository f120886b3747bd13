using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Sites;

/// <summary>Debian's sshd on a host of a lab, with accounts, keys and configuration of the lab's own.</summary>
static class Ssh
{
    /// <summary>Starts the server; root may come in with the lab's key.</summary>
    internal static void Serve(Lab lab, Host host)
    {
        string folder = lab.Folder;
        foreach (string key in (string[])["id", "host_key"])
        {
            if (!File.Exists($"{folder}/{key}"))
            {
                Programs.RunHere("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{folder}/{key}");
            }
        }

        File.WriteAllText(
            $"{folder}/passwd",
            "root:x:0:0:root:/root:/bin/bash\nsshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n"
        );
        File.WriteAllText($"{folder}/shadow", "root:*:19000::::::\nsshd:*:19000::::::\n");
        File.WriteAllText(
            $"{folder}/sshd_config",
            $"""
            HostKey {folder}/host_key
            PidFile /run/sshd.pid
            AuthorizedKeysFile {folder}/id.pub
            StrictModes no
            UsePAM no
            """
        );
        host.Sh(
            $"""
            mkdir -p /run/sshd
            for file in passwd shadow; do mount --bind {folder}/$file /etc/$file; done
            /usr/sbin/sshd -f {folder}/sshd_config -E {folder}/sshd.log
            """
        );
    }

    /// <summary>The command line that runs a line of the shell on the host with that address.</summary>
    /// <param name="terminal">As somebody who sits before it, with a terminal that hangs up when the connection dies.</param>
    internal static string[] Line(Lab lab, string address, string line, bool terminal = false) =>
        [
            "ssh",
            "-F",
            "/dev/null",
            "-i",
            $"{lab.Folder}/id",
            "-o",
            "IdentityAgent=none",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "LogLevel=ERROR",
            .. terminal ? ["-tt"] : (string[])[],
            $"root@{address}",
            line,
        ];
}

using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Boot;

/// <summary>
/// A root folder of a router's own on a host, laid over the machine's and forgotten with the host: what is written to
/// <c>/etc</c>, <c>/usr</c> or <c>/jffs</c> stays in it. Its shell is busybox's.
/// </summary>
sealed class RouterRoot
{
    const string Root = "/run/router/root";

    readonly Host _host;

    internal RouterRoot(Lab lab, Host host)
    {
        _host = host;
        string programs = Path.GetDirectoryName(Programs.Weft)!;
        host.Sh(
            $"""
            mkdir /run/router; mount -t tmpfs tmpfs /run/router
            mkdir /run/router/disk /run/router/work {Root}
            mount -t overlay -o lowerdir=/,upperdir=/run/router/disk,workdir=/run/router/work overlay {Root}
            for place in proc sys dev etc/hosts; do mount --rbind /$place {Root}/$place; done
            mount -t tmpfs -o mode=755 tmpfs {Root}/run
            mkdir -p {Root}{lab.Folder} {Root}/stand-ins; mount --bind {lab.Folder} {Root}{lab.Folder}
            # /var is in memory there, by a link.
            umount -l {Root}/var 2>/dev/null || :
            mv {Root}/var {Root}/machine-var; ln -s tmp/var {Root}/var; mkdir -p {Root}/tmp/var; ln -s /run {Root}/tmp/var/run
            # Also when the checkout stands in /var.
            mkdir -p {Root}{programs}; mount --bind {programs} {Root}{programs}
            """
        );
        AddProgram("ash", "#!/bin/sh\nexec busybox ash \"$@\"\n");
    }

    /// <summary>Puts a program where the router has it, before all others of the name.</summary>
    internal void AddProgram(string name, string script)
    {
        string path = $"{_host.Root}{Root}/stand-ins/{name}";
        File.WriteAllText(path, script);
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    internal void Write(string path, string text)
    {
        string place = _host.Root + Root + path;
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.WriteAllText(place, text);
    }

    internal string? Read(string path)
    {
        string place = _host.Root + Root + path;
        return File.Exists(place) ? File.ReadAllText(place) : null;
    }

    /// <summary>Runs a script with the router's shell.</summary>
    internal CommandResult Try(string script) =>
        _host.Try([
            "chroot",
            Root,
            "/usr/bin/env",
            "PATH=/stand-ins:/usr/sbin:/usr/bin:/sbin:/bin",
            "busybox",
            "ash",
            "-c",
            script,
        ]);

    internal string Ash(string script)
    {
        CommandResult result = Try(script);
        return result.Succeeded ? result.Output : throw new CommandFailedException(_host.Name, [script], result);
    }

    internal string Weft(string arguments) => Ash($"{Programs.Weft} {arguments}");
}

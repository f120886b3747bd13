using System.Diagnostics;
using System.Globalization;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Boot;

/// <summary>
/// A machine with systemd as its first process, made of namespaces on a <see cref="Host"/> of the lab (<c>scripts/machine</c>):
/// it boots, reboots and loses its power. What is installed on it stays; its network is new at every boot, a wire to the host's
/// bridge.
/// </summary>
sealed class Machine : IAsyncDisposable
{
    /// <summary>Of the units of this machine: what the targets of a boot and a shutdown are made of, and the journal.</summary>
    const string Units = """
        sysinit.target
        basic.target
        multi-user.target
        network.target
        network-online.target
        nss-lookup.target
        local-fs.target
        shutdown.target
        umount.target
        final.target
        reboot.target
        systemd-reboot.service
        systemd-journald.service
        systemd-journald.socket
        systemd-journald-dev-log.socket

        """;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    readonly Host _host;
    readonly string _lab;
    readonly string _folder;
    readonly string _address;
    readonly string _group;
    Process? _process;
    string _pid = "";

    /// <param name="lab">The lab.</param>
    /// <param name="host">Where it runs; the host's wire is its wire.</param>
    /// <param name="wire">The host's device that leads to the others.</param>
    /// <param name="address">The machine's own, with its prefix length.</param>
    internal Machine(Lab lab, Host host, string wire, string address)
    {
        (_host, _lab, _address) = (host, lab.Folder, address);
        _folder = $"{lab.Folder}/{host.Name}-machine";
        Directory.CreateDirectory(_folder);
        File.WriteAllText($"{_folder}/units", Units);
        host.Sh(
            $"""
            ip link add wires type bridge; ip link set wires up; ip link set {wire} master wires
            mkdir /run/groups; mount -t cgroup2 cgroup2 /run/groups
            """
        );
        _group = $"/run/groups/weft-{Path.GetFileName(lab.Folder)}-{host.Name}";
        File.WriteAllText($"{_folder}/group", _group);
    }

    /// <summary>A folder of the machine that outlives its boots, as the test can reach it.</summary>
    internal string Kept(string folder) => $"{_folder}/kept{folder}";

    /// <summary>Boots it, and returns when systemd has done all that a boot starts, unless there is more to wait for.</summary>
    /// <param name="isWired">Otherwise it is cut off until <see cref="Wire"/>.</param>
    /// <param name="isAwaited">Otherwise it returns as soon as systemd answers.</param>
    internal void Boot(bool isWired = true, bool isAwaited = true)
    {
        _host.Run("mkdir", _group);
        _process = _host.Attach([
            "unshare",
            "--net",
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--fork",
            "--kill-child",
            .. BootScript,
        ]);
        _pid =
            _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"The machine does not boot: {_process.StandardError.ReadToEnd()}");
        if (isWired)
            Wire();
        _process.StandardInput.WriteLine("go");
        _process.StandardInput.Flush();
        Wait.Until(() => State() is "running" or "degraded" || (!isAwaited && State().Length > 0), seconds: 60);
    }

    string[] BootScript => [Programs.Script("machine/boot.sh"), _folder, _lab];

    /// <summary>Gives it its wire and address, as if the cable were put in.</summary>
    internal void Wire() =>
        _host.Sh(
            $"""
            ip link add to-machine type veth peer name eth0 netns {_pid}
            ip link set to-machine master wires up
            nsenter -t {_pid} --net -- ip link set eth0 up
            nsenter -t {_pid} --net -- ip address add {_address} dev eth0
            """
        );

    /// <summary>Has systemd shut it down, and boots it again.</summary>
    internal void Reboot()
    {
        _ = Try("systemctl", "reboot");
        End();
        Boot();
    }

    /// <summary>Takes its power.</summary>
    internal void Crash()
    {
        _host.Run("kill", "-9", _pid);
        End();
    }

    internal string Run(params string[] line) => _host.Run(Inside(line));

    internal CommandResult Try(params string[] line) => _host.Try(Inside(line));

    internal string Sh(string script) => Run("sh", "-euc", script);

    /// <summary>What systemd says of a unit, such as <c>active</c>; of several, in one line.</summary>
    internal string Is(params string[] units) =>
        Try(["systemctl", "is-active", .. units]).Output.Trim().ReplaceLineEndings(" ");

    internal string Journal(string unit) => Run("journalctl", "-o", "cat", "-u", unit);

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            Crash();
        return ValueTask.CompletedTask;
    }

    string State() => Try("systemctl", "is-system-running").Output.Trim();

    string[] Inside(string[] line) =>
        [
            "nsenter",
            "-t",
            _pid,
            "--net",
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--cgroup",
            "--root",
            "--wd",
            "--",
            .. line,
        ];

    void End()
    {
        if (!_process!.WaitForExit(s_patience))
            throw new TimeoutException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The machine is not down within {s_patience.TotalSeconds} s"
                )
            );
        _process.Dispose();
        _process = null;
        // The wire went with the machine's network; its groups are empty as soon as the kernel is done with its processes.
        Wait.Until(() => _host.Try("find", _group, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";").Succeeded);
    }
}

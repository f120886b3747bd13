using System.Collections.Immutable;
using System.Globalization;

namespace Weft.Control;

/// <summary>The dnsmasq of this network namespace: the one that runs, or the one that would.</summary>
/// <param name="Program">Its path.</param>
/// <param name="Process">Its id; null when none runs.</param>
/// <param name="Arguments">What it was started with; what it would be started with as far as that is known.</param>
sealed record Dnsmasq(string Program, int? Process, ImmutableArray<string> Arguments)
{
    const string Name = "dnsmasq";
    const string UsualFolder = "/etc/dnsmasq.d";

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Null when the host has none. Of several those that read a folder come first, of them one that can be started anew, then
    /// the eldest.
    /// </summary>
    /// <param name="isOurs">Tells our files from others'.</param>
    /// <param name="tools">Asked who starts them.</param>
    internal static Dnsmasq? Find(Func<string, bool> isOurs, Tools tools)
    {
        if (Tools.Find(Name) is not { } program)
            return null;
        ImmutableArray<Dnsmasq> running =
        [
            .. Running().Select(r => new Dnsmasq(program, r.Process, r.Arguments)).OrderBy(d => d.Process),
        ];
        if (running.IsEmpty)
        {
            // Debian names the folder on the command line.
            bool isNamed = !DnsmasqConf.Read([], isOurs).Folders.IsEmpty;
            return new Dnsmasq(program, null, isNamed ? [] : [$"--conf-dir={UsualFolder}"]);
        }
        return Pick(
            running,
            d => DnsmasqConf.Read(d.Arguments, isOurs) is { Folders.IsEmpty: false, HasNoDns: false },
            d => Restarter(d.Process!.Value, tools) is not null
        );
    }

    /// <summary>Asks no more than it has to: it is part of each check of a watcher.</summary>
    /// <param name="running">Eldest first; at least one.</param>
    /// <param name="takes">Can be told names.</param>
    /// <param name="restarts">Can be started anew.</param>
    internal static Dnsmasq Pick(
        ImmutableArray<Dnsmasq> running,
        Func<Dnsmasq, bool> takes,
        Func<Dnsmasq, bool> restarts
    )
    {
        ImmutableArray<Dnsmasq> takers = [.. running.Where(takes)];
        return takers switch
        {
            [] => running[0],
            [Dnsmasq only] => only,
            _ => takers.FirstOrDefault(restarts) ?? takers[0],
        };
    }

    /// <summary>Has it judge what it would read if it were started now.</summary>
    /// <returns>Its complaint; null when it has none.</returns>
    internal string? Fault(Tools tools)
    {
        ToolResult result = tools.Run(Program, ["--test", .. Arguments]);
        return result.Succeeded ? null : result.Complaint;
    }

    /// <summary>Has it judge some settings by themselves.</summary>
    /// <returns>Its complaint; null when it has none.</returns>
    internal string? FaultOf(ImmutableArray<DnsSetting> settings, Tools tools)
    {
        ToolResult result = tools.Run(Program, ["--test", "--conf-file=-"], Text(settings));
        return result.Succeeded ? null : result.Complaint;
    }

    internal static string Text(ImmutableArray<DnsSetting> settings) => string.Concat(settings.Select(s => $"{s}\n"));

    /// <summary>
    /// Starts it anew, since it reads its files only then. Whoever started it does so: systemd's unit whose main process it is, OpenRC,
    /// the script of the system (OpenWrt's too), or Tomato's <c>service</c>.
    /// </summary>
    /// <exception cref="OperationFailedException">It did not come back.</exception>
    internal void Restart(Tools tools, Reporting reporting)
    {
        if (Process is not { } process)
        {
            reporting.Trace("dnsmasq does not run; it will find its settings when it starts");
            return;
        }
        if (Restarter(process, tools) is not { } command)
        {
            reporting.Warning(
                $"dnsmasq (process {process}) was started by nobody that could start it anew: do so by hand, since it "
                    + "reads its settings only then"
            );
            return;
        }
        reporting.Step(string.Join(' ', [Path.GetFileName(command[0]), .. command[1..]]));
        ToolResult result = tools.Run(command[0], [.. command[1..]]);
        long begun = Environment.TickCount64;
        while (result.Succeeded && !IsBack(process))
        {
            if (Environment.TickCount64 - begun > s_patience.TotalMilliseconds)
                throw new OperationFailedException("dnsmasq did not come back when it was started anew", null);
            Thread.Sleep(20);
        }
        if (!result.Succeeded)
            throw new OperationFailedException($"dnsmasq does not start: {result.Complaint}", null);
    }

    static bool IsBack(int old)
    {
        int[] running = [.. Running().Select(r => r.Process)];
        return running.Length > 0 && !running.Contains(old);
    }

    static string[]? Restarter(int process, Tools tools)
    {
        if (Directory.Exists("/run/systemd/system") && Tools.Find("systemctl") is { } systemctl)
            return SystemdUnit.OfMain(process, systemctl, tools) is { } unit ? [systemctl, "restart", unit] : null;
        if (Directory.Exists("/run/openrc") && Tools.Find("rc-service") is { } openRc)
            return [openRc, Name, "restart"];
        const string script = $"/etc/init.d/{Name}";
        if (Tools.IsProgram(script))
            return [script, "restart"];
        return Tools.Find("nvram") is not null && Tools.Find("service") is { } service
            ? [service, Name, "restart"]
            : null;
    }

    /// <summary>Those of this network namespace.</summary>
    static IEnumerable<(int Process, ImmutableArray<string> Arguments)> Running()
    {
        string here = SiteHost.Namespace;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int process))
                continue;
            if (ArgumentsOf(folder, here) is { } arguments)
                yield return (process, arguments);
        }
    }

    static ImmutableArray<string>? ArgumentsOf(string folder, string here)
    {
        try
        {
            if (File.ReadAllText($"{folder}/comm").TrimEnd() != Name)
                return null;
            if (new FileInfo($"{folder}/ns/net").LinkTarget != here)
                return null;
            return
            [
                .. File.ReadAllText($"{folder}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries).Skip(1),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}

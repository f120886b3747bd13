using System.Globalization;

namespace Weft.Control;

/// <summary>
/// The service of systemd's that starts a process. One that is merely in a service's cgroup is not it: NetworkManager and libvirt
/// run dnsmasqs of their own, and to start those anew would be to start all of NetworkManager anew, uplinks and all.
/// </summary>
static class SystemdUnit
{
    /// <summary>The service whose main process it is; null when it is none's, as in a user's session.</summary>
    internal static string? OfMain(int process, string systemctl, Tools tools)
    {
        try
        {
            return OfMain(process, File.ReadAllText($"/proc/{process}/cgroup"), systemctl, tools);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="process">Its id.</param>
    /// <param name="cgroup">Its <c>/proc/PID/cgroup</c>.</param>
    /// <param name="systemctl">Its path.</param>
    /// <param name="tools">Run it.</param>
    internal static string? OfMain(int process, string cgroup, string systemctl, Tools tools)
    {
        string? unit = cgroup.Split('/', '\n').LastOrDefault(p => p.EndsWith(".service", StringComparison.Ordinal));
        if (unit is null)
            return null;
        ToolResult main = tools.Run(systemctl, ["show", "-p", "MainPID", "--value", unit]);
        return main.Succeeded && main.Output.Trim() == process.ToString(CultureInfo.InvariantCulture) ? unit : null;
    }
}

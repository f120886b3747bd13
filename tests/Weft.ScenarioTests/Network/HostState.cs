namespace Weft.ScenarioTests.Network;

/// <summary>
/// What a program can leave behind on a host, as text that two moments can be compared by: links, addresses, routes, rules,
/// firewall of both kinds, forwarding settings, processes, and files under <c>/run</c> (sockets among them).
/// </summary>
static class HostState
{
    internal static string Capture(Host host) => host.Run(Programs.Script("host/state.sh"));

    /// <summary>The host, and what its device wg0 is set to.</summary>
    internal static string CaptureWithDevice(Host host)
    {
        CommandResult device = host.Try(Programs.DebianWg, "showconf", "wg0");
        CommandResult link = host.Try("ip", "-o", "link", "show", "dev", "wg0");
        int about = link.Output.IndexOf('<', StringComparison.Ordinal);
        return Capture(host) + device.Output + (about < 0 ? "" : link.Output[about..]);
    }
}

namespace Weft.ScenarioTests.Network;

/// <summary>
/// What a program can leave behind on a host, as text that two moments can be compared by: links, addresses, routes, rules,
/// firewall of both kinds, forwarding settings, processes, and files under <c>/run</c> (sockets among them).
/// </summary>
static class HostState
{
    internal static string Capture(Host host) => host.Run(Programs.Script("host/state.sh"));
}

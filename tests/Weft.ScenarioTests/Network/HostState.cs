using System.Text.RegularExpressions;

namespace Weft.ScenarioTests.Network;

/// <summary>
/// What a program can leave behind on a host, as text that two moments can be compared by: links, addresses, routes, rules,
/// firewall of both kinds, forwarding settings, processes, and files under <c>/run</c> (sockets among them).
/// </summary>
static partial class HostState
{
    const string Script = """
        echo "# links";      ip -o link | cut -d' ' -f2
        echo "# addresses";  ip -o addr | cut -d' ' -f2-9
        echo "# routes";     ip -4 route show table all; ip -6 route show table all
        echo "# rules";      ip -4 rule; ip -6 rule
        echo "# iptables";   iptables-save 2>/dev/null | grep -v '^#'; ip6tables-save 2>/dev/null | grep -v '^#'
        echo "# nft";        nft list ruleset 2>/dev/null
        echo "# forwarding"; cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
        echo "# processes";  ps -eo stat=,args= | grep -v '^Z' | cut -d' ' -f2- | grep -vE '^ *(sh -uc|ps -eo|grep|cut)'
        echo "# run";        find /run -mindepth 1 -printf '%y %p\n' | sort
        """;

    internal static string Capture(Host host)
    {
        CommandResult result = host.Try("sh", "-uc", Script);
        return Counters().Replace(result.Output, "");
    }

    // Counters and lifetimes move by themselves.
    [GeneratedRegex(@" packets \d+ bytes \d+|\[\d+:\d+\]| expires \d+sec")]
    private static partial Regex Counters();
}

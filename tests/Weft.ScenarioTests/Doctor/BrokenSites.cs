using static Weft.ScenarioTests.Doctor.Breakage;

namespace Weft.ScenarioTests.Doctor;

/// <summary>The <see cref="Breakage"/>s of a site itself, whatever its links are like.</summary>
static class BrokenSites
{
    internal static Breakage[] All { get; } =
    [
        Own("others can read the file", "file", "mode 0644", "chmod 644 $conf", "chmod 600 $conf"),
        Own(
            "the file was edited and not started",
            "file",
            "says something else",
            "cp -p $conf $conf.old; sed -i 's/^\\[Interface\\]/[Interface]\\nMTU = 1380/' $conf",
            "mv $conf.old $conf"
        ),
        Own(
            "somebody broke the file",
            "file",
            "neither [Section] nor Key",
            "cp -p $conf $conf.old; echo garbage >>$conf",
            "mv $conf.old $conf"
        ),
        Own("the clock is years behind", "clock", "2044-01-02", "touch -d 2044-01-02 $conf", "touch $conf"),
        Own("the site is not running", "interface", "no interface wg0", "$weft stop $conf", ""),
        Own(
            "another daemon has the port",
            "interface",
            "51820 is held by socat",
            "$weft stop $conf; socat -u UDP-RECV:51820 OPEN:/dev/null </dev/null >/dev/null 2>&1 & "
                + "for i in $(seq 50); do ss -lun | grep -q :51820 && break; sleep 0.1; done",
            "pkill socat || :"
        ),
        Own("somebody took the interface down", "interface", "the interface is down", "ip link set wg0 down", ""),
        Own(
            "the device was killed",
            "interface",
            "no interface wg0 any more",
            "pkill -9 -f '[w]eft device'; while ip link show wg0; do sleep 0.1; done",
            ""
        ),
        Own(
            "somebody else switched forwarding off",
            "forwarding",
            "net.ipv4.ip_forward=0 instead of 1",
            "echo 0 >/proc/sys/net/ipv4/ip_forward",
            ""
        ),
        Own(
            "a firewall reload took the rules",
            "firewall",
            "rules of ours are missing",
            "iptables -F; iptables -X || :",
            ""
        ),
        Own(
            "a rule holds what is forwarded",
            "firewall",
            "iptables chain FORWARD: -A FORWARD -j DROP",
            "iptables -I FORWARD 1 -j DROP",
            "iptables -D FORWARD -j DROP"
        ),
        Own(
            "the firewall keeps out those who dial in",
            "udp-in",
            "nft table inet late chain in: udp dport 51820 ct state new drop",
            "nft 'table inet late { chain in { type filter hook input priority 10; udp dport 51820 ct state new drop; }; }'",
            "nft delete table inet late"
        ),
        Own("the MTU was set by hand", "mtu", "9000 instead of 1420", "ip link set wg0 mtu 9000", ""),
        Own(
            "the watcher was killed",
            "watch",
            "no process holds /run/weft/watch/wg0",
            "cp -p $conf $conf.old; sed -i 's/^\\[Interface\\]/[Interface]\\n# Weft.Check = 600/' $conf; $weft start $conf; "
                + "pkill -9 -f '[w]eft watch'; crontab -r || :",
            "mv $conf.old $conf"
        ),
    ];
}

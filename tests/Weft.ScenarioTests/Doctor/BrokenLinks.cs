using static Weft.ScenarioTests.Doctor.Breakage;

namespace Weft.ScenarioTests.Doctor;

/// <summary>The <see cref="Breakage"/>s of a link.</summary>
static class BrokenLinks
{
    /// <summary>The peer is as if it had just been added: it has never shaken hands.</summary>
    const string ForgetB = "wg set wg0 peer $B remove; $weft start $conf; ";

    const string Restart = "$weft stop $conf; $weft start $conf";

    /// <summary>A site that keeps its tunnels alive tells others where it is, and what they think of its name matters no more.</summary>
    static string Silent => Late("out", "output", "udp sport 51820 drop");

    internal static Breakage[] All { get; } =
    [
        Link(
            "the name does not resolve",
            "b",
            "name",
            "does not resolve",
            ('a', "$weft stop $conf; " + Names("/b.example.org/d") + "; $weft start $conf"),
            ('a', "echo '198.51.100.2 b.example.org' >>/etc/hosts")
        ),
        Link(
            "the name moved",
            "b",
            "name",
            "the name means 198.51.100.3:51820 now, the device sends to 198.51.100.2:51820",
            [
                (
                    'b',
                    Silent
                        + "; ip address add 198.51.100.3/24 dev wan; ip address del 198.51.100.2/24 dev wan; "
                        + "ip address add 198.51.100.3/24 dev wan || :; ip route replace default via 198.51.100.1"
                ),
                ('a', Names("s/198.51.100.2 b/198.51.100.3 b/")),
            ],
            [
                (
                    'b',
                    "nft delete table inet late; "
                        + "ip address add 198.51.100.2/24 dev wan; ip address del 198.51.100.3/24 dev wan; "
                        + "ip address add 198.51.100.2/24 dev wan || :; ip route replace default via 198.51.100.1"
                ),
                ('a', Names("s/198.51.100.3 b/198.51.100.2 b/")),
            ]
        ),
        Link(
            "the name means this host itself",
            "b",
            "name",
            "203.0.113.2, which is an address of this host",
            [
                ('b', Silent),
                ('a', "$weft stop $conf; " + Names("s/198.51.100.2 b/203.0.113.2 b/") + "; $weft start $conf"),
            ],
            [
                ('b', "nft delete table inet late"),
                ('a', Names("s/203.0.113.2 b/198.51.100.2 b/") + "; $weft stop $conf"),
            ]
        ),
        Link(
            "the default route is gone",
            "b",
            "udp-out",
            "no route leads there",
            ('a', "ip -4 route del default"),
            ('a', "ip -4 route add default via 203.0.113.1")
        ),
        Link(
            "the tunnel is routed into itself",
            "b",
            "udp-out",
            "leaves by wg0 itself",
            ('a', "ip route add 198.51.100.2 dev wg0"),
            ('a', "ip route del 198.51.100.2 dev wg0")
        ),
        Link(
            "the output is closed by nft",
            "b",
            "udp-out",
            "nft table inet late chain out: ip daddr 198.51.100.2 udp dport 51820 drop",
            ('a', Late("out", "output", "ip daddr 198.51.100.2 udp dport 51820 drop")),
            ('a', "nft delete table inet late")
        ),
        Link(
            "the output is closed by a list of addresses",
            "b",
            "udp-out",
            "EPERM",
            (
                'a',
                "nft 'table inet late { set bad { type ipv4_addr; elements = { 198.51.100.2 }; }; "
                    + "chain out { type filter hook output priority 10; ip daddr @bad udp dport 51820 drop; }; }'"
            ),
            ('a', "nft delete table inet late")
        ),
        Link(
            "the far site is not running",
            "b",
            "udp-out",
            "198.51.100.2 itself answers ICMP 'port unreachable'",
            ('b', "$weft stop $conf"),
            ('b', "$weft start $conf")
        ),
        Link(
            "a router on the way refuses UDP",
            "b",
            "udp-out",
            "the router 203.0.113.1 answers ICMP 'prohibited by a firewall'",
            (
                'i',
                Late(
                    "through",
                    "forward",
                    "ip daddr 198.51.100.2 udp dport 51820 reject with icmpx type admin-prohibited"
                )
            ),
            ('i', "nft delete table inet late")
        ),
        Link(
            "the far site's line is down",
            "b",
            "udp-out",
            "the router 203.0.113.1 answers ICMP 'host unreachable'",
            ('i', Late("through", "forward", "ip daddr 198.51.100.2 reject with icmpx type host-unreachable")),
            ('i', "nft delete table inet late")
        ),
        Link(
            "the gateway is dead",
            "b",
            "udp-out",
            "this host itself (203.0.113.2) answers ICMP 'host unreachable'",
            [('i', "ip link set to-a arp off"), ('a', "ip neighbour flush dev wan")],
            [('i', "ip link set to-a arp on")]
        ),
        Link(
            "all on the way is lost",
            "b",
            "handshake",
            "answers no ping and no other UDP port",
            [('a', ForgetB), ('i', Late("through", "forward", "ip daddr 198.51.100.2 drop"))],
            [('i', "nft delete table inet late")]
        ),
        Link(
            "the input is closed by nft",
            "b",
            "udp-in",
            "nft table inet late chain in: ip saddr 198.51.100.2 udp dport 51820 drop",
            ('a', Late("in", "input", "ip saddr 198.51.100.2 udp dport 51820 drop")),
            ('a', "nft delete table inet late")
        ),
        Link(
            "the input is closed by iptables",
            "b",
            "udp-in",
            "-A INPUT -s 198.51.100.2/32 -p udp -m udp --dport 51820 -j DROP",
            ('a', "iptables -I INPUT -s 198.51.100.2 -p udp --dport 51820 -j DROP"),
            ('a', "iptables -D INPUT -s 198.51.100.2 -p udp --dport 51820 -j DROP")
        ),
        Link(
            "a firewall reload closes all",
            "b",
            "udp-in",
            "nft table inet late chain in: policy drop",
            (
                'a',
                "nft 'table inet late { chain in { type filter hook input priority 10; policy drop; iif lo accept; }; }'"
            ),
            ('a', "nft delete table inet late")
        ),
        Link(
            "the preshared keys differ",
            "b",
            "keys",
            "the device cannot open the answer",
            [('b', "wg genpsk >/run/psk; wg set wg0 peer $A preshared-key /run/psk"), ('a', ForgetB)],
            [('b', "$weft start $conf")]
        ),
        Link(
            "the far site has another key",
            "b",
            "keys",
            "bears the key ",
            [('a', ForgetB), ('b', "wg genkey >/run/key; wg set wg0 private-key /run/key; " + Calls)],
            [('b', "pkill ping || :; " + Restart)]
        ),
        Link(
            "the far site has an old key of ours",
            "b",
            "keys",
            "was made for another public key than ours",
            [
                ('a', ForgetB),
                (
                    'b',
                    "wg set wg0 peer $A remove peer $(wg genkey | wg pubkey) endpoint 203.0.113.2:51820 "
                        + "allowed-ips 192.168.192.1/32; "
                        + Calls
                ),
            ],
            [('b', "pkill ping || :; " + Restart)]
        ),
        Link(
            "a firewall at the far site drops UDP",
            "b",
            "keys",
            "198.51.100.2 is there",
            [
                ('a', ForgetB),
                ('b', "wg set wg0 peer $A remove; $weft start $conf; " + Late("in", "input", "udp dport 51820 drop")),
            ],
            [('b', "nft delete table inet late")]
        ),
        Link(
            "the device lost a peer",
            "b",
            "keys",
            "has no peer with the key",
            ('a', "wg set wg0 peer $B remove"),
            ('a', "")
        ),
        Link(
            "the far site does not know our tunnel address",
            "b",
            "allowed-ips",
            "no echo of 192.168.192.2 came",
            ('b', "wg set wg0 peer $A allowed-ips 10.0.1.0/24"),
            ('b', "$weft start $conf")
        ),
        Link(
            "the far site does not know our network",
            "b",
            "allowed-ips",
            "but not to 10.0.1.1",
            ('b', "wg set wg0 peer $A allowed-ips 192.168.192.1/32,fd77:0:0:192::1/128"),
            ('b', "$weft start $conf")
        ),
        Link(
            "another peer took the network in the device",
            "b",
            "allowed-ips",
            "10.0.2.0/24 belongs",
            ('a', "wg set wg0 peer $C allowed-ips 192.168.192.3/32,10.0.3.0/24,10.0.2.0/24"),
            ('a', "")
        ),
        Link(
            "two peers have the same network",
            "b",
            "allowed-ips",
            "10.0.2.0/24 among the AllowedIPs of both b.example.org and c.example.org",
            ('a', "cp -p $conf $conf.old; sed -i 's|10.0.3.0/24|10.0.3.0/24, 10.0.2.0/24|' $conf; $weft start $conf"),
            ('a', "mv $conf.old $conf")
        ),
        Link(
            "the reverse-path filter is strict and the way back another",
            "b",
            "rp-filter",
            "rp_filter is strict (1)",
            ('a', "ip route add 192.168.192.2 dev lan; echo 1 >/proc/sys/net/ipv4/conf/wg0/rp_filter"),
            ('a', "ip route del 192.168.192.2 dev lan; echo 0 >/proc/sys/net/ipv4/conf/wg0/rp_filter")
        ),
        Link(
            "the firewall drops what comes out of the tunnel",
            "b",
            "firewall",
            "-A INPUT -s 192.168.192.2/32 -i wg0 -j DROP",
            ('a', "iptables -I INPUT -s 192.168.192.2 -i wg0 -j DROP"),
            ('a', "iptables -D INPUT -s 192.168.192.2 -i wg0 -j DROP")
        ),
        Link("the route is gone", "b", "route", "is not there", ('a', "ip route del 10.0.2.0/24"), ('a', "")),
        Link(
            "a narrower route takes it",
            "b",
            "route",
            "A narrower route, 10.0.2.0/25",
            ('a', "ip route add 10.0.2.0/25 dev lan"),
            ('a', "ip route del 10.0.2.0/25 dev lan")
        ),
        Link(
            "large packets are lost on the way",
            "b",
            "mtu",
            "a packet of 1328 bytes comes back through the tunnel, one of 1420 does not",
            [('i', Narrow), ('b', NoPieces)],
            [('i', Wide), ('b', "nft delete table ip late")]
        ),
        Link(
            "large packets are lost on the way to a site that answers two echoes a second",
            "b",
            "mtu",
            "a packet of 1328 bytes comes back through the tunnel, one of 1420 does not",
            [
                ('i', Narrow),
                (
                    'b',
                    NoPieces
                        + "; nft 'table ip seldom { chain in { type filter hook input priority 10; "
                        + "icmp type echo-request limit rate over 2/second burst 2 packets drop; }; }'"
                ),
            ],
            [('i', Wide), ('b', "nft delete table ip late; nft delete table ip seldom")]
        ),
        Link(
            "the far site does not forward",
            "b",
            "lan",
            "10.0.2.254",
            ('b', "echo 0 >/proc/sys/net/ipv4/ip_forward"),
            ('b', "$weft start $conf")
        ),
        Link(
            "the site behind NAT does not call",
            "c",
            "handshake",
            "no initiation of it came in",
            [('c', "$weft stop $conf"), ('a', "wg set wg0 peer $C remove; $weft start $conf")],
            [('c', "$weft start $conf")]
        ),
    ];

    /// <summary>As a watcher of the far site would, it asks for us all the time.</summary>
    const string Calls = "ping -i 0.3 192.168.192.1 >/dev/null 2>&1 &";

    /// <summary>Nobody hears that packets are too large for it.</summary>
    static string Narrow =>
        "ip link set to-b mtu 1400; " + Late("through", "forward", "icmp type destination-unreachable drop");

    const string Wide = "ip link set to-b mtu 1500; nft delete table inet late";

    const string NoPieces =
        "nft 'table ip late { chain in { type filter hook prerouting priority -450; ip frag-off & 0x3fff != 0 drop; }; }'";

    /// <summary>Changes what names mean: in place, since the file is mounted.</summary>
    static string Names(string edit) => $"sed '{edit}' /etc/hosts >/run/names; cat /run/names >/etc/hosts";

    static string Late(string chain, string hook, string rule) =>
        $"nft 'table inet late {{ chain {chain} {{ type filter hook {hook} priority 10; {rule}; }}; }}'";
}

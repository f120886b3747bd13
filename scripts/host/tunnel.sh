#!/bin/sh
# tunnel.sh NAME: prints what a wg-quick file makes of this host, so that two tools can be compared by it: the interface,
# its addresses, the routes over it, rules, firewall, the setting that goes with marks, and the device but for its keys.
# Left out is what nobody asks of either tool: who made a route, counters, and link-local addresses drawn at random.
plain() {
  sed -E -e '/fe80|ff00::/d' -e 's/ proto (static|boot|87)//' -e 's/ +/ /g' -e 's/ $//' -e 's/ handle [0-9]+//'
}
echo "link:"
ip -o link show dev "$1" 2>/dev/null | grep -oE '[<,]UP[,>]| mtu [0-9]+'
echo "addresses:"
ip -o address show dev "$1" 2>/dev/null | sed -E 's/.*(inet6? [^ ]+).*/\1/' | plain | sort
echo "routes:"
{
  ip -4 route show table all
  ip -6 route show table all
} 2>/dev/null | grep " $1 " | plain | sort -u
echo "rules:"
{
  ip -4 rule
  ip -6 rule
} | plain
echo "firewall:"
for family in ip ip6; do nft list table $family "wg-quick-$1" 2>/dev/null; done | plain
{
  iptables-save -t raw
  iptables-save -t mangle
  ip6tables-save -t raw
  ip6tables-save -t mangle
} 2>/dev/null | grep -- "$1" | plain | sort
echo "settings:"
cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding 2>/dev/null
ip link show dev "$1" >/dev/null 2>&1 && cat /proc/sys/net/ipv4/conf/all/src_valid_mark
echo "device:"
wg showconf "$1" 2>/dev/null | grep -v Key | sort

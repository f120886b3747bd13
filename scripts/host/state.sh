#!/bin/sh
# state.sh: prints what a program can leave behind on this host, so that two moments can be compared: links, addresses,
# routes, rules, firewall of both kinds, forwarding, processes, and what stands in /run (sockets among it).
# What changes by itself is left out: counters, lifetimes, and link-local addresses drawn at random.
still() {
  sed -E -e 's/fe80::[0-9a-f:]{4,}/fe80::random/' -e 's/ packets [0-9]* bytes [0-9]*//' -e 's/ *\[[0-9]+:[0-9]+\]//' -e 's/ expires [0-9]*sec//' -e '/^#/d'
}
# A watcher that has taken its folder away is about to end.
tries=0
while [ ! -e /run/weft/watch ] && pgrep -f 'weft watch' >/dev/null && [ "$tries" -lt 100 ]; do
  sleep 0.05
  tries=$((tries + 1))
done
echo "links:"
ip -o link | cut -d' ' -f2
echo "addresses:"
ip -o addr | cut -d' ' -f2-9 | still
echo "routes:"
{ ip -4 route show table all && ip -6 route show table all; } 2>&1 | still | sort
echo "rules:"
ip -4 rule && ip -6 rule
echo "iptables:"
{ iptables-save && ip6tables-save; } 2>/dev/null | still
echo "nftables:"
nft list ruleset 2>/dev/null | still
echo "forwarding:"
cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding 2>/dev/null
echo "processes:"
ps -eo ppid=,stat=,args= | awk -v me=$$ '$1 != me && $2 !~ /^Z/ && !/state\.sh/ { $1 = $2 = ""; print }'
echo "run:"
# The watcher writes its notes when it has looked; that its folder goes tells enough.
find /run -mindepth 1 ! -path '/run/weft/watch/*/notes' -printf '%y %p\n' | sort

#!/bin/sh
# wg.sh: runs a site of a Weft mesh on a router, by the wg0.conf beside it.

# The same text at every site, with the router's own wg, ip and iptables: keys stand in no variable and no argument.

# A function's results are variables: facts, text, now, pid, fault, conflict, steps, mtu. The names of an interface's
# files and links are found by its own name; everything of ours bears a mark, so stop needs no memory.

usage() {
	echo 'wg.sh [start|stop|restart|status|check|install|uninstall] [wg0 | FILE.conf]

start    makes the router what the file says
stop     takes away what start made
status   the peers and their links
check    looks at the links once
install  has Tomato start it at boot'
}

umask 077
# Cron's has hardly anything.
export PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C WG_ENDPOINT_RESOLUTION_RETRIES=0
trap '' HUP
all=/var/run/weft/sh
# What is of no interest goes there, but for who traces.
case $- in *x*) exec 9>&2 ;; *) exec 9>/dev/null ;; esac
six=/proc/sys/net/ipv6/conf
held='' quiet='' now=0 new='' notes='' steps='' fault='' mtu=''

# Dash's own makes new lines of what looks so, in a crontab for example.
echo() { printf '%s\n' "$*"; }
warn() { [ -n "$quiet" ] || echo "wg.sh: $1" >&2; }
die() {
	warn "$1"
	exit "${2:-1}"
}
tell() { # LEVEL TEXT, for the system's log and for status
	logger -t "weft[$$]" -p "daemon.$1" "$name: $2"
	echo "$(tail -n 49 "$run/events")
$(date '+%F %T') $2" >"$run/events.new" && mv "$run/events.new" "$run/events"
} 2>&9
has() { command -v "$1" >&9; }
there() { [ -e "$link" ]; }
works() { there && wg show "$name" listen-port >&9 2>&9; }
ours() { grep -q '^weft' "$link/ifalias" 2>&9 || [ -e "$run/applied" ]; }
uptime() {
	read -r now _ </proc/uptime
	now=${now%.*}
}

# A link names a process by its target, and comes to be in a single step.
dead() { pid=$(readlink "$1") && ! grep -q wg.sh "/proc/$pid/cmdline" 2>&9; }
alive() { [ -h "$1" ] && ! dead "$1"; }
try_lock() { mkdir -p "$all" && ln -s $$ "$all/lock" 2>&9 && held=1; }
lock() {
	tries=600
	until try_lock; do
		[ -d "$all" ] || die "$all cannot be made"
		# One at a time takes a dead one's away, or a second would take the first one's new lock.
		if dead "$all/lock" && mkdir "$all/stale" 2>&9; then
			! dead "$all/lock" || rm "$all/lock"
			rmdir "$all/stale"
			continue
		fi
		[ $((tries -= 1)) -gt 0 ] || die "another wg.sh is at work, process $(readlink "$all/lock")"
		[ $((tries % 100)) -ne 0 ] || rmdir "$all/stale" 2>&9
		nap
	done
}
nap() { sleep 0.1 2>&9 || sleep 1; }
unlock() {
	[ -z "$held" ] || rm -f "$all/lock"
	held=''
	rmdir "$all" "${all%/*}" 2>&9
}
limit() { # SECONDS PROCESS...: waits for them, and ends those that take longer
	(
		trap 'kill $doze; exit' TERM
		sleep "$1" &
		doze=$!
		wait $doze
		shift
		kill "$@"
	) &
	guard=$!
	shift
	wait "$@"
	kill $guard
	wait $guard
} 2>&9

# --- Look, at the end, does the thinking: what the file says, and what to do about what see has seen
facts() {
	text=$1
	facts=$(look ask=facts part=conf file="$conf" "$text") || return
	check='' mtu='' port='' site=''
	eval "$(fact set)"
	wish=$mtu
}
fact() { echo "$facts" | sed -n "s/^$1 //p"; }
rules() { { $ipt -w -t $table -S || $ipt -t $table -S || $ipt-save -t $table; } 2>&9 | sed 's/^:\(WEFT[^ ]*\).*/-N \1/'; }
see() {
	echo %dump && wg show "$name" dump
	echo %address && ip -o address show dev "$name"
	echo %route4 && ip -4 route show table all
	[ ! -e /proc/net/if_inet6 ] || { echo %route6 && ip -6 route show table all; }
	read -r flags <"$link/flags"
	echo "%is mtu $(cat "$link/mtu")
%is up $((flags & 1))
%is 8 $(cat /proc/sys/net/ipv4/ip_forward)
%is 32 $(cat $six/all/forwarding)
%is uptime $now
%is now $(date +%s)"
	for file in "$run/ours" "$run/endpoints" "$memory"; do
		echo "%${file##*[/.]}" && cat "$file"
	done
	echo "$notes"
} 2>&9
ask() { { see && echo "$2"; } | look ask="$1" part=conf "$text" part=see ours="$run/ours" own="$own" mtu="$mtu" -; }
plan() { # [device]: looks and does, until there is nothing left to do
	fault='' round=0
	while [ -z "$fault" ] && [ $((round += 1)) -le 4 ]; do
		todo=$(ask "${1:-plan}")
		[ -n "$todo" ] || break
		while read -r line; do
			# Words, of values that were checked.
			# shellcheck disable=SC2086
			if said=$($line 2>&1); then steps="$steps; $line"; else fault="$fault${fault:+; }$line: $said"; fi
		done <<-EOF
			$todo
		EOF
	done
	[ -n "$1" ] || firewall
	[ -z "$fault" ]
} 2>&9

# --- Steps of a plan that are no commands
device() { # said where it may fail
	ask addconf | wg addconf "$name" /proc/self/fd/0 || { echo "port $port" && return 1; }
}
firewall() { # [take]: chains that are not as they were when they were made are made anew
	for ipt in iptables ip6tables; do
		for table in filter mangle; do
			parents='INPUT/IN FORWARD/FWD' want=''
			[ $table = filter ] || { [ -n "$ctf" ] && parents=PREROUTING/PRE; } || continue
			rules=$(rules)
			[ -n "$rules" ] || continue
			[ -n "$1" ] || want=$(want)
			state=$want$(mine)
			case $state in '' | "$(cat "$run/$ipt.$table")") continue ;; esac
			# Without what an old kernel lacks, if need be.
			said=$(restore "$want" 2>&1) || said=$(restore "$(echo "$want" | grep -v TCPMSS)" 2>&1) || fault="$ipt: $said"
			steps="$steps; $ipt-restore $table"
			rules=$(rules)
			echo "$want$(mine)" >"$run/$ipt.$table"
		done
	done
} 2>&9
mine() { echo "$rules" | grep -e "-[NAj] WEFT-$name-"; }
want() {
	chain="-A WEFT-$name"
	[ $table = filter ] || { echo "$chain-PRE -i $name -j MARK --set-mark 0x1/0x7" && return; }
	[ "${port:-0}" = 0 ] || echo "$chain-IN -p udp --dport $port -j ACCEPT"
	echo "$chain-IN -i $name -j ACCEPT"
	case $ipt in ip6*) mss=$((mtu - 60)) ;; *) mss=$((mtu - 40)) ;; esac
	for way in -i -o; do
		echo "$chain-FWD $way $name -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss $mss
$chain-FWD $way $name -j ACCEPT"
	done
}
restore() { # RULES: all of it or nothing; no rules take the chains away
	lines=$(
		echo "*$table"
		for pair in $parents; do echo ":WEFT-$name-${pair#*/} - [0:0]"; done
		echo "$rules" | sed -n "/ -j WEFT-$name-[A-Z]*\$/s/^-A/-D/p"
		echo "$1"
		for pair in $parents; do
			chain=WEFT-$name-${pair#*/}
			if [ -n "$1" ]; then echo "-I ${pair%/*} 1 -j $chain"; else echo "-X $chain"; fi
		done
		echo COMMIT
	)
	echo "$lines" | $ipt-restore -w -n || echo "$lines" | $ipt-restore -n
}
setting() { # KEY OLD NEW: the old one is kept by the interface and in the folder, each for the other's loss
	if ! grep -q "^$1=" "$run/restore"; then
		echo "$1=$2" >>"$run/restore" || return
		read -r alias <"$link/ifalias" && echo "$alias $1=$2" >"$link/ifalias"
	fi 2>&9
	echo "$3" >"/proc/sys/$1"
}
forward6() { # a host that forwards no longer learns its default route from its router, unless told to go on doing so
	for file in "$six"/*/accept_ra; do
		read -r value <"$file"
		[ "$value" != 1 ] || [ "$file" != "${file#*/"$name"/}" ] || setting "${file#/proc/sys/}" 1 2
	done
	setting net/ipv6/conf/all/forwarding 0 1
}

# --- The interface
make() {
	unmake
	# One that is built in is no module to them.
	modprobe wireguard || insmod wireguard
	if ! fault=$(ip link add "$name" type wireguard 2>&1); then
		has "${prog%% *}" || { fault="no WireGuard in this kernel ($fault), and no ${prog%% *}" && return 1; }
		modprobe tun
		$prog "$name" </dev/null >"$run/said" 2>&1 9>&-
		tries=15 fault="$prog $name: $(cat "$run/said")"
		rm "$run/said"
		until works; do
			[ $((tries -= 1)) -gt 0 ] || return
			sleep 1
		done
	fi
	steps="$steps; ${fault:+$prog }$name" fault=''
	# shellcheck disable=SC2046
	echo weft $(cat "$run/restore") >"$link/ifalias"
	# As the kernel's has it: no link-local address. And IPv6, though it be off elsewhere.
	echo 1 >"$six/$name/addr_gen_mode"
	echo 0 >"$six/$name/disable_ipv6"
	return 0
} 2>&9
unmake() {
	rm -f "/var/run/wireguard/$name.sock"
	ip link del "$name"
	rmdir /var/run/wireguard
} 2>&9
fitting() { # the usual MTU, or less where packets to an endpoint leave by a narrow interface
	mtu=${wish:-1420}
	for address in $(wg show "$name" endpoints | sed -n 's/.*	\[*\([0-9a-f.:]*\)\]*:[0-9]*$/\1/p' | sort -u); do
		[ -z "$wish" ] || break
		# shellcheck disable=SC2046
		set -- $(ip route get "$address")
		while [ $# -gt 1 ] && [ "$1" != dev ]; do shift; done
		[ "$2" != "$name" ] && read -r value <"/sys/class/net/$2/mtu" && [ $((value -= 80)) -lt "$mtu" ] && mtu=$value
		[ "$mtu" -ge 1280 ] || mtu=1280
	done 2>&9
}
endpoint() { wg show "$name" endpoints | sed -n "s|^$1	||p"; }
dial() { # lines of KEY PEER ENDPOINT [LAST]: all at once, for 5 s
	pids=''
	while read -r key peer where last; do
		{
			was=$(endpoint "$key")
			if wg set "$name" peer "$key" endpoint "$where" 2>&9; then
				is=$(endpoint "$key")
				[ -z "$notes" ] || [ "$was" = "$is" ] || tell notice "$peer: dialled at $is from now on (${where%:*})"
			else
				[ "$was" != '(none)' ] || [ -z "$last" ] || wg set "$name" peer "$key" endpoint "$last"
				warn "$peer: ${where%:*} does not resolve${last:+; dialled where it answered last, $last}"
			fi
		} &
		pids="$pids $!"
	done
	# shellcheck disable=SC2086
	[ -z "$pids" ] || limit 5 $pids
}
settle() { # the device first, since the ways to its endpoints decide the MTU
	plan device || return
	ask dial >"$run/dial"
	dial <"$run/dial"
	fitting
	plan
}

# --- Start and stop
tools() {
	ctf='' prog=${WG_QUICK_USERSPACE_IMPLEMENTATION:-$(cat "$run/program" || echo wireguard-go)}
	# Tomato's shortcut past the firewall knows no tunnels: packets are marked to keep clear of it.
	! grep -q '^ctf ' /proc/modules && [ "$(nvram get ctf_disable)" != 0 ] || ctf=1
} >&9 2>&9
begin() {
	[ "$(id -u)" = 0 ] || die 'needs root'
	for tool in wg ip; do has $tool || die "needs $tool"; done
	lock
	tools
}
start() {
	begin
	own=$(look ask=key part=conf "$text" | wg pubkey)
	works || new=1
	[ -n "$new" ] || notes=$(cat "$run/notes" 2>&9)
	! there || works || ours || die "$name is no WireGuard; rename the file, or: ip link del $name"
	[ -z "$new" ] || ! grep -qi ":$(printf %04X "$port") [0-9A-F]*:0000 07" /proc/net/udp* || die "UDP port $port is taken"
	mkdir -p "$run" && { [ -e "$run/restore" ] || tr ' ' '\n' <"$link/ifalias" | grep '=' >"$run/restore"; } 2>&9
	cat "$text" >"$run/applied.new" || die "make $run a place to write to"
	if ! { [ -z "$new" ] || make; } || ! settle || ! mv "$run/applied.new" "$run/applied"; then
		warn "$fault"
		[ -z "$new" ] || take_away
		exit 1
	fi
	fact endpoint >"$run/endpoints"
	echo "$mtu" >"$run/mtu"
	echo "$prog" >"$run/program"
	echo "$own" >"$run/own"
	[ -z "$new" ] || rm -f "$run/notes"
	watch
	count=$(echo "$steps" | tr ';' '\n' | grep -c ' [^ ]')
	said="is up, $count changes made"
	[ "$count" != 0 ] || said='is up, nothing to change'
	[ -z "$new" ] || said="is up, $(echo "$facts" | grep -c '^link .* peer$') peers"
	[ "$count" = 0 ] || tell notice "$said"
	echo "${site:+$site: }$name $said" | sed 's/\( 1 [a-z]*\)s/\1/'
}
take_away() {
	words=$(cat "$run/restore" "$link/ifalias" 2>&9)
	unmake
	firewall take
	for word in $words; do
		case $word in net/ipv[46]/*=[0-9]) ;; *) continue ;; esac
		# It becomes another site's to put back while there is one.
		heir=''
		for other in "$all"/*/applied; do [ ! -e "$other" ] || [ "$other" = "$run/applied" ] || heir=${other%applied}; done
		if [ -z "$heir" ]; then echo "${word#*=}" >"/proc/sys/${word%=*}"; else echo "$word" >>"${heir}restore"; fi
	done 2>&9
	rm -rf "$run"
}
stop() {
	begin
	! there || ours || die "$name is not Weft's and stays"
	done='was not running'
	! there && [ ! -e "$run" ] || done='is stopped'
	retire
	take_away
	! there || fault="ip link del $name was refused"
	[ -z "$fault" ] || die "not all of $name could be taken away: $fault"
	echo "$name $done"
}

# --- The watcher
marked() { # TEXT [LINE]: its lines, with the one that is ours at the end, or without
	lines=$(echo "$1" | grep -v "$mark\$")
	[ -z "$2" ] || lines="${lines:+$lines
}$2 $mark"
	[ "$lines" != "$1" ]
}
cron() { # [LINE]
	if has cru; then
		cru l | grep -qF "$mark" && cru d "weft-$name"
		[ -z "$1" ] || cru a "weft-$name" "$1"
	elif has crontab; then
		# A table that cannot be read is not one that is empty.
		old=$(crontab -l) || case $(crontab -l 2>&1) in *"o crontab"* | *"o such"*) ;; *) return ;; esac
		if ! marked "$old" "$1"; then :; elif [ -n "$lines" ]; then echo "$lines" | crontab -; else crontab -r; fi
	fi
} 2>&9
boot() { # WORD [LINE], in what Tomato runs when it boots, which may be before there is any storage
	has nvram || die "no nvram${2:+; have this run at boot: $2}"
	if marked "$(nvram get script_init)" "$2"; then
		[ ${#lines} -gt 4096 ] || nvram set script_init="$lines" >&9
		# It ends well also when it had no room, and keeps what it had.
		{ [ "$(nvram get script_init)" = "$lines" ] && nvram commit >&9; } || die 'no room in nvram'
	fi
	echo "$name $1 at boot"
}
watch() {
	[ -n "$check" ] || { retire && return; }
	cron "* * * * * /bin/sh '$self' watch '$conf' >/dev/null 2>&1"
	alive "$run/watcher" || {
		/bin/sh "$self" loop "$conf" </dev/null >/dev/null 2>&1 9>&1 &
		ln -sfn $! "$run/watcher"
	}
}
retire() {
	cron
	tries=100
	while alive "$run/watcher" && [ $((tries -= 1)) -gt 0 ]; do
		kill "$pid"
		nap
	done
	rm -f "$run/watcher"
}
loop() {
	quiet=1 doze=''
	trap 'kill $doze; exit' TERM
	while [ -e "$run/applied" ]; do
		uptime
		next=$now
		check
		uptime
		[ $((next += ${check:-10} - now)) -gt 0 ] || continue
		sleep $next &
		doze=$!
		wait $doze
	done
} 2>&9
check() {
	facts "$run/applied" || return
	echoes=$(fact link | {
		while read -r key _ address _; do
			case $address in -) continue ;; *:*) ping='ping -6' && ! has ping6 || ping=ping6 ;; *) ping=ping ;; esac
			{ $ping -c 1 -W 1 -I "$name" "$address" || $ping -c 1 -W 1 -I "$name" "$address"; } >&9 2>&9 &&
				echo "%echo $key" &
		done
		wait
	})
	# Whoever starts or stops the site now goes first.
	lock
	[ -e "$run/applied" ] || return
	tools
	notes=${notes:-$(cat "$run/notes")} mtu=${mtu:-$(cat "$run/mtu")} own=$(cat "$run/own") steps='' fault='' verdict=''
	before=$(echo "$notes" | downs)
	if works; then
		verdict=$(ask judge "$echoes")
		notes=$(echo "$verdict" | sed '/^%link/!d')
		echo "$notes" >"$run/notes.new" && mv "$run/notes.new" "$run/notes"
		say news | while read -r _ peer event reason; do
			case $event in up) tell notice "$peer up: $reason" ;; *) tell warning "$peer down: $reason" ;; esac
		done
		if [ -n "$(say step)" ]; then plan; else firewall; fi
	else
		make && settle
	fi
	case $steps in
	'') ;;
	'; device moved') tell notice "a peer's networks are with its new key" ;;
	*) [ "$before" != "$(echo "$notes" | downs)" ] || tell notice "put back what somebody changed: ${steps#; }" ;;
	esac
	[ -z "$fault" ] || [ "$fault" = "$(cat "$run/fault")" ] || tell warning "$fault"
	echo "$fault" >"$run/fault"
	# Names of peers that are down, each half minute, beside the watching.
	say redial >"$run/dial"
	if [ -s "$run/dial" ] && [ $((now - ${asked:--30})) -ge 30 ]; then
		asked=$now
		dial <"$run/dial" &
		[ -n "$quiet" ] || wait $!
	fi
	# Where the peers are, seldom enough for a router's flash.
	if [ "$(say place)" != "$(cat "$memory")" ] && [ $((now - ${kept:--600})) -ge 600 ]; then
		say place >"$memory.new" && mv "$memory.new" "$memory" && kept=$now
	fi
	unlock
} 2>&9
say() { echo "$verdict" | sed -n "s/^$1 //p"; }
downs() { sed -n 's/^%link \([^ ]*\) 0 .*/\1/p'; }
status() {
	if ! works || ! facts "$run/applied"; then die "$name is not running; start it: wg.sh start"; fi
	notes=$(cat "$run/notes" 2>&9)
	echo "${site:+$site: }$name is up$([ -z "$check" ] || alive "$run/watcher" || echo ', and nobody watches its links')"
	wg show "$name"
	fact link | while read -r key peer _; do echo "$key $peer$(echo "$notes" | grep -q "^%link $key 0" && echo ' DOWN')"; done
	tail -n 10 "$run/events" 2>&9 || :
}

verb=${1:-start}
self=$(cd "$(dirname "$0")" && pwd)/${0##*/}
conf=${2:-wg0}
case $conf in */* | *.conf) ;; *) conf=${self%/*}/$conf.conf ;; esac
case $conf in /*) ;; *) conf=$PWD/$conf ;; esac
name=${conf##*/}
name=${name%.conf}
case $name in *[!A-Za-z0-9_=+.-]* | '' | ????????????????*) die "'$name' cannot be an interface's name" 2 ;; esac
[ $# -le 2 ] || verb=''
run=$all/$name memory=${conf%.conf}.endpoints link=/sys/class/net/$name mark="#weft-$name#"
trap unlock EXIT
trap 'exit 1' INT TERM
main() {
	case $verb in start | restart | install) facts "$conf" || exit 1 ;; esac
	case $verb in
	start | stop | status | loop) $verb ;;
	restart) stop && unlock && start ;;
	install)
		boot starts "(until [ -e '$conf' ]||[ \$((n+=1)) = 60 ];do sleep 5;done;sh '$self' start '$conf')&"
		;;
	uninstall) boot 'no longer starts' ;;
	watch)
		[ ! -e "$run/applied" ] || { lock && facts "$run/applied" && watch; }
		;;
	check)
		[ -e "$run/applied" ] || die "$name is not running"
		uptime
		check
		echo "$name: $(echo "$notes" | grep -c '^%link [^ ]* 1') of $(echo "$notes" | grep -c '^%link') links are up"
		;;
	-h | --help | help) usage ;;
	*) usage >&2 && exit 2 ;;
	esac
}

# look: reads the file and what see has seen, and answers what do asks for; it changes nothing.
look() {
	awk -f /proc/self/fd/3 name="$name" "$@" 3<<'EOF'
BEGIN { # key, what it is kept as, from, to
	split("listenport port 0 65535 mtu mtu 1280 65535 weft.check check 1 86400 weft.holddown hold 0 86400 weft.holddownmax most 1 86400 weft.failures failures 1 1000 weft.successes successes 1 1000 persistentkeepalive keepalive 0 65535", w, " ")
	for (i = 1; i in w; i += 4) { AS[w[i]] = w[i + 1]; FROM[w[i]] = w[i + 2]; TO[w[i]] = w[i + 3] }
	S["failures"] = 3; S["successes"] = 2; S["hold"] = 30; S["most"] = 600
}
function trim(s) { sub(/^[ \t\r\v\f]+/, "", s); sub(/[ \t\r\v\f]+$/, "", s); return s }
function note(m) { if (file) print file ":" l ": " m >"/dev/stderr" }
function fault(m) { note(m); bad = 1 }
function shown(s,  t, i, w) { # never a key
	t = s; gsub(/[^A-Za-z0-9+\/]/, " ", t)
	for (i = split(t, w, " "); i; i--) if (length(w[i]) >= 40) return "(hidden)"
	gsub(/[^ -~]/, "?", s)
	return "'" substr(s, 1, 60) "'"
}
function must(good, s, what) { if (!good) fault(shown(s) " is not " what); return 1 }
function num(s, from, to) { return s ~ /^[0-9]+$/ && length(s) < 11 && s + 0 >= from && s + 0 <= to }
function val(h,  v) { for (h = tolower(h); h != ""; h = substr(h, 2)) v = v * 16 + index("123456789abcdef", substr(h, 1, 1)); return v + 0 }
function host(s) { return length(s) < 254 && s ~ /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/ && s ~ /[^0-9.]/ && s !~ /\.\./ }
function key(s) { if (length(s) != 44 || s !~ /^[A-Za-z0-9+\/]*[AEIMQUYcgkosw048]=$/) fault("not a key: 44 characters of base64"); return 1 }

# An address is 8 or 32 hexadecimal digits.
function hex(s,  i, w, h, k) {
	if (s !~ /:/) {
		if (split(s, w, ".") == 4) for (i = 1; i < 5; i++) h = h (num(w[i], 0, 255) && w[i] !~ /^0./ ? sprintf("%02x", w[i]) : "x")
		return h ~ /x/ ? "" : h
	}
	k = index(s, "::"); h = groups(k ? substr(s, 1, k - 1) : s); s = k ? groups(substr(s, k + 2)) : ""
	if (h s ~ /x/ || (k ? length(h s) > 28 : length(h) != 32)) return ""
	while (length(h s) < 32) h = h "0"
	return h s
}
function groups(s,  i, n, w, h) {
	n = split(tolower(s), w, ":")
	for (i = 1; i <= n; i++) h = h (w[i] ~ /^[0-9a-f]+$/ && length(w[i]) < 5 ? substr("000" w[i], length(w[i])) : "x")
	return h
}
function text(h,  i, j, s, most, at) { # as other tools write it
	if (length(h) == 8) return val(substr(h, 1, 2)) "." val(substr(h, 3, 2)) "." val(substr(h, 5, 2)) "." val(substr(h, 7))
	for (i = most = 4; i < 36; i += 4) {
		for (j = i; substr(h, j - 3, 4) == "0000"; j += 4);
		if (j - i > most) { most = j - i; at = i }
	}
	for (i = 4; i < 36; i += 4)
		if (i == at) { s = s "::"; i += most - 4 } else s = s (s ~ /[^:]$/ ? ":" : "") sprintf("%x", val(substr(h, i - 3, 4)))
	return s
}
function net(h, n,  k, d) { # without its host bits
	k = int(n / 4); d = n % 4 == 1 ? 8 : n % 4 == 2 ? 4 : 2
	return substr(substr(h, 1, k) (n % 4 ? sprintf("%x", val(substr(h, k + 1, 1)) - val(substr(h, k + 1, 1)) % d) : "") sprintf("%032d", 0), 1, length(h))
}
function prefix(s,  k) { # H / N; its network is P
	k = index(s, "/"); H = hex(k ? substr(s, 1, k - 1) : s); N = k ? substr(s, k + 1) : 4 * length(H)
	if (H == "" || !num(N, 0, 4 * length(H))) return !must(0, s, "an address or a network")
	N += 0; P = text(net(H, N)) "/" N; PH[P] = net(H, N); PN[P] = N
	return 1
}
function inside(p,  a) { # it lies in a network of the interface
	for (a = 1; a <= na; a++) if (length(PH[p]) == length(AH[a]) && AN[a] && AN[a] <= PN[p] && net(PH[p], AN[a]) == net(AH[a], AN[a])) return 1
}
function one(p) { return PN[p] == 4 * length(PH[p]) }
function tunnel(p) { return one(p) && inside(p) }
function probe(ips,  i, n, w, first) { # the first single address in a network of the interface, else the first single one
	n = split(ips, w, " ")
	for (i = 1; i <= n; i++) { if (tunnel(w[i])) return w[i]; if (!first && one(w[i])) first = w[i] }
	return first
}

part == "conf" { l = FNR; line($0) }
function line(s,  c, k, v, ours) {
	if (l == 1) sub(/^\357\273\277/, "", s)
	if (c = index(s, "#")) {
		v = trim(substr(s, c + 1)); s = trim(substr(s, 1, c - 1))
		if (s == "" && tolower(v) ~ /^weft\..*=/) { ours = 1; s = v; sub(/#.*/, "", s) }
	}
	s = trim(s); c = index(s, "=")
	if (s ~ /^\[.*\]$/) {
		sec = tolower(trim(substr(s, 2, length(s) - 2))); if (sec == "peer") AT[++n] = l
		must(sec ~ /^(interface|peer)$/, s, "a section: there are [Interface] and [Peer]")
	} else if (s != "" && (sec == "" || sec ~ /^(interface|peer)$/)) {
		K = k = trim(substr(s, 1, c - 1)); v = trim(substr(s, c + 1))
		if (!c) fault("neither [Section] nor Key = value")
		else if (sec == "") { if (!ours) fault(shown(k) " stands before any section") }
		else if (v == "" && tolower(k) !~ /^(address|dns|allowedips)$/) fault(shown(k) " has no value")
		else if (!take(tolower(k), v)) {
			if (ours) note(shown(k) " is passed over")
			else fault(shown(k) " is not a key of [" sec "] that wg.sh can do")
		}
	}
}
function list(k, v,  i, m, w) {
	if (k == "address") gsub(",", " ", v)
	m = split(v, w, k == "address" ? " " : ",")
	for (i = 1; i <= m; i++) if (prefix(trim(w[i]))) {
		if (k == "address") { AH[++na] = H; AN[na] = N; A[na] = text(H) "/" N }
		else if (k == "allowedips") { if (!(P in OWN)) ALL[++np] = P; OWN[P] = n; AL[n] = AL[n] " " P; if (!N) whole = l }
		else if (k == "weft.lan") LAN[length(H)] = 1
		else FP[k] = FP[k] " " P
	}
	return 1
}
function take(k, v,  i, m, w) {
	if (k in AS && (k == "persistentkeepalive") == (sec == "peer")) {
		if (sec == "peer" && tolower(v) == "off") v = 0
		must(num(v, FROM[k], TO[k]), v, "a number from " FROM[k] " to " TO[k] " for " K); if (sec == "peer") KA[n] = v + 0; else S[AS[k]] = v + 0
		return 1
	}
	if (k == "weft.site") { must(host(v), v, "a site's name"); SITE[sec == "peer" ? n : 0] = v; return 1 }
	if (sec == "interface") {
		if (k == "privatekey") { PRIV = v; return key(v) }
		if (k ~ /^(address|weft.lan)$/) return list(k, v)
		if (k == "table") { off = tolower(v) == "off"; return must(off || tolower(v) == "auto", v, "auto or off") }
		if (k == "dns") note("DNS is left to the router")
		return k ~ /^(dns|saveconfig)$/
	}
	if (k == "publickey") { if (v in BY) fault("the peer of line " AT[BY[v]] " has this key too"); BY[v] = n; KEY[n] = v; return key(v) }
	if (k == "presharedkey") { if (v ~ /[^A=]/) PSK[n] = v; return key(v) }
	if (k == "weft.replaces") { OLD[n] = v; return key(v) }
	if (k == "allowedips") return list(k, v)
	if (k == "endpoint") {
		m = match(v, /:[0-9]+$/); i = substr(v, 1, m - 1); EP[n] = v
		if (i ~ /^\[.*:.*\]$/) { i = substr(i, 2, m - 3); i = hex(i) } else if (!host(i)) i = i ~ /:/ ? "" : hex(i)
		return must(m && i != "" && num(substr(v, m + 1), 1, 65535), v, "an endpoint: host:port, or [address]:port for IPv6")
	}
	if (k == "weft.relay") {
		m = split(v, w, /[ \t]+/); i = w[2]
		if (m < 3 || !host(w[1])) return must(0, v, "a site's name, its public key and its prefixes")
		if (!(i in FR)) { FK[++nf] = i; FN[nf] = w[1] }
		FR[i] = FR[i] " " n; FP[i] = ""
		return key(i) && list(i, substr(v, index(v, i) + 44))
	}
}

part == "see" {
	if (/^%is/) IS[$2] = $3
	else if (/^%link/) { if (NF == 10) { LINK[$2] = $0; if (!$3) DOWN[$2] = 1 } }
	else if (/^%echo/) ECHO[$2] = 1
	else if (/^%/) { what = substr($1, 2); HAS[what] = 1 }
	else if (what == "dump") {
		split($0, w, "\t"); k = w[1]
		if (!(1 in DUMP)) { DUMP[1] = k; PUB = w[2]; IS["port"] = w[3]; IS["mark"] = w[4] }
		else { DPSK[k] = w[2]; DEP[k] = w[3]; DIP[k] = w[4]; HS[k] = w[5]; DKA[k] = w[8] }
	}
	else if (what == "address") { for (i = 1; i < NF; i++) if ($i ~ /^inet/) HAVE["address " $(i + 1)] = 1 }
	else if (what ~ /^route/) route()
	else if (what == "ours") OURS[$0] = 1
	else if (what == "endpoints" && NF == 3) { if ($2 ~ /:[0-9]*$/ && $3 ~ /:/) { MEM[$1] = $2; LAST[$1] = $3 } else KNOWN[$1] = $3 }
}
function route(  p, i) { # of the main table; BusyBox's ip does not say whose they are
	if (/ table / || $1 !~ /^[0-9a-f.:]+(\/[0-9]+)?$/) return
	p = "route " $1 ($1 ~ /\// ? "" : what ~ /4/ ? "/32" : "/128")
	for (i = 2; i < NF; i++) if ($i == "dev" && $(i + 1) == name) { HAVE[p] = 1; if (/ proto 87 /) OURS[p] = 1 }
}

# Who has which prefix now: relays that stand in, keys that are changed; and which prefix has no route.
function wanted(  i, j, k, m, p, w, f, c, r) {
	for (i = 1; i <= nf; i++) {
		k = FK[i]; m = split(FR[k], r, " "); split(FP[k], w, " "); f = r[1]
		for (j in r) if ((w[1] in OWN) && OWN[w[1]] == r[j]) f = r[j]
		c = f; if (k in DOWN || KEY[f] in DOWN) for (c = 0; m; m--) if (r[m] != f && !(KEY[r[m]] in DOWN)) c = r[m]
		for (j in w) if (!tunnel(w[j])) { if (c) OWN[w[j]] = c; else GONE[w[j]] = 1 }
	}
	for (p in OWN) { k = OWN[p]; if (KEY[k] in DOWN && PN[p] && p != probe(AL[k]) && !tunnel(p)) GONE[p] = 1 }
	for (i in OLD) if (HS[KEY[i]] > HS[OLD[i]]) for (p in OWN) if (KEY[OWN[p]] == OLD[i]) { MOVED[i] = MOVED[OWN[p]] = 1; OWN[p] = i }
	for (i = 1; i <= np; i++) WANT[OWN[ALL[i]]] = WANT[OWN[ALL[i]]] "," ALL[i]
}
function differs(i,  k, m, w) {
	k = KEY[i]; m = split(substr(WANT[i], 2), w, ",")
	if (k == PUB) return 0
	if (!(k in DIP) || (i in PSK ? PSK[i] : "(none)") != DPSK[k] || KA[i] + 0 != DKA[k] + 0 || length(WANT[i]) != (DIP[k] == "(none)" ? 0 : length(DIP[k]) + 1)) return 1
	for (; m; m--) if (!index("," DIP[k] ",", "," w[m] ",")) return 1
}
function itself() { return own != PUB || S["port"] && S["port"] != IS["port"] || IS["mark"] != "off" }
function addconf(  i) {
	if (itself()) print "[Interface]\nPrivateKey = " PRIV "\nFwMark = 0" (S["port"] ? "\nListenPort = " S["port"] : "")
	for (i = 1; i <= n; i++) if (differs(i))
		print "[Peer]\nPublicKey = " KEY[i] "\nPresharedKey = " (i in PSK ? PSK[i] : "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=") "\nPersistentKeepalive = " KA[i] + 0 (WANT[i] ? "\nAllowedIPs = " substr(WANT[i], 2) : "")
}
function device(  i, k, m) {
	for (k in DIP) if (!(k in BY)) print first "wg set " name " peer " k " remove"
	if (itself()) m = "x"
	for (i = 1; i <= n; i++) if (differs(i)) m = m (i in MOVED ? "m" : "x")
	if (m) print first "device" (m ~ /x/ ? "" : " moved")
}
function ip(p) { return first "ip -" (p ~ /:/ ? 6 : 4) " " }
function want(k) { WANTED[k] = 1; print k >ours; return !(k in HAVE) }
function fwd(bits, step,  i, j, w, c) { # a network of the family is here, or peers to carry it between
	for (i in AL) { split(AL[i], w, " "); for (j in w) if (length(PH[w[j]]) == bits) { c++; break } }
	if ((bits in LAN || c > 1 && 0 in SITE) && IS[bits] == "0") print first step
}
function plan(  i, p, k, w) {
	for (i = 1; i <= na; i++) if ((A[i] !~ /:/ || "route6" in HAS) && want("address " A[i])) print ip(A[i]) "address add " A[i] " dev " name
	if (IS["mtu"] != mtu) print first "ip link set " name " mtu " mtu
	if (!IS["up"]) print first "ip link set " name " up"
	for (i = 1; i <= np && !off; i++) {
		p = ALL[i]; if (p in GONE || p ~ /:/ && !("route6" in HAS) || inside(p)) continue
		if (want("route " p)) ADD[i] = 1
	}
	for (k in OURS) if (!(k in WANTED) && k in HAVE) { print k >ours; split(k, w, " "); print ip(k) w[1] " del " w[2] " dev " name }
	for (i = 1; i <= np; i++) if (i in ADD) print ip(ALL[i]) "route add " ALL[i] " dev " name " proto 87"
	fwd(8, "setting net/ipv4/ip_forward 0 1"); fwd(32, "forward6")
}
function peer(i) { return i in SITE ? SITE[i] : KEY[i] }
function bare(p) { sub(/\/.*/, "", p); return p ? p : "-" }
function links(  i) { # of the device's peers, then through relays
	for (i = 1; i <= n; i++) if (!(i in OLD)) link(KEY[i], peer(i), probe(AL[i]), "peer")
	for (i = 1; i <= nf; i++) link(FK[i], FN[i], probe(FP[FK[i]]), "far")
}
function facts(  i) {
	l = "end"
	if (PRIV !~ /[^A=]/) fault("there is no [Interface] with a PrivateKey")
	for (i = 1; i <= n; i++) if (!(i in KEY)) { l = AT[i]; fault("the peer has no PublicKey") }
	if (whole && !off) { l = whole; fault("wg.sh leads no default route through a tunnel; with Table = off you can") }
	if (bad) exit 1
	printf "set "
	for (i in S) printf "%s=%s ", i, S[i]
	print "site=" SITE[0]
	for (i = 1; i <= n; i++) if (i in EP) print "endpoint", KEY[i], peer(i), EP[i]
	links()
}
function link(k, who, p, kind) {
	if (ask == "facts") print "link", k, who, bare(p), kind
	else if (k in DIP || kind == "far") judge(k, who, p)
}
# As LinkPolicy does it: key, is up, failures, successes, falls, since, calm since, answers probes, last handshake.
function judge(k, who, p,  i, w, now, shaken, age, alive, hold, s, why) {
	now = IS["uptime"]; split(k in LINK ? LINK[k] : "%link " k " 1 0 0 0 0 0 0 0", w, " ")
	shaken = HS[k] + 0 && HS[k] != w[10]; age = IS["now"] - HS[k]; if (age < 0) age = 0
	w[9] = k in ECHO || w[9] && (w[3] || !shaken) ? 1 : 0
	alive = k in ECHO || shaken || !w[9] && (HS[k] + 0 && age <= 180 || p == "" && !KA[BY[k]])
	w[10] = HS[k] + 0; w[4] = alive ? 0 : w[4] + 1; w[5] = alive ? w[5] + 1 : 0
	if (w[3] && w[6] && now - w[8] >= S["most"]) { w[6]--; w[8] = now }
	hold = w[6] < 2 ? 0 : S["hold"]; for (s = w[6] - (w[3] ? 1 : 2); s > 0 && hold < S["most"]; s--) hold *= 2
	if (hold > S["most"]) hold = S["most"]
	if (w[3] && w[4] >= S["failures"]) {
		w[3] = 0; w[7] = now; w[6]++
		why = S["failures"] " checks without an answer, " (HS[k] + 0 ? "last handshake " age " s ago" : "no handshake yet")
		print "news", k, who, "down", why
	} else if (!w[3] && w[5] >= S["successes"] && now - w[7] >= hold) {
		w[3] = 1; w[7] = w[8] = now
		print "news", k, who, "up", w[9] ? "answered " S["successes"] " checks in a row" : "it finishes handshakes"
	}
	LINK[k] = "%link " k; for (i = 3; i < 11; i++) LINK[k] = LINK[k] " " w[i]
	print LINK[k]; delete DOWN[k]; if (!w[3]) DOWN[k] = 1
}
function ends(  i, k, w) { # what to dial, and where who answers is
	for (i = 1; i <= n; i++) if (i in EP && (k = KEY[i]) in DIP) {
		split(LINK[k], w, " ")
		if (ask == "dial") { if (DEP[k] == "(none)" || KNOWN[k] != EP[i] || IS["now"] - HS[k] > 180) dial("", k, i) }
		else {
			if (k in DOWN || DEP[k] == "(none)") dial("redial ", k, i)
			if (EP[i] ~ /^[^[]*[^0-9.:[]/ && w[3] && !w[4] && w[9]) print "place", k, EP[i], DEP[k]
			else if (MEM[k] == EP[i]) print "place", k, EP[i], LAST[k]
		}
	}
}
function dial(word, k, i) { print word k, peer(i), EP[i], MEM[k] == EP[i] ? LAST[k] : "" }
END {
	if (ask == "facts") facts()
	else if (ask == "key") print PRIV
	else if (ask == "dial") ends()
	else {
		if (ask == "judge") { links(); ends(); first = "step " }
		wanted(); if (ask == "addconf") addconf(); else { device(); if (ask != "device") plan() }
	}
}
EOF
}

main

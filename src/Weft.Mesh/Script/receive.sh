# receive.sh: the far end of 'weft deploy' where a site is run by wg.sh. It is sent over the connection and stays nowhere.
# It talks as 'weft receive' does: says what runs, takes wg.sh and the site's file, tries them, waits for the word.
#
# $1 is the near end's address, $2 the site's file or name, $3 its folder if that is known, $5 receive or confirm.

umask 077
# The connection may break at any moment: what was begun is brought to its end.
trap '' HUP PIPE
export LC_ALL=C
name=${2##*/}
name=${name%.conf}
run=/var/run/weft/sh/$name
trial=/var/run/weft/deploy/$name

say() { echo "$1"; } 2>/dev/null
plain() { tr -d '"\\\000-\037' | cut -c 1-400; }
ended() { say "{\"event\":\"ended\",\"outcome\":\"$1\",\"text\":\"$(echo "$2" | plain)\"}"; }
nap() { sleep 0.2 2>/dev/null || sleep 1; }
uptime() {
	read -r now _ </proc/uptime
	now=${now%.*}
}
# As "NAME":"DIGEST", with a comma before; nothing for a file that is not there.
digest() {
	sum=$([ -f "$2" ] && { sha256sum || openssl dgst -sha256 -r; } <"$2" 2>/dev/null | cut -c 1-64)
	[ -z "$sum" ] || printf ',"%s":"%s"' "$1" "$sum"
}
# The folder that was told, else the one that runs, else one where wg.sh is.
find_folder() {
	[ -z "$1" ] || { folder=$1 && return; }
	folder=$(tr '\0' '\n' <"/proc/$(readlink "$run/watcher")/cmdline" | sed -n "s|/$name.conf\$||p") 2>/dev/null
	for folder in "${folder%/.trial}" /jffs /etc/wireguard; do [ ! -f "$folder/wg.sh" ] || return; done
	[ -d /jffs ] && folder=/jffs || folder=/etc/wireguard
}
# A link names the process that holds the trial, and comes to be in a single step.
on_trial() { pid=$(readlink "$trial.lock") && grep -q weft "/proc/$pid/cmdline" 2>/dev/null; }

# The peers of the file that runs, and through which of them the near end is reached.
peers() {
	{
		wg show "$name" latest-handshakes | sed 's/^/time /'
		wg show "$name" allowed-ips | sed 's/^/nets /'
		echo "own $(wg show "$name" public-key)"
		ip route get "$1" 2>/dev/null | grep -q " dev $name " && echo "client $1"
		tr -d '\r' <"$run/applied" | sed 's/^/file /'
	} | awk -v now="$(date +%s)" '
		function number(a, b) { return split(a, b, ".") == 4 ? ((b[1] * 256 + b[2]) * 256 + b[3]) * 256 + b[4] : -1 }
		function plain(s) { gsub(/[^A-Za-z0-9._:+\/=-]/, "", s); return s }
		$1 == "time" { last[$2] = $3 }
		$1 == "own" { own = $2 }
		$1 == "client" { client = $2 }
		$1 == "nets" { for (i = 3; i <= NF; i++) { net[++nets] = $i; to[nets] = $2 } }
		$1 == "file" && $2 ~ /^\[/ { if (tolower($2) == "[peer]") n++; at = tolower($2) == "[peer]" }
		$1 == "file" && at {
			line = substr($0, 6); value = line; sub(/^[^=]*=/, "", value); sub(/#.*/, "", value)
			sub(/=.*/, "", line); gsub(/[ \t#]/, "", line); line = tolower(line)
			if (line == "publickey") key[n] = plain(value)
			if (line == "weft.site") site[n] = plain(value)
		}
		END {
			for (i = 1; i <= n; i++) {
				of[key[i]] = site[i]
				if (site[i] != "" && last[key[i]] + 0 > best[site[i]] + 0) best[site[i]] = last[key[i]]
			}
			printf ",\"publicKey\":\"%s\",\"peers\":[", plain(own)
			for (i = 1; i <= n; i++) {
				t = last[key[i]] + 0
				use = t > 0 && now - t <= 180 && (site[i] == "" || t >= best[site[i]] + 0)
				printf "%s{%s\"key\":\"%s\",\"inUse\":%s}", (i == 1 ? "" : ","), (site[i] == "" ? "" : "\"site\":\"" site[i] "\","), key[i], (use ? "true" : "false")
			}
			printf "]"
			wide = -1
			for (i = 1; i <= nets; i++) {
				if (client == "" || split(net[i], part, "/") != 2 || (a = number(part[1])) < 0 || (c = number(client)) < 0) continue
				# An awk may know no powers.
				size = 1
				for (bit = 32; bit > part[2]; bit--) size *= 2
				if (int(a / size) == int(c / size) && part[2] + 0 > wide) { wide = part[2] + 0; through = of[to[i]] }
			}
			if (through != "") printf ",\"through\":\"%s\"", through
		}'
} 2>/dev/null
# Where there is nvram, it holds what a boot runs; elsewhere nobody can tell.
at_boot() {
	command -v nvram >/dev/null || return
	if nvram get script_init | grep -q "#weft-$name#\$"; then echo ',"atBoot":true'; else echo ',"atBoot":false'; fi
} 2>/dev/null
greet() {
	running=false known=',"peers":[]'
	if [ -e "$run/applied" ] && wg show "$name" >/dev/null 2>&1; then running=true known=$(peers "$1"); fi
	if on_trial; then
		uptime
		left=$(($(cat "$trial/until" || echo "$now") - now))
		known="$known,\"trialSecondsLeft\":$((left > 0 ? left : 0))"
	fi
	say "{\"weft\":1,\"byScript\":true,\"version\":\"wg.sh\",\"file\":\"$folder/$name.conf\",\"running\":$running$(
		digest applied "$run/applied"
		digest onDisk "$folder/$name.conf"
		digest script "$folder/wg.sh"
	)$(at_boot)$known}"
}
# The file that runs, line by line; in place of a secret a part of its digest, as the near end makes it of its own.
describe() {
	lines=$(tr -d '\000-\010\013-\037' <"$run/applied" | tr '\t' ' ' | sed 's/\\/\\\\/g; s/"/\\"/g' | while read -r line; do
		case ${line%%=*} in
		*[Pp][Rr][Ii][Vv][Aa][Tt][Ee][Kk][Ee][Yy]* | *[Pp][Rr][Ee][Ss][Hh][Aa][Rr][Ee][Dd][Kk][Ee][Yy]*)
			secret=${line#*=}
			while [ "$secret" != "${secret# }" ]; do secret=${secret# }; done
			sum=$(printf %s "$secret" | { sha256sum || openssl dgst -sha256 -r; } | cut -c 1-16)
			line="${line%%=*}= (secret $sum)"
			;;
		esac
		printf ',"%s"' "$line"
	done)
	printf '{"event":"described","lines":[%s]}\n' "${lines#,}"
} 2>/dev/null

# Takes so many bytes and no more: what follows is another's.
take() {
	fault=$(dd bs=1 count="$1" 2>&1 >"$2") || { refuse "$(echo "$fault" | sed -n '/: /{p;q;}'); see that there is room in $folder" && return 1; }
	# Cut short, it is thrown away.
	[ "$(wc -c <"$2")" -eq "$1" ] || { clean && exit 1; }
}
clean() { rm -rf "$folder/.trial" "$trial" "$trial.lock"; }
refuse() {
	clean
	say '{"event":"received"}'
	ended refused "$1"
}
# A watcher goes on with the script and the file that it was started from, so each start gets a new one.
start() { # FOLDER
	pid=$(readlink "$run/watcher") && grep -q wg.sh "/proc/$pid/cmdline" && kill "$pid" && {
		tries=100
		while [ -e "/proc/$pid" ] && [ $((tries -= 1)) -gt 0 ]; do nap; done
	}
	run_script "$1" start >"$trial/said" 2>&1
} 2>/dev/null
run_script() { # FOLDER VERB
	(
		trap - PIPE
		exec /bin/sh "$1/wg.sh" "$2" "$1/$name.conf" </dev/null
	)
}
go_back() {
	if [ -n "$old" ]; then
		if [ -f "$folder/wg.sh" ]; then start "$folder"; else
			cp "$folder/$name.conf" "$folder/.trial/" && start "$folder/.trial"
		fi
	else
		run_script "$folder/.trial" stop >/dev/null 2>&1
	fi
}
# A trial whose process was killed: whoever comes next goes back for it. After a boot, the old state is there already.
recover() {
	on_trial && return
	if [ -e "$trial/begun" ] && [ -f "$folder/.trial/$name.conf" ]; then
		old=''
		[ ! -e "$trial/old" ] || old=1
		go_back
		mv -f "$folder/.trial/$name.conf" "$folder/$name.conf.unconfirmed"
	fi
	clean
} 2>/dev/null
apply() { # LENGTH SECONDS LENGTH-OF-SCRIPT
	mkdir -p "${trial%/*}"
	on_trial || rm -rf "$trial" "$trial.lock"
	# shellcheck disable=SC2016 # of this very shell, which $$ is not
	if ! ln -s "$(exec sh -c 'echo $PPID')" "$trial.lock"; then
		say '{"event":"received"}'
		ended refused 'something is on trial there already'
		return
	fi
	mkdir -p "$trial"
	uptime
	echo $((now + $2)) >"$trial/until"
	fault=$(mkdir -p "$folder/.trial" 2>&1) || { refuse "$fault" && return; }
	take "$3" "$folder/.trial/wg.sh" && take "$1" "$folder/.trial/$name.conf" || return
	chmod 700 "$folder/.trial/wg.sh"
	cp "$folder/$name.endpoints" "$folder/.trial/" 2>/dev/null
	say '{"event":"received"}'
	# What runs is what it goes back to, and what a boot finds meanwhile; an edited file that was never started is kept.
	old=''
	if [ -e "$run/applied" ]; then
		old=1
		: >"$trial/old"
		if ! cmp -s "$run/applied" "$folder/$name.conf"; then
			[ ! -f "$folder/$name.conf" ] || cmp -s "$folder/.trial/$name.conf" "$folder/$name.conf" || cp "$folder/$name.conf" "$folder/$name.conf.edited"
			cp "$run/applied" "$folder/$name.conf.new" && mv -f "$folder/$name.conf.new" "$folder/$name.conf"
		fi
	fi
	uptime
	until=$((now + $2))
	echo $until >"$trial/until"
	: >"$trial/begun"
	if ! start "$folder/.trial"; then
		fault=$(sed -n '$p' "$trial/said")
		go_back
		clean
		ended refused "${fault#wg.sh: }"
		return
	fi
	: >"$trial/started"
	say '{"event":"started"}'
	# Whoever makes the folder 'word' has the last one: a confirmation, or the time that is over.
	late=''
	while [ ! -d "$trial/word" ]; do
		uptime
		if [ "$now" -ge $until ]; then mkdir "$trial/word" 2>/dev/null && late=1; else nap; fi
	done
	if [ -z "$late" ] && mv -f "$folder/.trial/wg.sh" "$folder/wg.sh" && mv -f "$folder/.trial/$name.conf" "$folder/$name.conf"; then
		rm -f "$folder/$name.conf.unconfirmed"
		start "$folder"
		clean
		ended confirmed ''
	else
		go_back
		mv -f "$folder/.trial/$name.conf" "$folder/$name.conf.unconfirmed"
		clean
		ended reverted ''
	fi
} 2>/dev/null

find_folder "$3"
case $5 in
receive)
	recover
	greet "$1"
	exec 3<&0
	while read -r word length seconds script; do
		case $word in
		describe) describe ;;
		apply)
			# Two processes: it lives on when the shell that ssh waits for is ended, and this one goes back if it is ended.
			apply "$length" "$seconds" "$script" <&3 &
			wait $!
			status=$?
			recover
			exit $status
			;;
		esac
	done
	;;
confirm)
	sum=$(digest new "$folder/.trial/$name.conf")
	if ! on_trial || [ ! -e "$trial/started" ] || ! mkdir "$trial/word" 2>/dev/null; then
		echo "weft: $name is not on trial" >&2
		exit 1
	fi
	while on_trial; do nap; done
	[ "$sum" = "$(digest new "$folder/$name.conf")" ]
	;;
esac

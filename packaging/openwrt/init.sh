#!/bin/sh /etc/rc.common
# A site at boot, run by procd. Nothing waits for it: the storage that holds it may come minutes later.
START=95
STOP=10
USE_PROCD=1

start_service() {
	procd_open_instance @NAME@
	procd_set_param command /bin/sh -c '
		n=0
		while [ $n -lt 300 ] && { [ ! -x @PROGRAM@ ] || [ ! -r @FILE@ ]; }; do sleep 1; n=$((n + 1)); done
		exec @PROGRAM@ start @FILE@ --wait 60'
	procd_set_param stdout 1
	procd_set_param stderr 1
	procd_close_instance
}

reload_service() {
	@PROGRAM@ start @FILE@
}

stop_service() {
	[ ! -x @PROGRAM@ ] || @PROGRAM@ stop @NAME@
}

status_service() {
	@PROGRAM@ status @NAME@
}

service_running() {
	@PROGRAM@ status @NAME@ >/dev/null 2>&1
}

#!/bin/sh
# The firewall was made anew: put our chains back into it, unless the site is stopped.
[ ! -e /sys/class/net/@NAME@ ] || @PROGRAM@ repair @NAME@ 2>&1 | logger -t weft &

[ ! -e /sys/class/net/@NAME@ ] || @PROGRAM@ repair @NAME@ 2>&1 | logger -t weft &

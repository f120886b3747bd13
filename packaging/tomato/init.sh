(
n=0
while [ $n -lt 300 ] && { [ ! -x @PROGRAM@ ] || [ ! -r @FILE@ ]; }; do sleep 1; n=$((n + 1)); done
@PROGRAM@ start @FILE@ --wait 60 2>&1 | logger -t weft
) >/dev/null 2>&1 &

[ ! -x @PROGRAM@ ] || @PROGRAM@ stop @NAME@ 2>&1 | logger -t weft

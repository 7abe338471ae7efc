#!/bin/sh
# A month in parts with GNU parallel: the parts at once, then the merge. Ends with the exit code of the merge, or of a part that
# could not be made.
#
#     parallel.sh PARTS JOB_FILE [ARGUMENT OF parallel]...
#     parallel.sh 4 /srv/moisson/group.toml --jobs 2 --sshlogin a.example.com,b.example.com
#
#     MOISSON_OUT    the folder of months and parts, as run-month knows it; it has to be there
#     MOISSON_MONTH  another month than the last closed one (UTC), as 2026-10
#     MOISSON_TRIES  how often a part is tried that was killed or did not get through; default 3
#     MOISSON_WAIT   seconds after a part that the service did not answer (exit code 5); default 1800
#
# With --sshlogin each machine has the same program, and the job file and MOISSON_OUT at the same absolute paths, on a shared folder whose
# locks work. MOISSON_STATE is handed on: the state in PostgreSQL. No secret is, since a command line can be read by others: the job file
# names files (client_secret_file …).
set -eu

PARTS=$1
JOB=$2
shift 2
OUT=${MOISSON_OUT:-}
PERIOD=${MOISSON_MONTH:-$(date -u -d "$(date -u +%Y-%m-15) -1 month" +%Y-%m)}
PAUSE=${MOISSON_WAIT:-1800}
tries=${MOISSON_TRIES:-3}
# They are this script's, not the program's.
unset MOISSON_OUT MOISSON_MONTH MOISSON_TRIES MOISSON_WAIT
export PARTS JOB OUT PERIOD PAUSE

if [ -z "$OUT" ] || [ ! -d "$OUT" ]; then
    echo "parallel.sh: MOISSON_OUT ($OUT) has to be a folder that is there and kept from run to run" >&2
    exit 7
fi

# One month for all parts, also for one that begins after midnight. A part with something missing (3) is sealed: the merge names it.
# shellcheck disable=SC2016 # they are the variables of the machine that makes the part
part='code=0; moisson export "$JOB" --part {}/"$PARTS" --period "$PERIOD" --out "$OUT" --lock-wait 30m --no-progress || code=$?
case $code in 3) code=0 ;; 5) sleep "$PAUSE" ;; esac; exit $code'
seq "$PARTS" | PARALLEL_SHELL=/bin/sh parallel --jobs "$PARTS" --retries "$tries" --halt soon,fail=1 --line-buffer --tagstring "part {}" \
    --env PARTS --env JOB --env OUT --env PERIOD --env PAUSE ${MOISSON_STATE+--env MOISSON_STATE} "$@" "$part"
exec moisson merge "$OUT/parts/$PERIOD" --job "$JOB" --out "$OUT" --lock-wait 30m --no-progress

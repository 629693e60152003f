# SPDX-License-Identifier: ISC
# prelude: the world of the behaviour tests without bats, for the long sweeps.
# Each runs in a directory of its own under build/soak/ and ends by saying how
# many faults it tried and how many did not heal.
set -u
shopt -s inherit_errexit 2>/dev/null
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export DL_BIN=${DL_BIN:-$top/build/bin} DL_TOOLS=${DL_TOOLS:-$top/build/tools}
export PATH=$DL_BIN:$DL_TOOLS:$PATH
export LC_ALL=C.UTF-8 TZ=UTC DL_NOW=2026-01-15T00:00:00Z TERM=dumb
unset DL_DB DL_TENANT DL_USER
name=$(basename "$0")
mkdir -p "$top/build/soak"
work=$(mktemp -d "$top/build/soak/$name.XXXXXX")
cd "$work" || exit 1
# shellcheck source=/dev/null
. "$top/tests/fault.bash"
# The world that programs keep beside the store.
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state
tried=0 hurt=0

# shellcheck disable=SC2034 # for those who source it
engine=${DL_TEST_ENGINE:-sqlite} every=1
if [ "$engine" = postgresql ]; then
	# shellcheck disable=SC2034 # the same
	every=5
	# shellcheck source=/dev/null
	. "$top/tests/pg.bash"
	if [ -z "${DL_TEST_PG-}" ]; then
		# (A socket's path is short.)
		DL_TEST_PG=$(mktemp -d "${TMPDIR:-/tmp}/dlsoak.XXXXXX")
		export DL_TEST_PG
		pg_start "$DL_TEST_PG" || exit 1
		trap 'pg_stop "$DL_TEST_PG" immediate' EXIT
	fi
fi

# seconds SPAN: a random part of so many milliseconds.
seconds() {
	awk -v r=$RANDOM -v most="$1" \
		'BEGIN { printf "%.4f", most * r / 32768 / 1000 }'
}

# cut_front: connections to the server can be cut from now on.
cut_front() {
	PG_FRONT=$DL_TEST_PG/front
	mkdir -p "$PG_FRONT"
	python3 "$top/tests/tools/cut-front.py" "$DL_TEST_PG" "$PG_FRONT" \
		>front.log 2>&1 &
	while [ ! -e "$PG_FRONT/port" ]; do
		sleep 0.02
	done
}

# cut_calls SAYS COMMAND...: how often the command says something to the server.
cut_calls() {
	shift
	echo never >"$PG_FRONT/cut"
	"$@" >/dev/null 2>&1
	cat "$PG_FRONT/said"
}

# cut_inject before|after cut N COMMAND...: its Nth word to the server does not
# arrive, or is not answered.
cut_inject() {
	local code=0
	echo "$1 $3" >"$PG_FRONT/cut"
	shift 3
	"$@" >/dev/null 2>fault.err || code=$?
	echo never >"$PG_FRONT/cut"
	return $code
}

# trouble_for PIDS...: what happens to programs at work: they are killed; on a
# server their connections may be cut instead, or the server falls over. PIDS may
# be groups, as for kill; they are gone then.
trouble_for() {
	local lot=0
	[ "$engine" = sqlite ] || lot=$((RANDOM % 3))
	case $lot in
	0) kill -9 -- "$@" 2>/dev/null ;;
	1) pg_sql postgres "SELECT pg_terminate_backend(pid)
		FROM pg_stat_activity WHERE usename = 'dl'" >/dev/null ;;
	2)
		pg_kill "$DL_TEST_PG"
		pg_again "$DL_TEST_PG"
		;;
	esac
	wait "${@#-}" 2>/dev/null
	# The dead take a moment to be gone, with their locks and leases.
	while kill -0 -- "$@" 2>/dev/null; do
		sleep 0.01
	done
}

# strike_after SECONDS: the job, to which something happens at that time. True
# when it was still running.
strike_after() {
	local job code=0
	setsid ./job >/dev/null 2>&1 &
	job=$!
	sleep "$1"
	kill -0 "$job" 2>/dev/null || code=1
	trouble_for "-$job"
	return $code
}

# heals WHAT: counts one fault; keeps what a bad one left.
heals() {
	tried=$((tried + 1))
	if ! fault_heals "$1"; then
		hurt=$((hurt + 1))
		mkdir -p "kept-$hurt"
		cp "$DL_DB"* want.ndjson got.ndjson "kept-$hurt/" 2>/dev/null
		echo "$1" >"kept-$hurt/what"
	fi
}

# done_soaking TEXT: the last line and the status.
done_soaking() {
	[ "$engine" = sqlite ] || set -- "$*" on "$engine"
	echo "$name: $*, $tried tried, $hurt did not heal"
	if [ "$hurt" = 0 ]; then
		cd "$top" && rm -rf "$work"
	else
		echo "$name: what they left is in $work" >&2
		exit 1
	fi
}

# SPDX-License-Identifier: ISC
# helper: what every behaviour test stands on. A test file begins with
#	load helper
# and gets a fresh directory as its place, the programs under test first on
# PATH, and one fixed world: UTF-8, UTC, the moment 2026-01-15T00:00:00Z. A
# file with a setup of its own calls common_setup in it.
#	DL_BIN		programs under test (build/bin)
#	DL_TOOLS	the sample generator and its like (build/tools)
#	DL_SHARED	shared real data; tests that want it skip without
#	DL_TEST_ENGINE	what new_store makes: sqlite (the default) or postgresql
#	DL_TEST_PG	where the PostgreSQL server of the tests is, see pg.bash

bats_require_minimum_version 1.5.0

top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
: "${DL_BIN:=$top/build/bin}" "${DL_TOOLS:=$top/build/tools}"
DL_BIN=$(cd "$DL_BIN" && pwd)
[[ $DL_TOOLS == /* ]] || DL_TOOLS=$top/$DL_TOOLS
export DL_BIN DL_TOOLS

[ "${DL_TEST_ENGINE:-sqlite}" = sqlite ] || . "$top/tests/pg.bash"

common_setup() {
	local name
	for name in $(compgen -e DL_); do
		case $name in
		DL_BIN | DL_TOOLS | DL_SHARED | DL_TEST_*) ;;
		*) unset "$name" ;;
		esac
	done
	unset LANG LANGUAGE COLUMNS
	export LC_ALL=C.UTF-8 TZ=UTC DL_NOW=2026-01-15T00:00:00Z
	export HOME=$BATS_TEST_TMPDIR TERM=dumb PATH=$DL_BIN:$DL_TOOLS:$PATH
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	PG_MADE=$BATS_TEST_TMPDIR/.databases
	umask 022
	cd "$BATS_TEST_TMPDIR" || return 1
}

setup() {
	common_setup
}

# --- what a test may need ------------------------------------------------

# require_shared [PATH...]: skips unless the shared data (and these in it) is
# there; real data never goes into the tree.
require_shared() {
	local path
	[ -n "${DL_SHARED-}" ] || skip "DL_SHARED is not set"
	for path in "$DL_SHARED" "${@/#/$DL_SHARED/}"; do
		[ -e "$path" ] || skip "no $path"
	done
}

# require_tool NAME...: skips unless these programs are installed.
require_tool() {
	local name
	for name; do
		command -v "$name" >/dev/null || skip "no $name here"
	done
}

# --- stores --------------------------------------------------------------

# new_store [NAME]: DL_DB becomes a new, empty store with the tenant `main`.
new_store() {
	case ${DL_TEST_ENGINE:-sqlite} in
	sqlite)
		export DL_DB=$PWD/${1:-dl}.db
		dl-db init --tenant main >/dev/null 2>&1
		;;
	postgresql)
		pg_empty || return
		pg_copy "$PG_EMPTY" "$(pg_name "$PWD/${1:-dl}")"
		;;
	*)
		echo "no such engine: $DL_TEST_ENGINE" >&2
		return 1
		;;
	esac
}

# store_with_leads [N [bare]]: the same with N leads (200) of the sample and,
# unless bare, their events; made once per test file, copied for each test.
store_with_leads() {
	local n=${1:-200} origin
	origin=$BATS_FILE_TMPDIR/leads-$n${2-}.db
	if [ ! -e "$origin" ]; then
		new_store making
		sample leads "$n" | dl-import leads -q -
		[ "${2-}" = bare ] ||
			sample events "$n" | dl-import events -q -
		if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
			dl-db backup "$origin" >/dev/null 2>&1
			rm -f "$DL_DB"*
		else
			echo "$DL_DB" >"$origin"
		fi
	fi
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		cp "$origin" dl.db
		export DL_DB=$PWD/dl.db
	else
		pg_copy "$(pg_of "$(cat "$origin")")" "$(pg_name "$PWD/dl")"
	fi
}

# store_sql SQL: what no program would do, behind their backs.
store_sql() {
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		require_tool sqlite3
		sqlite3 "$DL_DB" "$1"
	else
		pg_sql "$(pg_of "$DL_DB")" "$1"
	fi
}

# store_copy NAME: DL_DB becomes a copy of itself, to be spoilt.
store_copy() {
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		cp "$DL_DB" "$1.db"
		export DL_DB=$PWD/$1.db
	else
		pg_copy "$(pg_of "$DL_DB")" "$(pg_name "$PWD/$1")"
	fi
}

# require_engine NAME: skips what only this engine has.
require_engine() {
	[ "${DL_TEST_ENGINE:-sqlite}" = "$1" ] ||
	    skip "not on ${DL_TEST_ENGINE:-sqlite}"
}

# --- stores on the tests' PostgreSQL server -------------------------------

PG_EMPTY=dl_empty

# The store every other one is a copy of; whoever comes first makes it.
pg_empty() {
	[ -n "${DL_TEST_PG-}" ] || {
		echo "DL_TEST_PG: no server (tests/pg.bash start FOLDER)" >&2
		return 1
	}
	[ -e "$DL_TEST_PG/$PG_EMPTY" ] || (
		flock 9
		[ ! -e "$DL_TEST_PG/$PG_EMPTY" ] || exit 0
		pg_database "$PG_EMPTY" &&
		    dl-db init --tenant main -d "$(pg_uri "$PG_EMPTY")" \
			>/dev/null 2>&1 &&
		    : >"$DL_TEST_PG/$PG_EMPTY"
	) 9>"$DL_TEST_PG/lock"
}

# Nobody keeps what a test has made, but for what its file copies; the next
# test does not wait for that.
teardown() {
	local name names=()
	[ -e "$BATS_TEST_TMPDIR/.databases" ] || return 0
	while read -r name; do
		grep -qs "/$name?" "$BATS_FILE_TMPDIR"/leads-*.db ||
		    names+=("$name")
	done <"$BATS_TEST_TMPDIR/.databases"
	(for name in "${names[@]}"; do
		pg_drop "$name"
	done) >/dev/null 2>&1 3>&- 4>&- &
}

# sample KIND N [OPTION...]: the generator, always the same world.
sample() {
	make-sample "$@" --seed 7 --now "$DL_NOW"
}

# --- saying what should be true ------------------------------------------

# check COMMAND...: runs it apart from its standard error; then $status,
# $output, $stderr and their lines.
check() {
	run --separate-stderr "$@"
}

tell() {
	{
		echo "$@"
		echo "status: ${status-}"
		echo "output: ${output-}"
		echo "stderr: ${stderr-}"
	} >&2
	return 1
}

exits() { # exits STATUS
	[ "$status" -eq "$1" ] || tell "wanted exit status $1"
}

prints() { # prints TEXT: all of standard output, exactly
	[ "$output" = "$1" ] || tell "wanted output: $1"
}

prints_nothing() {
	[ -z "$output" ] || tell "wanted no output"
}

has() { # has TEXT...: standard output holds each text
	local text
	for text; do
		[[ $output == *"$text"* ]] || tell "no such output: $text"
	done
}

lacks() { # lacks TEXT...: standard output holds none of them
	local text
	for text; do
		[[ $output != *"$text"* ]] || tell "unwanted output: $text"
	done
}

says() { # says TEXT...: standard error holds each text
	local text
	for text; do
		[[ $stderr == *"$text"* ]] || tell "no such message: $text"
	done
}

same() { # same FILE FILE: equal bytes, or the difference
	diff -u "$1" "$2" >&2
}

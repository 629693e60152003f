# SPDX-License-Identifier: ISC
# fault: kills, full disks and failing system calls, and what must hold after
# each: the store is sound, and a rerun gives the very dump of an undisturbed
# run. For tests/reliability.bats (few, on either engine) and tests/soak/ (many,
# on SQLite). Works in the current directory.

# fault_keep NAME: the store as it is now, for fault_kept NAME to name it.
fault_keep() {
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		dl-db backup -q "$1.db"
	else
		pg_drop "$(pg_name "$PWD/$1")"
		pg_database "$(pg_name "$PWD/$1")" "$(pg_of "$DL_DB")" &&
			pg_name "$PWD/$1" >"$1.db"
	fi
}

fault_kept() {
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		echo "$PWD/$1.db"
	else
		pg_uri "$(cat "$1.db")"
	fi
}

# fault_world LEADS: the sample, the job and the dump it must lead to.
fault_world() {
	make-sample leads "$1" --seed 7 --now "$DL_NOW" >leads.ndjson
	make-sample events "$1" --seed 7 --now "$DL_NOW" >events.ndjson
	cat >job <<-'JOB'
		#!/bin/sh
		# Import, score and find who is in which segment, or one stage
		# of it; the first failure ends it with its status.
		case ${1-} in
		leads) exec dl-import leads -q leads.ndjson ;;
		events) exec dl-import events -q events.ndjson ;;
		apply) exec dl-score apply -q >/dev/null ;;
		segments) exec dl-segment -q >/dev/null ;;
		esac
		for stage in leads events apply segments; do
			"$0" $stage || exit
		done
	JOB
	chmod +x job
	fault_store making
	fault_undisturbed leads events apply segments
}

# fault_undisturbed STAGE...: the job by its stages, with the store kept before
# each and at the end, and what that is.
fault_undisturbed() {
	local stage
	for stage; do
		fault_keep "before-$stage" || return
		./job "$stage" || return
	done
	dl-db check -q >/dev/null || return
	fault_keep whole && fault_told >want.ndjson
}

# fault_told: all that the store has to say.
fault_told() {
	dl-db dump
}

# fault_store NAME [STAGE]: DL_DB becomes a new store that knows the rules, as
# it is before that stage of the job (the first).
fault_store() {
	local stage=before-${2:-leads}
	if [ ! -e "$stage.db" ]; then
		fault_empty "$1" && dl-score define -q reference \
			"${DL_RULES:-$top/common/score/reference.json}" \
			>/dev/null && fault_segments
	elif [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		export DL_DB=$PWD/$1.db
		rm -f "$DL_DB"*
		cp "$stage.db" "$DL_DB"
	else
		pg_copy "$(cat "$stage.db")" "$(pg_name "$PWD/$1")"
	fi
}

# fault_empty NAME: DL_DB becomes a new store with the tenant "main".
fault_empty() {
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		export DL_DB=$PWD/$1.db
		rm -f "$DL_DB"*
	else
		pg_drop "$(pg_name "$PWD/$1")"
		pg_database "$(pg_name "$PWD/$1")" || return
		DL_DB=$(pg_uri "$(pg_name "$PWD/$1")")
		export DL_DB
	fi
	dl-db init -q --tenant main >/dev/null
}

# fault_segments: some by SQL alone, some of which time decides, and one that
# asks for another.
fault_segments() {
	dl-segment define -q 大 -w "company_size >= 100" &&
		dl-segment define -q 点 -w \
			"score >= 20 and count(email_opened, 30d) >= 1" &&
		dl-segment define -q 静 -w \
			"in segment '大' and not last(site_visited) within 20d"
} >/dev/null

# fault_heals WHAT: after the fault the store is sound, the job runs through,
# and what it leaves is what an undisturbed run leaves.
fault_heals() {
	if ! dl-db check -q >check.out 2>&1; then
		echo "$1: the store is not sound:" >&2
		cat check.out >&2
		return 1
	fi
	if ! ./job 2>job.err; then
		echo "$1: the rerun fails:" >&2
		cat job.err >&2
		return 1
	fi
	fault_told >got.ndjson || return 1
	if ! cmp -s want.ndjson got.ndjson; then
		echo "$1: the rerun leaves another store:" >&2
		diff want.ndjson got.ndjson | cut -c1-300 | head -5 >&2
		return 1
	fi
}

# fault_kill_after SECONDS: kill -9 of the job and its children at that time.
# True when it was still running.
fault_kill_after() {
	local job code
	setsid ./job 2>/dev/null &
	job=$!
	sleep "$1"
	kill -9 -- "-$job" 2>/dev/null
	wait "$job" 2>/dev/null
	code=$?
	# The dead take a moment to be gone, with their locks and leases.
	while kill -0 -- "-$job" 2>/dev/null; do
		sleep 0.01
	done
	[ "$code" -ge 128 ]
}

# fault_seconds: how long the job takes undisturbed.
fault_seconds() {
	local start=$EPOCHREALTIME
	fault_store timing
	./job
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
}

# fault_calls SYSCALL COMMAND...: how often the command makes that call. (With
# FAULT_ALONE=-q only it, not what it starts; so with fault_inject.)
fault_calls() {
	local call=$1
	shift
	strace ${FAULT_ALONE:--f} -o calls.strace -e "trace=$call" "$@" >/dev/null 2>&1
	grep -c "^\([0-9][0-9]* *\)\?$call(" calls.strace
}

# fault_inject SYSCALL FAULT N COMMAND...: the Nth such call meets the fault
# (signal=SIGKILL, error=ENOSPC, error=EIO); standard error in fault.err.
fault_inject() {
	local call=$1 fault=$2 n=$3
	shift 3
	strace ${FAULT_ALONE:--f} -o fault.strace -e "trace=$call" \
		-e "inject=$call:$fault:when=$n" "$@" \
		>/dev/null 2>fault.err
}

# SPDX-License-Identifier: ISC
# What must hold whatever happens: a fixed, small choice of faults. The sweeps
# over every call and hundreds of kills are `make soak`.
# runs long
load helper
load fault

setup() {
	common_setup
	if [ ! -e "$BATS_FILE_TMPDIR/world/want.ndjson" ]; then
		rm -rf "$BATS_FILE_TMPDIR/world"
		mkdir "$BATS_FILE_TMPDIR/world"
		(cd "$BATS_FILE_TMPDIR/world" && fault_world 300)
	fi
	cp "$BATS_FILE_TMPDIR"/world/* .
	fault_store dl
}

teardown_file() {
	local name
	[ "${DL_TEST_ENGINE:-sqlite}" = postgresql ] || return 0
	for name in "$BATS_FILE_TMPDIR"/world/*.db; do
		[ ! -e "$name" ] || pg_drop "$(cat "$name")"
	done
}

# The calls of a program that has the store in a file; a server has its own.
require_calls() {
	require_engine sqlite
	require_tool strace
	strace -o /dev/null true 2>/dev/null || skip "no ptrace here"
}

# Kills each stage of the job at a call of each kind: one in the middle, and
# the last.
kill_at_calls() {
	local call stage n total
	require_calls
	for call; do
		for stage in leads events apply segments; do
			fault_store dl $stage
			total=$(fault_calls "$call" ./job $stage) || true
			[ "$total" -gt 0 ] || continue
			for n in $((total / 2 + 1)) "$total"; do
				fault_store dl $stage
				fault_inject "$call" signal=SIGKILL "$n" \
					./job $stage || true
				fault_heals "$stage: killed at $call $n of $total"
			done
		done
	done
}

# The Nth call fails: the program does without, or says so with status 1 (75:
# try again later); and all heals.
fail_at_calls() {
	local fault=$1 call stage n total code
	shift
	require_calls
	for call; do
		for stage in leads events apply segments; do
			fault_store dl $stage
			total=$(fault_calls "$call" ./job $stage) || true
			[ "$total" -gt 0 ] || continue
			n=$((total * 2 / 3 + 1))
			fault_store dl $stage
			code=0
			fault_inject "$call" "error=$fault" "$n" \
				./job $stage || code=$?
			case $code in
			0 | 75) ;;
			1) grep -q '^dl-' fault.err ;;
			*)
				echo "$stage: $fault at $call $n: $code" >&2
				cat fault.err >&2
				false
				;;
			esac
			fault_heals "$stage: $fault at $call $n of $total"
		done
	done
}

@test "a kill -9 at any moment loses nothing that a rerun does not bring" {
	local seconds k rounds=12
	[ "${DL_TEST_ENGINE:-sqlite}" = sqlite ] || rounds=5
	seconds=$(fault_seconds)
	for ((k = 1; k <= rounds; k++)); do
		fault_store dl
		fault_kill_after "$(awk -v s="$seconds" -v k="$k" \
			-v n="$rounds" 'BEGIN { print s * k / (n + 1) }')" || true
		fault_heals "killed after $k/$((rounds + 1)) of the run"
	done
}

@test "a kill at a write to the store or its log heals" {
	kill_at_calls pwrite64 fdatasync ftruncate
}

@test "a kill at a lock, an open or a message heals" {
	kill_at_calls fcntl flock openat write
}

@test "a kill at a read, a seek or a removal heals" {
	kill_at_calls pread64 unlink newfstatat
}

@test "a failing write says so and heals" {
	fail_at_calls ENOSPC pwrite64
	fail_at_calls EIO pwrite64
}

@test "a failing sync says so and heals" {
	fail_at_calls EIO fdatasync
}

@test "a full disk ends an import with status 1, and there is no harm" {
	local code=0
	require_engine sqlite # postgres.bats has the server's
	fault_store dl
	(
		ulimit -f 200
		./job 2>limit.err
	) || code=$?
	[ "$code" -eq 1 ]
	grep -q '^dl-import: ' limit.err
	fault_heals "no room for the file"
}

@test "changes that cannot be printed are an error, and the store stays sound" {
	dl-import leads --changes leads.ndjson >/dev/full 2>full.err &&
		return 1
	grep -q 'No space left on device' full.err
	fault_heals "standard output full"
}

@test "a closed pipe does not cut an import short" {
	dl-import leads -q --changes leads.ndjson | head -n 1 >first
	[ "$(dl-db dump | grep -c '"email"')" -eq \
		"$(grep -c '"email"' want.ndjson)" ]
	fault_heals "closed pipe"
}

@test "standard streams that are closed do no harm" {
	dl-import leads -q leads.ndjson <&- >&- 2>&-
	fault_heals "closed standard streams"
}

@test "four imports and two scorings at once lose and double nothing" {
	local i job
	split -n r/4 --additional-suffix=.ndjson leads.ndjson part-
	split -n r/4 --additional-suffix=.ndjson events.ndjson did-
	dl-import leads -q leads.ndjson
	local jobs=()
	i=0
	for part in part-*.ndjson; do
		(dl-import leads -q "$part" &&
			dl-import events -q "did-${part#part-}") 2>"err-$i" &
		jobs+=($!)
		i=$((i + 1))
	done
	for i in 4 5; do
		dl-score apply -q >/dev/null 2>"err-$i" &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		if ! wait "$job"; then
			cat err-* >&2
			return 1
		fi
	done
	dl-score apply -q >/dev/null
	dl-db check -q >/dev/null
	# What happened on the way (history) may differ; what is must not.
	dl-score explain --all | sort >scores
	DL_DB=$(fault_kept whole) dl-score explain --all | sort >wanted
	same wanted scores
	[ "$(dl-db dump | grep -c '"type"')" -eq \
		"$(grep -c '"type"' want.ndjson)" ]
}

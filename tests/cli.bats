#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What the cli room does for every program, shown by one that does nothing
# else.

load helper

setup() {
	common_setup
	[ -x "$DL_TOOLS/cli-probe" ] || skip "no cli-probe in $DL_TOOLS"
}

# on_terminal COMMAND...: runs it on a terminal of its own; what appears there
# is printed with carriage returns as new lines.
on_terminal() {
	require_tool script
	script -qec "$*" /dev/null </dev/null | tr -d '\n' | tr '\r' '\n'
}

@test "records on standard output, the summary on standard error" {
	check cli-probe read --lines 2
	exits 0
	prints $'line 0\nline 1'
	[ "$stderr" = "cli-probe: 2 printed" ]
	check cli-probe read -q
	prints "line 0"
	[ -z "$stderr" ]
}

@test "-v says more, twice still more" {
	check cli-probe read -v
	says "cli-probe: verbose"
	[[ $stderr != *very* ]]
	check cli-probe read -vv
	says "cli-probe: very verbose"
}

@test "remarks are one line each, safe, capped at twenty and counted" {
	check cli-probe read -q --remarks 25 -l 0
	exits 0
	[ "${stderr_lines[0]}" = 'cli-probe: leads.csv:1: email: not an address: "fo\x1b[2Jo"' ]
	[ "${#stderr_lines[@]}" -eq 21 ]
	[ "${stderr_lines[20]}" = "cli-probe: and 5 more remarks (-v shows all)" ]
	check cli-probe read -q -v --remarks 25 -l 0
	[ "$(grep -c 'not an address' <<<"$stderr")" -eq 25 ]
	[[ $stderr != *"more remarks"* ]]
	check cli-probe read -q --remarks 20 -l 0
	[ "${#stderr_lines[@]}" -eq 20 ]
}

@test "a failure is one message and its kind's exit status" {
	check cli-probe fail
	exits 1
	[ "$stderr" = 'cli-probe: it went wrong: "why\tnot"' ]
	check cli-probe fail -k usage
	exits 2
	check cli-probe fail -k busy
	exits 75
	for status in 0 3 4; do
		check cli-probe read -s $status
		exits $status
	done
}

@test "-o appears whole, private, or not at all" {
	for status in 0 3 4; do
		rm -f out
		check cli-probe read -o out -s $status
		exits $status
		prints_nothing
		[ "$(cat out)" = "line 0" ]
		[ "$(stat -c %a out)" = 600 ]
	done
	echo old >out
	check cli-probe fail -o out
	exits 1
	[ "$(cat out)" = old ]
	check cli-probe fail -o new
	[ ! -e new ]
	check cli-probe read -o no/such/out
	exits 1
	says "cli-probe: no/such/out: No such file or directory"
	[ -z "$(find . -name '.dl-*')" ]
}

@test "a table on a terminal, NDJSON elsewhere, or as the output's name ends" {
	check cli-probe read -vv
	says "format ndjson"
	check cli-probe read -vv -o out.csv
	says "format csv"
	on_terminal cli-probe read -vv >seen
	grep -q "format table" seen
	on_terminal cli-probe read -vv -o out.csv >seen
	grep -q "format csv" seen
	check cli-probe read -o out.csv -f nonsense
	exits 2
	says 'not one of ndjson csv tsv json table: "nonsense"'
}

@test "a full disk under standard output is status 1, however much is written" {
	[ -w /dev/full ] || skip "no /dev/full here"
	for lines in 1 100000; do
		for verb in read change; do
			status=0
			cli-probe $verb -q -l $lines >/dev/full 2>errors || status=$?
			[ "$status" -eq 1 ]
			[ "$(cat errors)" = "cli-probe: <stdout>: No space left on device" ]
		done
	done
	status=0
	cli-probe read -q -o /dev/full 2>errors || status=$?
	[ "$status" -eq 1 ]
	grep -q "No space left on device" errors
}

@test "a closed pipe ends a reading verb at once and silently" {
	# Endless but for the pipe.
	{
		timeout 60 cli-probe read -l 999999999999 2>errors
		echo $? >code
	} | head -1 >first
	[ "$(cat first)" = "line 0" ]
	[ "$(cat code)" -eq 0 ]
	[ ! -s errors ]
}

@test "a closed pipe does not cut a changing verb short" {
	{
		cli-probe change -l 300000 2>errors
		echo $? >code
	} | head -1 >first
	[ "$(cat code)" -eq 0 ]
	[ "$(cat errors)" = "cli-probe: 300000 printed" ]
}

@test "a first signal lets a changing verb end in order, then is passed on" {
	for signal in INT TERM; do
		rm -f out
		# A job in the background would ignore SIGINT.
		status=0
		timeout -s $signal 0.5 cli-probe work >out 2>errors || status=$?
		[ "$status" -eq 124 ]
		[ "$(cat out)" = $'started\nstopped after whole batches' ]
		grep -qx "cli-probe: ended in order" errors
		grep -qx "cli-probe: interrupted; what was committed stays" errors
	done
	cli-probe work >out 2>errors &
	pid=$!
	until [ -s out ]; do sleep 0.05; done
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	[ "$status" -eq 143 ]
}

@test "an interrupted verb leaves no half output file" {
	status=0
	timeout -s TERM 0.5 cli-probe work -o out 2>errors || status=$?
	[ "$status" -eq 124 ]
	[ ! -e out ]
	[ -z "$(find . -name '.dl-*')" ]
}

@test "closed descriptors are taken, so that no file lands on them" {
	check cli-probe read -q -o out <&-
	[ "$(cat out)" = "line 0" ]
	cli-probe read -o out2 <&- >&- 2>&-
	[ "$(cat out2)" = "line 0" ]
	cli-probe read <&- >&- 2>&-
}

@test "progress is drawn on a terminal once the work takes a second" {
	on_terminal cli-probe draw -q >quiet &
	on_terminal cli-probe draw --no-progress >plain &
	on_terminal cli-probe draw >seen
	wait
	grep -Eq 'cli-probe: [0-9]+ steps  [0-9]+/s  [0-9]+ %  0:0[0-9] left' seen
	grep -q 'cli-probe: drawn' seen
	[ ! -s quiet ]
	[ "$(grep -c . plain)" -eq 1 ]
}

@test "progress elsewhere only when asked for, then in lines" {
	cli-probe draw 2>plain &
	cli-probe draw --progress --no-progress 2>neither &
	check cli-probe draw --progress
	wait
	[[ ${stderr_lines[0]} =~ ^cli-probe:\ [0-9]+\ steps ]]
	[[ $stderr != *$'\r'* && $stderr != *$'\e'* ]]
	[ "$(cat plain)" = "cli-probe: drawn" ]
	[ "$(cat neither)" = "cli-probe: drawn" ]
}

@test "the configuration is read, and refused when others can" {
	mkdir -p config/dl
	echo 'user = me' >config/dl/config
	check cli-probe read
	exits 2
	says "config/dl/config: others may read or write it; chmod 600 it"
	chmod 600 config/dl/config
	check cli-probe read
	exits 0
	echo 'usr = me' >config/dl/config
	check cli-probe read
	exits 2
	says 'config/dl/config:1: unknown name "usr"; did you mean "user"?'
	check env DL_CONFIG=/dev/null cli-probe read
	exits 0
	check env DL_CONFIG=/no/such/file cli-probe read
	exits 2
	# Nothing waits for what may never come.
	mkfifo -m 600 pipe
	for odd in "$PWD/pipe" "$PWD"; do
		check env DL_CONFIG="$odd" timeout 20 cli-probe read
		exits 2
		says "$odd: not a file"
	done
}

@test "files written are private whatever the umask" {
	umask 000
	cli-probe read -o out
	[ "$(stat -c %a out)" = 600 ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-notify: limits, digests, quiet hours, preferences and several servers at
# once, disturbed: a fixed, small choice of what `make soak` does at every call.
load helper
load fault.bash
load servers.bash
load notify.bash
load policies.bash

setup() {
	common_setup
	require_tool python3
	policies_channels
	policies_store 16 5
	policies_begin
}

# what follows on a first run at minute 5: to the end, and the verdict.
# settled DOUBTS
settled() {
	policies_step 5
	policies_run 10
	policies_ban 10 soon@a.jp
	policies_run 45
	policies_settle 95 40
	policies_judge "$1"
}

@test "undisturbed, all that was to be said is, once, when it may be" {
	policies_run 5
	run settled 0
	[ "$status" -eq 0 ] || tell
	[[ $output =~ ^38\ messages,\ [1-9] ]] || tell
}

@test "killed at a call of each kind: limits, digests and all else hold" {
	require_engine sqlite
	require_tool strace
	strace -o /dev/null true 2>/dev/null || skip "no ptrace here"
	export FAULT_ALONE=-q
	for at in sendto:9 recvfrom:20 pwrite64:90 fdatasync:7; do
		rm -f a/*.eml b/*.eml
		policies_begin
		fault_inject "${at%:*}" signal=SIGKILL "${at#*:}" \
			dl-notify -q --now +5m && tell "$at: not struck"
		run settled 6
		[ "$status" -eq 0 ] || tell "$at"
	done
}

@test "a storm of kills, two runs at a time" {
	RANDOM=7
	rm -rf a b c
	run policies_storm 60 9 2 4 60
	[ "$status" -eq 0 ] || tell
}

@test "banned between its claim and its first byte: it does not go" {
	require_engine sqlite
	require_tool strace
	strace -o /dev/null true 2>/dev/null || skip "no ptrace here"
	local n pid struck=0 was
	forget_channels
	smtp_server </dev/null
	mail_channel sessions=1
	new_store race
	for n in 1 2 3 4 5; do
		mails "m$n@a.jp"
		# It stands still when it has asked for the nth time that what it
		# wrote be on disk.
		: >calls
		strace -o calls -e trace=fdatasync \
			-e "inject=fdatasync:signal=SIGSTOP:when=$n" \
			dl-notify -q >/dev/null 2>&1 3>&- &
		pid=$!
		until grep -q 'stopped by\|exited with' calls; do
			sleep 0.02
		done
		was=sent
		if [ "$(dl-notify list --state sending | wc -l)" = 1 ]; then
			struck=$((struck + 1))
			was=cancelled
			dl-notify suppress add -q "m$n@a.jp" >/dev/null
		fi
		pkill -CONT -P $pid || true
		wait $pid || true
		[ "$(states | grep "^m$n@")" = "m$n@a.jp $was" ] ||
			tell "$n: $(states)"
	done
	[ "$struck" -gt 0 ]
	! arrived | grep -Fx "$(dl-notify suppress list | jq -r .address)"
}

@test "a command that was not handed all of it has not said it" {
	require_tool strace
	strace -o /dev/null true 2>/dev/null || skip "no ptrace here"
	local n total
	forget_channels
	channel pager kind=exec "command=jq -r .text >>paged"
	export FAULT_ALONE=-q
	page() { # page N: in a store of its own, with a fault at its Nth write
		new_store "page$1"
		rm -rf state
		: >paged
		echo '{"channel":"pager","to":"abe@ao.example","text":"x"}' |
			dl-notify send -q >/dev/null
	}
	page 0
	total=$(fault_calls write dl-notify -q)
	[ "$total" -gt 1 ]
	for ((n = 1; n <= total; n++)); do
		page "$n"
		fault_inject write error=EIO "$n" dl-notify -q || true
		dl-notify -q >/dev/null 2>&1 || true
		case $(states) in
		*" sent") [ "$(cat paged)" = x ] || tell "$n: $(states)" ;;
		*" doubtful") ;;
		*) tell "$n: $(states)" ;;
		esac
	done
}

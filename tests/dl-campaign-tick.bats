#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-campaign-tick: one line in cron does all that is due.
load helper
load automation.bash

setup() {
	common_setup
	company
}

titles() { # titles: of the messages for somebody, by the moment
	dl-notify list | jq -r '"\(.template) \(.channel) \(.recipient)"' | sort
}

@test "a reminder of what was done meanwhile is not sent" {
	tick >/dev/null
	dl-task add -q 電話 -l L1 --due 3d >/dev/null
	dl-task remind -q --now 2026-01-17T01:00:00Z >/dev/null
	dl-task done -q 1 --now 2026-01-17T01:00:00Z >/dev/null
	tick --now 2026-01-17T02:00:00Z >/dev/null
	[ -z "$(titles)" ]
}

@test "a lead's way to a customer, and one that is lost" {
	dl-lead set -q L1 owner=abe@ao.example >/dev/null
	tick >/dev/null
	happens demo_requested L1 L2
	tick >/dev/null
	happens sales_contacted L1
	tick >/dev/null
	[ "$(dl-notify list | jq -r 'select(.template == "sql_reached") | .recipient')" = \
		tanaka@ao.example ]
	happens proposal_sent L1
	happens deal_lost L2
	tick >/dev/null
	# No task of the lost one is open; the other's are still.
	[ "$(dl-task list -q | jq -r .lead | sort -u)" = L1 ]
	happens deal_won L1
	mkdir -p config/dl
	install -m 600 /dev/stdin config/dl/config <<-'END'
	channel.email.kind = email
	channel.email.url = smtp://127.0.0.1:1
	channel.email.from = a@ao.example
	END
	tick >/dev/null
	[ "$(dl-task list -q | jq -r .title)" = \
	    "【導入支援】株式会社アオゾラ 青木 空さんの初回打ち合わせ" ]
	[ "$(dl-notify list | jq -r 'select(.template == "welcome") |
		"\(.channel) \(.recipient)"')" = "email a@aozora.example" ]
	dl-db check -q
}

@test "each step alone gives what the tick gives" {
	tick >/dev/null
	world=$DL_DB
	for how in tick steps; do
		export DL_DB=$world
		store_copy "$how"
		happens demo_requested L1 L2
		case $how in
		tick) tick >/dev/null ;;
		steps)
			for i in 1 2; do
				dl-score apply -q >/dev/null
				dl-segment refresh -q >/dev/null
				dl-stage apply -q >/dev/null
				dl-task remind -q >/dev/null
				dl-automation -q >/dev/null 2>&1
			done
			;;
		esac
		dl-db dump >"$how"
	done
	[ "$(dl-task list -q | wc -l)" -eq 2 ]
	same tick steps
}

@test "moves in a circle end with the tick" {
	tick >/dev/null
	circle() { # circle NAME FROM TO
		printf '{"name":"%s","on":"stage.changed","where":"to = '"'%s'"'","do":[{"action":"stage","stage":"%s"}]}' \
			"$@" | dl-automation define -q - >/dev/null
	}
	dl-automation disable -q hot_lead mql_reached sql_reached >/dev/null
	circle there mql sql
	circle back sql mql
	happens demo_requested L1
	tick >/dev/null
	[ "$(dl-stage history L1 | wc -l)" -eq 11 ]
}

@test "a tick that is killed is made good by the next one" {
	tick >/dev/null
	sample leads 60 | sed 's/"id":"/"id":"s/' | dl-import leads -q -
	echo '{"rules":[{"name":"all","type":"attribute","when":"id exists","points":90}]}' |
		dl-score define -q rules - >/dev/null
	world=$DL_DB
	store_copy undisturbed
	tick >/dev/null
	dl-db dump >want
	[ "$(dl-task list -q | grep -c ホットリード)" -eq 63 ]
	for ms in 03 08 15 30; do
		export DL_DB=$world
		store_copy "killed$ms"
		dl-campaign-tick -q >/dev/null 2>&1 &
		sleep "0.0$ms"
		kill -KILL $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		tick >/dev/null
		dl-db dump >got
		same want got
		dl-db check -q
	done
}

# Who comes between the steps of a tick changes their order, and with it whose
# turn it is and what is quoted of a lead; not what is done and said of each.
done_and_said() {
	dl-db dump | jq -c 'if .record == "task" then [.lead, .title]
		elif .record == "message" then [.lead, .template, .channel]
		elif .record == "firing" then [.lead, .automation]
		elif .record == "stage_state" then [.lead, .stage]
		else empty end' | sort
}

@test "two at once, and a run by hand: what is to follow follows once" {
	tick >/dev/null
	sample leads 60 | sed 's/"id":"/"id":"s/' | dl-import leads -q -
	echo '{"rules":[{"name":"all","type":"attribute","when":"id exists","points":90}]}' |
		dl-score define -q rules - >/dev/null
	world=$DL_DB
	store_copy undisturbed
	tick >/dev/null
	done_and_said >want
	[ "$(wc -l <want)" -gt 200 ]
	for other in dl-campaign-tick dl-automation "dl-score apply" \
	    "dl-stage apply" "dl-task remind"; do
		export DL_DB=$world
		store_copy "at-once-${other// /-}"
		dl-campaign-tick -q >/dev/null 2>first.err &
		first=$!
		# shellcheck disable=SC2086 # words
		$other -q >/dev/null 2>second.err || [ $? -eq 3 ]
		wait $first || [ $? -eq 3 ]
		tick >/dev/null
		done_and_said >got
		same want got
		dl-db check -q
	done
}

@test "a clock that jumps back: nothing is done until that moment has passed, then all of it once" {
	tick >/dev/null
	happens demo_requested L1 L2
	tick >/dev/null
	dl-db dump >before
	export DL_NOW=2026-01-14T23:00:00Z
	check dl-campaign-tick -q
	exits 2
	says "2026-01-15T00:00:00Z"
	# What waits is not sent meanwhile.
	check dl-notify -q
	prints_nothing
	dl-db dump | cmp - before
	# It is right again, and later.
	export DL_NOW=2026-01-15T00:01:00Z
	echo '{"lead":"L3","type":"demo_requested","time":"2026-01-15T00:00:30Z"}' |
		dl-import events -q
	tick >/dev/null
	dl-notify -q >/dev/null 2>&1 || true
	dl-db dump | jq -c 'select(.record == "task" or .record == "firing" or
		.record == "message") | del(.changed_at)' | sort >twice
	[ "$(uniq -d twice | wc -l)" = 0 ]
	[ "$(dl-task list -q | wc -l)" = 2 ]
	dl-db check -q
}

@test "what a tenant may not use is not done" {
	dl-db tenant set -q main feature.automations=off
	happens demo_requested L1
	tick >/dev/null
	[ -z "$(dl-task list -q)" ]
	check dl-automation
	exits 2
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Many programs on one store at once: whoever commits first, nothing is lost
# and nothing is done twice.
load helper

# Leads, events and scores; who came first shows in the rest.
state() {
	dl-db dump | grep -e '"record":"lead"' -e '"record":"event"' \
	    -e '"record":"score"'
}

# crowd COMMAND: eight of it (with $i) and four appliers, over and over, at once.
crowd() {
	local i pids=()
	for i in 0 1 2 3 4 5 6 7; do
		(eval "$1") 2>"err.$i" &
		pids+=($!)
	done
	for i in 1 2 3 4; do
		(for _ in 1 2 3 4 5 6; do
			dl-score apply -q >/dev/null || exit
		done) 2>"err.apply$i" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || {
			cat err.* >&2
			return 1
		}
	done
}

@test "eight importers and four appliers at once leave what one after another leaves" {
	local i
	sample leads 400 >leads.ndjson
	sample events 400 >events.ndjson
	# Each importer has some of the events, and every lead is in two files.
	split -n r/8 -d leads.ndjson leads.
	split -n r/8 -d events.ndjson events.
	for i in 0 1 2 3 4 5 6 7; do
		cat "leads.0$i" "leads.0$(((i + 3) % 8))" >"mine.$i"
	done
	new_store serial
	dl-score define -q reference "$top/common/score/reference.json" >/dev/null
	for i in 0 1 2 3 4 5 6 7; do
		dl-import leads -q "mine.$i"
	done
	for i in 0 1 2 3 4 5 6 7; do
		dl-import events -q "events.0$i"
	done
	dl-score apply -q >/dev/null
	state >want

	new_store crowd
	dl-score define -q reference "$top/common/score/reference.json" >/dev/null
	crowd 'dl-import leads -q "mine.$i"'
	crowd 'dl-import events -q "events.0$i"'
	dl-score apply -q >/dev/null
	state >got
	same want got
	dl-db check -q
	[ "$(dl-db stats | jq '.tenants[0].waiting')" -eq 0 ]
}

@test "by the clock nobody is too late for others who began later" {
	local i ids
	new_store
	sample leads 20000 >leads.ndjson
	unset DL_NOW
	dl-import leads -q leads.ndjson
	ids=$(head -n 30 leads.ndjson | jq -r .id)
	local pids=() n=0
	for i in $ids; do
		dl-lead tag -q "$i" "p$((n++))" >/dev/null 2>"err.$n" &
		pids+=($!)
	done
	# One in steps, while others come and go.
	dl-lead tag -q - promo <leads.ndjson >/dev/null 2>err.steps &
	pids+=($!)
	for i in 1 2 3 4 5; do
		echo "{\"id\":\"zz$i\"}" | dl-import leads -q
	done
	for i in "${pids[@]}"; do
		wait "$i" || {
			cat err.* >&2
			return 1
		}
	done
	[ "$(store_sql "SELECT count(*) FROM lead WHERE tags LIKE '%promo%'")" = \
		20000 ]
	# A clock that was put back is another matter.
	check dl-lead tag L0000001 x --now 2020-01-01
	exits 2
}

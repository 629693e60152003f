#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-forecast keep, grade, kept, forget: forecasts beside what came.

load helper

setup() {
	common_setup
	new_store
}

at() { # at DATE: it is then
	export DL_NOW=$1T00:00:00Z
}

# leads_of MONTH COUNT...: so many leads of each month of 2025
leads_of() {
	local i
	while [ $# -gt 0 ]; do
		for i in $(seq 1 "$2"); do
			echo "{\"id\":\"$1-$i\",\"email\":\"$1-$i@ao.example\",\"industry\":\"IT\",\"created_at\":\"2025-$1-02\"}"
		done
		shift 2
	done | dl-import leads -q
}

keep() {
	dl-forecast keep -q --metric leads --by month -H 2 "$@"
}

@test "what was forecast is compared with what came" {
	at 2025-04-10
	leads_of 01 4 02 6 03 8
	check keep --method naive
	exits 0
	[ "$(jq -c '[.series, .time, .mean]' <<<"$output")" = \
		'["leads","2025-04",8]
["leads","2025-05",8]' ]
	check dl-forecast grade
	exits 0
	prints_nothing
	says "1 forecast of 2 steps, 0 of them have come"
	at 2025-05-10
	leads_of 04 10
	check dl-forecast grade
	[ "$(jq -c '[.metric, .by, .method, .forecasts, .mape, .bias]' <<<"$output")" = \
		'["leads","month","naive",1,20,-20]' ]
	at 2025-06-10
	leads_of 05 8
	check dl-forecast grade --steps
	[ "$(jq -c '[.step, .mape]' <<<"$output" | paste -sd' ')" = \
		"[null,10] [1,20] [2,0]" ]
	check dl-forecast kept
	[ "$(jq -c '[.made_at, .step, .time, .mean, .actual]' <<<"$output")" = \
		'["2025-04-10T00:00:00Z",1,"2025-04",8,10]
["2025-04-10T00:00:00Z",2,"2025-05",8,8]' ]
	# As it was known then.
	check dl-forecast grade --now 2025-05-10T00:00:00Z
	[ "$(jq .forecasts <<<"$output")" = 1 ]
	dl-db check -q
}

@test "each definition, group and method is graded by itself, beside the naive ones" {
	at 2025-05-10
	leads_of 01 4 02 6 03 8 04 11
	keep --method drift >/dev/null
	keep --method naive --group industry -w "industry = 'IT'" >/dev/null
	at 2025-07-10
	leads_of 05 12 06 13
	check dl-forecast grade
	[ "$(jq -c '[.group, .where, .method, .forecasts]' <<<"$output")" = \
		"[\"industry\",\"industry = 'IT'\",\"naive\",2]
[null,null,\"drift\",2]
[null,null,\"naive\",2]" ]
	check dl-forecast grade --each
	[ "$(jq -r .series <<<"$output" | sort -u | paste -sd' ')" = "IT leads" ]
	check dl-forecast grade --metric conversions
	prints_nothing
	check dl-forecast grade --since 2025-05-11
	prints_nothing
}

@test "the same again replaces; a dry run keeps nothing; the past is closed" {
	at 2025-04-10
	leads_of 01 4 02 6 03 8
	keep --method naive -n >dry
	[ -z "$(dl-forecast kept -q)" ]
	keep --method naive >one
	same dry one
	keep --method drift >/dev/null
	[ "$(dl-forecast kept -q | jq -r .method | sort -u)" = drift ]
	[ "$(dl-db dump | grep -c '"record":"forecast"')" -eq 1 ]
	check keep --now 2025-04-09T00:00:00Z
	exits 2
	says "before the latest work"
	check dl-forecast keep
	exits 2
	says "give --metric"
	check keep --group email
	exits 2
	says "forecasts of single people are not kept"
}

@test "old forecasts are forgotten when that is asked" {
	at 2025-04-10
	leads_of 01 4 02 6 03 8
	keep --method naive >/dev/null
	at 2025-04-11
	keep --method naive >/dev/null
	check dl-forecast forget
	exits 2
	check dl-forecast forget --until 2025-04-11 -n
	says "1 forecast forgotten (dry run)"
	check dl-forecast forget --until 2025-04-11
	exits 0
	[ "$(dl-forecast kept -q | jq -r .made_at | sort -u)" = 2025-04-11T00:00:00Z ]
}

@test "a segment that is gone leaves the forecasts, without what came" {
	at 2025-04-10
	leads_of 01 4 02 6 03 8
	dl-segment define -q it -w "industry = 'IT'" >/dev/null
	keep --method naive -w "in segment 'it'" >/dev/null
	at 2025-05-10
	dl-segment remove -q it >/dev/null
	check dl-forecast kept
	exits 0
	[ "$(jq -c '[.mean, .actual]' <<<"$output" | head -1)" = "[8,null]" ]
	says "not measured:"
	check dl-forecast grade
	exits 0
	prints_nothing
}

@test "kept forecasts move with the store" {
	at 2025-04-10
	leads_of 01 4 02 6 03 8
	keep --method naive >/dev/null
	dl-db dump >one
	dl-db copy -q "$DL_DB" copy.db >/dev/null 2>&1
	dl-db dump -d copy.db >two
	grep -q '"record":"forecast"' one
	same one two
}

@test "killed at any time, a forecast is kept whole or not at all" {
	at 2025-04-10
	leads_of 01 4 02 6 03 8
	for i in $(seq 1 12); do
		keep --method naive --group industry >/dev/null 2>&1 3>&- &
		sleep "0.00$((i % 10))"
		kill -9 $! 2>/dev/null || true
		wait $! 2>/dev/null || true
	done
	kept=$(dl-forecast kept -q | wc -l)
	[ "$kept" -eq 0 ] || [ "$kept" -eq 2 ]
	dl-db check -q
	keep --method naive --group industry >/dev/null
	[ "$(dl-forecast kept -q | wc -l)" -eq 2 ]
}

@test "two at once keep the same once" {
	at 2025-04-10
	leads_of 01 4 02 6 03 8
	for i in 1 2 3 4; do
		keep --method naive >"out$i" &
	done
	wait
	same out1 out4
	[ "$(dl-forecast kept -q | wc -l)" -eq 2 ]
}

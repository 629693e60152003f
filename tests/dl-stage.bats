#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-stage: leads on their way.
load helper

setup() {
	common_setup
	new_store
	dl-score define -q rules - <<-'END' >/dev/null
	{"rules":[{"name":"size","type":"attribute","when":"company_size exists","points":60},
	 {"name":"demo","type":"behavior","event":"demo_requested","points":30}]}
	END
}

leads() { # leads ID SIZE...: stores them
	while [ $# -gt 0 ]; do
		printf '{"id":"%s","email":"%s@ao.example","company":"株式会社%s"' \
			"$1" "$1" "$1"
		[ -z "$2" ] || printf ',"company_size":%s' "$2"
		echo '}'
		shift 2
	done | dl-import leads -q
}

happens() { # happens LEAD TYPE DAY...: events of January 2026
	while [ $# -gt 0 ]; do
		echo "{\"lead\":\"$1\",\"type\":\"$2\",\"time\":\"2026-01-${3}T01:00:00Z\"}"
		shift 3
	done | dl-import events -q
}

tick() {
	dl-score apply -q "$@" >/dev/null
	dl-stage apply -q "$@"
}

moves() { # of records: lead from>to day
	jq -r '"\(.lead) \(.from // "-")>\(.to // "-") \(.at[8:10])"'
}

@test "the past is walked in its order, each step dated by its event" {
	leads a "" b 100 c ""
	happens a deal_won 09 a assessment_completed 02 a proposal_sent 05 \
		b assessment_completed 03 b deal_lost 12 b demo_requested 04 \
		b sales_contacted 06
	run --separate-stderr tick
	[ "$(moves <<<"$output")" = "a ->new 02
a new>opportunity 05
a opportunity>customer 09
b ->new 03
b new>lost 12" ]
	check dl-stage apply
	prints_nothing
	[ -z "$stderr" ]
	[ "$(dl-lead show a | jq -r .lead.stage)" = customer ]
	[ "$(dl-lead show c | jq -r .lead.stage)" = null ]
	dl-db check -q
}

@test "a score and a contact make mql and sql; a hot lead without one is mql" {
	leads a 100 b 100 c ""
	[ "$(tick | moves)" = "a ->mql 15
b ->mql 15" ]
	happens a demo_requested 14 b demo_requested 14
	[ -z "$(tick)" ]
	happens b sales_contacted 14
	[ "$(tick | moves)" = "b mql>sql 15" ]
	happens a sales_contacted 13 c sales_contacted 13
	[ "$(tick | moves)" = "a mql>sql 15" ]
}

@test "below 40 for 7 days is nurturing, not a moment sooner" {
	leads a "" b ""
	happens a assessment_completed 14 b assessment_completed 14
	tick >/dev/null
	[ -z "$(tick --now 2026-01-21T23:59:59Z)" ]
	dl-lead set -q --now 2026-01-21T23:59:59Z b company_size=5 >/dev/null
	[ "$(tick --now 2026-01-21T23:59:59Z | moves)" = "b new>mql 21" ]
	[ "$(tick --now 2026-01-22T00:00:00Z | moves)" = "a new>nurturing 22" ]
	# Up again, and the waiting begins anew in the stage that follows.
	dl-lead set -q --now 2026-01-23 a company_size=5 >/dev/null
	[ "$(tick --now 2026-01-23 | moves)" = "a nurturing>mql 23" ]
}

@test "a move by hand stands until the lead changes, and old events stay old" {
	leads a ""
	happens a assessment_completed 02 a proposal_sent 03 a deal_lost 04
	tick >/dev/null
	check dl-stage move a mql --as sato -r 再検討
	exits 0
	prints '{"lead":"a","email":"a@ao.example","from":"lost","to":"mql","at":"2026-01-15T00:00:00Z","by":"hand","user":"sato","because":"再検討"}'
	says "dl-stage: 1 moved to mql"
	check dl-stage move a mql
	prints_nothing
	says "dl-stage: 0 moved to mql"
	[ -z "$(tick --all)" ]
	# Below 40 all the time, but nobody looks before something changes.
	[ -z "$(tick --now 2026-02-15)" ]
	dl-lead set -q --now 2026-02-15 a title=部長 >/dev/null
	[ -z "$(tick --now 2026-02-15)" ]
	[ "$(tick --now 2026-02-22 | moves)" = "a mql>nurturing 22" ]
	echo '{"lead":"a","type":"deal_lost","time":"2026-02-22T00:00:00Z"}' |
		dl-import events -q --now 2026-02-23
	[ "$(tick --now 2026-02-23 | moves)" = "a nurturing>lost 22" ]
	[ "$(dl-stage history a | jq -r .by | tr '\n' ' ')" = \
		"rule rule rule hand rule rule " ]
	dl-db audit | jq -se 'map(select(.action == "stage move") | .object) == ["a"]'
	dl-db check -q
}

@test "leads come to move on standard input; what is not there is told" {
	leads a "" b ""
	check dl-stage move - nurturing <<<'{"id":"a"}
{"email":"b@ao.example"}
{"lead":"c"}'
	exits 3
	[ "${#lines[@]}" -eq 2 ]
	grep -q 'no lead has the id or e-mail "c"' <<<"$stderr"
	check dl-stage move a nurtring
	exits 2
	says 'dl-stage: no such stage: "nurtring": did you mean "nurturing"?'
	check dl-stage move -n a lost
	exits 0
	[ "$(dl-lead show a | jq -r .lead.stage)" = nurturing ]
}

@test "a stage set elsewhere counts as a move by hand" {
	leads a 100 b 100
	tick >/dev/null
	dl-lead set -q a stage=opportunity >/dev/null
	echo '{"id":"b","stage":"検討中"}' | dl-import leads -q
	[ "$(tick | moves)" = "a mql>opportunity 15
b mql>検討中 15" ]
	[ "$(dl-stage history b | jq -r .by | tail -1)" = given ]
	[ -z "$(tick)" ]
	check dl-stage list
	jq -se 'map(select(.stage == "検討中")) == [{stage:"検討中",pipeline:false,leads:1}]' \
		<<<"$output"
	dl-db check -q
}

@test "what follows: signals, scores and segments hear of it" {
	leads a ""
	happens a assessment_completed 02
	dl-score define -q stages - <<-'END' >/dev/null
	{"rules":[{"name":"stage","type":"attribute","when":"stage = 'new'","points":7}]}
	END
	dl-score enable -q stages >/dev/null
	tick >/dev/null
	dl-score apply -q >/dev/null
	[ "$(dl-lead show a | jq .score.score)" = 7 ]
	dl-db dump | jq -e 'select(.record == "signal" and .kind == "stage.changed")
		| .data.to == "new" and .data.by == "rule"'
}

@test "a dump says where leads stand, in JSON, also when nothing is waited for" {
	leads a 70
	tick >/dev/null
	stands() {
		dl-db dump | jq -c 'select(.record == "stage_state") |
			[.lead, .stage, .waiting]'
	}
	[ "$(stands)" = '["a","mql",null]' ]
	[ "$(store_sql "SELECT count(*) FROM stage_state WHERE waiting IS NULL")" = 1 ]
	# As it was written once.
	store_sql "UPDATE stage_state SET waiting = ''"
	[ "$(stands)" = '["a","mql",null]' ]
}

@test "a model of one's own: defined, shown, checked, reset" {
	leads a 100
	dl-stage show >shipped.json
	check dl-stage check shipped.json
	exits 0
	cat >own.json <<-'END'
	{"stages":[{"name":"リード"},{"name":"商談","stalled_after":"3d"},{"name":"除外","aside":true}],
	 "moves":[{"to":"リード","from":[null],"when":"company_size >= 50"},
	  {"to":"商談","from":["リード"],"on":"商談開始"}]}
	END
	check dl-stage define own.json
	exits 0
	prints '{"model":"stages","change":"defined"}'
	has_error="no standard event type"
	grep -q "$has_error" <<<"$stderr"
	check dl-stage define own.json
	prints_nothing
	dl-stage show | dl-stage define -q
	[ "$(tick | moves)" = "a ->リード 15" ]
	happens a 商談開始 14
	[ "$(tick | moves)" = "a リード>商談 15" ]
	check dl-stage stalled -f table --now 2026-01-19
	has 株式会社a 商談
	check dl-stage reset
	prints '{"model":"stages","change":"reset"}'
	cmp <(dl-stage show) shipped.json
	while IFS='|' read -r text want; do
		echo "$text" >bad.json
		check dl-stage check bad.json
		exits 4
		grep -qF "$want" <<<"$stderr" || tell "$text: $stderr"
	done <<-'END'
	{"stages":[]}|not 1 to 60 stages
	{"stages":[{"name":"a","aside":true}],"moves":[]}|all stages stand aside
	{"stages":[{"name":"a"},{"name":"a"}],"moves":[]}|the second stage called "a"
	{"stages":[{"name":"a"}],"moves":[{"to":"b","on":"x"}]}|no such stage: "b"
	{"stages":[{"name":"a"}],"moves":[{"to":"a"}]}|needs "on", "when" or both
	{"stages":[{"name":"a"}],"moves":[{"to":"a","from":[],"on":"x"}]}|from nowhere
	{"stages":[{"name":"a"}],"moves":[{"to":"a","on":"x","for":"3d"}]}|goes with "when" alone
	{"stages":[{"name":"a"}],"moves":[{"to":"a","when":"scor > 1"}]}|did you mean
	END
}

@test "the funnel counts cohorts, and stays that go on are not left out" {
	local i
	for i in $(seq 10 29); do
		echo "{\"id\":\"L$i\",\"source\":\"$((i % 2))\"}"
	done | dl-import leads -q
	for i in $(seq 10 29); do
		echo "{\"lead\":\"L$i\",\"type\":\"assessment_completed\",\"time\":\"2025-1$((i % 2 + 1))-05T00:00:00Z\"}"
		[ $((i % 4)) -ne 0 ] ||
			echo "{\"lead\":\"L$i\",\"type\":\"proposal_sent\",\"time\":\"2025-12-25T00:00:00Z\"}"
		[ $((i % 8)) -ne 0 ] ||
			echo "{\"lead\":\"L$i\",\"type\":\"deal_won\",\"time\":\"2026-01-04T00:00:00Z\"}"
	done | dl-import events -q
	tick >/dev/null
	check dl-stage funnel
	exits 0
	says "dl-stage: 20 leads entered the pipeline"
	[ "$(jq -c '[.stage, .reached, .now, .conversion, .median_days, .bottleneck]' \
		<<<"$output" | tr '\n' ' ')" = '["new",20,15,0.25,50,true] ["mql",5,0,1,null,null] ["sql",5,0,1,null,null] ["opportunity",5,3,0.4,null,null] ["customer",2,2,null,null,null] ["nurturing",0,0,null,null,null] ["lost",0,0,null,null,null] ' ] || tell "$output"
	[ "$(dl-stage funnel -q --by month | jq -r 'select(.stage == "new")
		| "\(.cohort) \(.reached)"')" = "2025-11 10
2025-12 10" ]
	[ "$(dl-stage funnel -q -w "source = '0'" | jq -s '.[0].reached')" = 10 ]
	[ "$(dl-stage funnel -q --since 2025-12-01 | jq -s '.[0].reached')" = 10 ]
	[ "$(dl-stage funnel -q --until 2025-12-01 | jq -s '.[3].reached')" = 5 ]
	check dl-stage funnel -f table
	has bottleneck opportunity "25.0 %"
	# Where nobody is lost there is none.
	dl-stage move -q - customer < <(seq 10 29 | sed 's/.*/{"lead":"L&"}/') >/dev/null
	check dl-stage funnel -f table
	lacks bottleneck
}

fresh() { # fresh NAME: a store with scores, and no stage yet
	new_store "$1"
	sample leads 400 | dl-import leads -q
	sample events 400 | dl-import events -q
	dl-score define -q --reference >/dev/null
	dl-score apply -q >/dev/null
}

@test "killed anywhere and run again: the same moves, each once" {
	local i
	fresh quiet
	dl-stage apply -q >quiet.out
	dl-db dump >quiet.dump
	[ "$(wc -l <quiet.out)" -gt 50 ]
	for i in 1 2 3; do
		fresh "again$i"
		# (timeout would not wait until it is gone, lease and all.)
		dl-stage apply -q >killed.out &
		sleep "0.0$((i * 2))"
		kill -KILL $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		dl-stage apply -q --all >/dev/null
		cmp <(dl-db dump) quiet.dump || tell "kill $i"
	done
}

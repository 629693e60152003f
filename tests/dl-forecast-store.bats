#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-forecast: what a store can be measured by.

load helper

setup() {
	common_setup
	new_store
	dl-db tenant set -q zone=Asia/Tokyo >/dev/null
}

leads() { # leads ID CREATED INDUSTRY...
	while [ $# -gt 0 ]; do
		printf '{"id":"%s","email":"%s@ao.example","created_at":"%s","industry":"%s"}\n' \
			"$1" "$1" "$2" "$3"
		shift 3
	done | dl-import leads -q
}

happens() { # happens LEAD TYPE TIME...
	while [ $# -gt 0 ]; do
		echo "{\"lead\":\"$1\",\"type\":\"$2\",\"time\":\"$3\"}"
		shift 3
	done | dl-import events -q
}

at() { # at DATE: it is then
	export DL_NOW=$1T00:00:00Z
}

values() { # values OPTION...: name time value of, a line each
	dl-forecast series -q "$@" |
		jq -r '[.series, .time, .value, .of // empty] | map(tostring) | join(" ")'
}

@test "leads by day, week and month of the tenant's zone; what is not over is left out" {
	# 15:00 UTC is midnight in Tokyo.
	leads a 2025-11-30T14:59:59Z IT b 2025-11-30T15:00:00Z IT \
		c 2025-12-31T15:00:00Z IT d 2026-01-13T14:59:59Z IT \
		e 2026-01-14T15:00:00Z IT f 2026-01-20T00:00:00Z IT
	[ "$(values --metric leads --by month)" = "leads 2025-11 1
leads 2025-12 1" ]
	[ "$(values --metric leads --by week --since 2025-12-28)" = \
		"leads 2025-12-29 1
leads 2026-01-05 0" ]
	[ "$(values --metric leads --by day --since 2026-01-12 --now 2026-01-16T00:00:00Z)" = \
		"leads 2026-01-13 1
leads 2026-01-14 0
leads 2026-01-15 1" ]
	[ "$(values --metric leads --by quarter)" = "leads 2025-Q4 2" ]
	[ "$(values --metric leads --by year)" = "leads 2025 2" ]
	[ "$(values --metric leads --by hour --since 2026-01-13T14:00:00Z |
		sed -n '1p;2p;$p')" = "leads 2026-01-13T14:00:00Z 1
leads 2026-01-13T15:00:00Z 0
leads 2026-01-14T23:00:00Z 0" ]
	check dl-forecast -H 2 --method naive --metric leads --by month -f csv
	exits 0
	[ "${lines[1]}" = leads,1,2026-01,1,1,1,1,1,naive ]
}

@test "a condition says of which leads, a field parts them into groups" {
	leads a 2025-10-05 IT b 2025-10-06 製造業 c 2025-11-05 製造業 \
		d 2025-12-05 "" e 2025-12-06 IT
	happens a email_opened 2025-11-01 a email_opened 2025-11-02 \
		c email_opened 2025-12-01 d email_clicked 2025-12-01
	[ "$(values --metric leads --by month --group industry)" = "IT 2025-10 1
IT 2025-11 0
IT 2025-12 1
製造業 2025-10 1
製造業 2025-11 1
製造業 2025-12 0
(none) 2025-12 1" ]
	[ "$(values --metric leads --by month -w "industry = '製造業'" | wc -l)" -eq 3 ]
	[ "$(values --metric events:email_opened --by month --group industry)" = \
		"IT 2025-11 2
IT 2025-12 0
製造業 2025-12 1" ]
	[ "$(values --metric events --by month)" = "events 2025-11 2
events 2025-12 2" ]
	check dl-forecast --metric leads --group tags
	exits 2
	says "--group: tags is a list"
	check dl-forecast --metric leads --group industri
	exits 2
	says 'did you mean "industry"'
}

@test "conversions and rates: when, of how many, and only who had the time" {
	leads a 2025-08-05 IT b 2025-08-06 IT c 2025-08-07 IT d 2025-09-05 IT \
		e 2025-09-06 IT f 2025-11-20 IT
	happens a deal_won 2025-08-20 a deal_won 2025-10-01 \
		b deal_lost 2025-08-21 d deal_won 2025-12-24 e deal_lost 2025-12-01
	[ "$(values --metric conversions --by month)" = "conversions 2025-08 1
conversions 2025-09 0
conversions 2025-10 0
conversions 2025-11 0
conversions 2025-12 1" ]
	# 30 days: leads of December have not had them. None came in October.
	[ "$(values --metric conversion_rate --within 30d --by month)" = \
		"conversion_rate 2025-08 0.3333333333333333 3
conversion_rate 2025-09 0 2
conversion_rate 2025-10 0 0
conversion_rate 2025-11 0 1" ]
	[ "$(dl-forecast series -q --metric conversion_rate --within 30d \
		--by month | jq -c 'select(.filled).time')" = '"2025-10"' ]
	[ "$(values --metric conversion_rate --within 120d --by month)" = \
		"conversion_rate 2025-08 0.3333333333333333 3" ]
	[ "$(values --metric win_rate --by quarter)" = "win_rate 2025-Q3 0.5 2
win_rate 2025-Q4 0.5 2" ]
	# What converts is the tenant's to say.
	dl-db tenant set -q conversion_events=deal_lost >/dev/null
	[ "$(values --metric conversions --by quarter)" = "conversions 2025-Q3 1
conversions 2025-Q4 1" ]
}

@test "a way into the stage customer converts, unless a date is known" {
	at 2025-08-10
	leads a 2025-08-05 IT b 2025-08-06 IT
	at 2025-10-05
	dl-stage move -q a customer >/dev/null
	at 2025-11-05
	dl-stage move -q b customer >/dev/null
	at 2026-01-15
	happens a deal_won 2025-09-01
	[ "$(values --metric conversions --by month)" = "conversions 2025-09 1
conversions 2025-10 0
conversions 2025-11 1
conversions 2025-12 0" ]
	[ "$(values --metric stage:customer --by quarter)" = "stage:customer 2025-Q4 2" ]
}

@test "tasks, messages and assessments count with and without a lead" {
	at 2025-10-01
	leads a 2025-08-05 IT
	dl-task add -q -l a call >/dev/null
	dl-task add -q tidy >/dev/null
	at 2025-11-02
	dl-task done -q 1 >/dev/null
	dl-task done -q 2 >/dev/null
	at 2026-01-15
	[ "$(values --metric tasks --by month | head -1)" = "tasks 2025-11 2" ]
	[ "$(values --metric tasks --by month --group industry | grep 11)" = \
		"IT 2025-11 1
(none) 2025-11 1" ]
	[ "$(values --metric tasks --by month -w "industry = 'IT'" | head -1)" = \
		"tasks 2025-11 1" ]
	echo '{"lead":"a","response":"r1","assessment":"x","completed_at":"2025-12-01T00:00:00Z"}' |
		dl-import assessments -q
	[ "$(values --metric assessments --by month)" = "assessments 2025-12 1" ]
}

@test "levels stand as they stood at the end of each step" {
	at 2025-08-10
	dl-score define -q rules - <<-'END' >/dev/null
	{"rules":[{"name":"it","type":"attribute","when":"industry = 'IT'","points":60},
	 {"name":"demo","type":"behavior","event":"demo_requested","points":30}]}
	END
	leads a 2025-08-05 IT b 2025-08-06 IT
	dl-segment define -q demo - <<<'{"where":"count(demo_requested) >= 1"}' \
		>/dev/null
	dl-score apply -q >/dev/null
	at 2025-10-10
	happens a demo_requested 2025-10-05
	dl-score apply -q >/dev/null
	dl-segment refresh -q >/dev/null
	at 2026-01-15
	[ "$(values --metric score --by month)" = "score 2025-08 60
score 2025-09 60
score 2025-10 75
score 2025-11 75
score 2025-12 75" ]
	[ "$(values --metric score --by month --since 2025-11-01)" = \
		"score 2025-11 75
score 2025-12 75" ]
	[ "$(values --metric segment:demo --by quarter)" = "segment:demo 2025-Q4 1" ]
	[ "$(values --metric hot --by quarter)" = "hot 2025-Q4 1" ]
	check dl-forecast --metric segment:dem
	exits 2
	says 'no such segment: "dem"'
}

@test "nothing to count is said, and a metric must be one" {
	check dl-forecast --metric leads
	exits 3
	prints_nothing
	says '"leads": nothing to count in any week that is over'
	check dl-forecast --metric evens
	exits 2
	says 'did you mean "events"'
	check dl-forecast --metric stage:
	exits 2
	check dl-forecast --metric leads --by weekday
	exits 2
	check dl-forecast --metric leads --zone UTC
	exits 2
	says "--zone is about records"
	check dl-forecast --metric leads file.csv
	exits 2
	check dl-forecast --group industry
	exits 2
	says "--group is about a store: give --metric"
	check dl-forecast metrics
	exits 0
	[ "$(jq -r .metric <<<"$output" | head -2)" = $'leads\nconversions' ]
}

@test "another tenant's facts count for nobody else" {
	leads a 2025-10-05 IT
	dl-db tenant add -q other >/dev/null
	echo '{"id":"x","email":"x@b.example","created_at":"2025-10-06","industry":"secret"}' |
		dl-import leads -q -t other
	[ "$(values -t main --metric leads --by quarter)" = "leads 2025-Q4 1" ]
	check dl-forecast series -t main --metric leads --by quarter --group industry
	lacks secret
	says "1 series"
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-forecast: numbers in time, and how they go on.

load helper

series() { # series TIME VALUE...: CSV without names
	echo time,value
	while [ $# -gt 0 ]; do
		echo "$1,$2"
		shift 2
	done
}

times() { # of the records printed, in a line
	jq -r .time <<<"$output" | paste -sd' '
}

@test "the calendar is found from the times, and goes on as it is written" {
	while read -r want line; do
		# shellcheck disable=SC2086
		check dl-forecast -q -H 2 --method naive < <(
			# shellcheck disable=SC2046
			series $(printf '%s 1 ' $line))
		exits 0
		[ "$(times)" = "${want//_/ }" ] || tell "$line: $(times)"
	done <<-'END'
	2026-01-08_2026-01-09 2026-01-05 2026-01-06 2026-01-07
	2026-01-12_2026-01-13 2026-01-01 2026-01-02 2026-01-05 2026-01-06 2026-01-07 2026-01-08 2026-01-09
	2026-01-19_2026-01-26 2025-12-29 2026-01-05 2026-01-12
	2026-02-28_2026-03-31 2025-12-31 2026-01-31
	2024-02-29_2024-03-30 2023-12-30 2024-01-30
	2026-05-15_2026-06-15 2026-01-15 2026-02-15 2026-04-15
	2026-09-30_2026-12-31 2025-12-31 2026-03-31 2026-06-30
	2028-02-29_2029-02-28 2025-02-28 2026-02-28 2027-02-28
	2026-03_2026-04 2026-01 2026-02
	2026-03_2026-04 2025/12 2026/1 2026/2
	2026-Q2_2026-Q3 2025-Q4 2026-Q1
	2027-W01_2027-W02 2026-W51 2026-W52 2026-W53
	2030_2031 2027 2028 2029
	2026-01-05T03:00:00Z_2026-01-05T04:00:00Z 2026-01-05T00:00 2026-01-05T01:00 2026-01-05T02:00
	2026-01-05T00:15:00Z_2026-01-05T00:20:00Z 2026-01-05T00:00:00Z 2026-01-05T00:05:00Z 2026-01-05T00:10:00Z
	2026-01-08T09:30:00Z_2026-01-09T09:30:00Z 2026-01-05T09:30 2026-01-06T09:30 2026-01-07T09:30
	22_27 7 12 17
	END
}

@test "days are days where the clock changes, and hours are hours" {
	check dl-forecast -q --zone Europe/Berlin -H 2 --method naive < <(
		series 2026-03-27T00:00 1 2026-03-28T00:00 2 2026-03-29T00:00 3)
	[ "$(times)" = "2026-03-29T22:00:00Z 2026-03-30T22:00:00Z" ]
	check dl-forecast --zone Europe/Berlin -H 1 --method naive < <(
		series 2026-03-29T01:00 1 2026-03-29T03:00 2 2026-03-29T04:00 3)
	[ "$(times)" = 2026-03-29T03:00:00Z ]
	[ "$stderr" = "dl-forecast: 1 series" ]
	# In autumn an hour comes twice; offsets tell which.
	check dl-forecast --zone Europe/Berlin -H 1 --method naive < <(
		series 2026-10-25T02:00+02:00 1 2026-10-25T02:00+01:00 2 \
			2026-10-25T03:00+01:00 3)
	[ "$(times)" = 2026-10-25T03:00:00Z ]
	[ "$stderr" = "dl-forecast: 1 series" ]
}

@test "gaps, doubles and times out of place are told and mended" {
	check dl-forecast -H 1 --method naive < <(series 2025-12-22 0 \
		2025-12-29 0 2026-01-05 1 2026-01-13 2 2026-01-19 3 \
		2026-01-19 5 2026-02-02 7 2026-02-09 NA)
	exits 0
	[ "$(jq -c '[.time,.mean]' <<<"$output")" = '["2026-02-09",7]' ]
	says "1 time is not a week apart from the others: moved" \
		"1 value more at a time that has one: the last counts" \
		"1 of 7 values missing, the first at 2026-01-26: filled in"
	for rule in last:5 first:3 sum:8 mean:4; do
		check dl-forecast -q -H 1 --method naive \
			--duplicates "${rule%:*}" < <(
			series 2026-01-05 1 2026-01-12 3 2026-01-12 5)
		[ "$(jq .mean <<<"$output")" = "${rule#*:}" ]
	done
}

@test "what is filled in follows the season, or is 0 where that was said" {
	# Two seasons of 4; the missing one is between 10 and 14 of its like.
	check dl-forecast -q -H 4 --period 4 --method snaive < <(series 1 10 2 1 \
		3 1 4 1 6 1 7 1 8 1 9 14 10 1 11 1 12 1)
	exits 0
	check dl-forecast -q -H 5 --period 8 --method snaive < <(series 1 10 2 1 \
		3 1 4 1 6 1 7 1 8 1 9 14 10 1 11 1 12 1)
	exits 0
	[ "$(jq .mean <<<"$output" | paste -sd' ')" = "1 1 1 1 14" ]
	check dl-forecast -q -H 1 --method naive < <(series 1 8 2 8 3 8 9 8)
	exits 3
	says "5 of 9 values missing" "--gaps zero"
	check dl-forecast -q -H 4 --period 4 --gaps zero --method snaive < <(
		series 1 8 2 8 3 8 9 8)
	[ "$(jq .mean <<<"$output" | paste -sd' ')" = "0 0 0 8" ]
}

@test "steps that are asked for put together what is within them" {
	check dl-forecast --by month --duplicates sum -H 1 --method naive < <(
		series 2025-10-03 1 2025-10-30 9 2025-11-10 10 2025-12-24 20 \
			2025-12-31 50)
	[ "$(jq -c '[.time,.mean]' <<<"$output")" = '["2026-01",70]' ]
	[ "$stderr" = "dl-forecast: 1 series" ]
	for unit in hour:2026-01-14T02:00:00Z day:2026-01-15 week:2026-01-19 \
		weekday:2026-01-15 quarter:2026-Q2 year:2027; do
		check dl-forecast -q --by "${unit%%:*}" --gaps zero -H 1 \
			--method naive < <(series 2025-12-29T09:30 1 2026-01-14T01:10 2)
		exits 0
		[ "$(times)" = "${unit#*:}" ] || tell "$unit"
	done
}

@test "many series come in any order; the poor ones are named" {
	check dl-forecast -H 1 --method naive - <<-'END'
	{"series":"東京","time":"2026-01","value":5}
	{"series":"b","time":"2026-01","value":1}
	{"series":"東京","time":"2026-02","value":"1,006"}
	{"series":"c","time":"2026-02","value":null}
	{"series":"b","time":"2026-03","value":7}
	{"series":"b","time":"2026-02","value":3}
	END
	exits 3
	[ "$(jq -c '[.series,.time,.mean]' <<<"$output")" = \
		$'["東京","2026-03",1006]\n["b","2026-04",7]' ]
	says 'dl-forecast: "c": no values' "3 series, 1 refused"
}

@test "sorted series are told apart as they come, and none comes back" {
	printf 'series,time,value\na,1,5\na,2,6\nb,1,7\nb,2,8\na,3,9\n' >in.csv
	check dl-forecast -H 1 --method naive --sorted --rejects bad.ndjson in.csv
	exits 3
	[ "$(jq -c '[.series,.mean]' <<<"$output")" = $'["a",6]\n["b",8]' ]
	says 'in.csv:6: "a" was before another: without --sorted'
	[ "$(jq -r .value bad.ndjson)" = 9 ]
	head -5 in.csv | dl-forecast -q -H 3 --method naive >any
	head -5 in.csv | dl-forecast -q -H 3 --method naive --sorted | cmp - any
}

@test "records that are none are rejected, named and kept" {
	check dl-forecast -H 1 --method naive --rejects bad.ndjson - <<-'END'
	{"time":"2026-01-05","value":5}
	{"time":"2026-01-06","value":"inf"}
	{"time":"soon","value":1}
	{"time":"2026-02-30","value":1}
	{"time":17,"value":1}
	{"value":1}
	{"time":"2026-01-06","value":[1]}
	{"time":"2026-01-06","value":1e999}
	{"time":"2026-01-06","value":6}
	not a record
	END
	exits 3
	[ "$(jq .mean <<<"$output")" = 6 ]
	says '<stdin>:2: value: not a number: "inf"' \
		'<stdin>:3: time: not a time: "soon"' \
		'<stdin>:4: time: not a time: "2026-02-30"' \
		'<stdin>:5: time: a number among dates' '<stdin>:6: time: missing' \
		'<stdin>:7: value: not a number' "8 of 10 records rejected"
	[ "$(wc -l <bad.ndjson)" -eq 8 ]
}

@test "fields have the names they have, in whatever encoding" {
	printf '店,日付,件数\n東京,2026年1月5日,"1,200"\n東京,2026/1/6,３\n' |
		iconv -t cp932 >in.csv
	check dl-forecast -q -e cp932 --series 店 --time 日付 --value 件数 -H 1 \
		--method naive in.csv
	exits 0
	[ "$(jq -c '[.series,.time,.mean]' <<<"$output")" = \
		'["東京","2026-01-07",3]' ]
	check dl-forecast -q -e cp932 in.csv
	exits 2
	prints_nothing
	says 'in.csv:1: no field "time": name it with --time; there is "店", "日付", "件数"'
}

@test "no forecast is below 0 where nothing is, unless that is wanted" {
	check dl-forecast -q -H 3 --method drift < <(series 1 9 2 3 3 1)
	[ "$(jq -s 'map(.mean,.lo95,.lo80) | min' <<<"$output")" = 0 ]
	check dl-forecast -q -H 3 --method drift --allow-negative < <(
		series 1 9 2 3 3 1)
	[ "$(jq -s '.[2].mean' <<<"$output")" = -11 ]
	check dl-forecast -q -H 3 --method drift < <(series 1 9 2 3 3 -1)
	[ "$(jq -s '.[2].mean' <<<"$output")" = -16 ]
}

@test "numbers beyond reason are refused, never printed" {
	for values in "1 1e308 2 -1e308 3 1e308" "1 1 999999999999999 2" \
		"2026-01-05T00:00:00Z 1 2026-01-05T00:00:01Z 2 2027-01-05 3"; do
		# shellcheck disable=SC2086
		check dl-forecast -q -H 2 --method drift < <(series $values)
		[ "$status" -eq 3 ] || [ "$status" -eq 0 ]
		lacks null inf nan
	done
	check dl-forecast -q -H 2 --method naive < <(series 1 1 99999999999999999 2)
	exits 3
	says 'time: not a time: "99999999999999999"'
}

@test "an unknown method, period or zone is refused before anything is read" {
	for option in "--method magic" "--period 0" "--period often" \
		"--zone Mars/North" "--by second"; do
		# shellcheck disable=SC2086
		check dl-forecast $option no-such-file.csv
		exits 2
		prints_nothing
	done
	check dl-forecast --method magic
	says 'dl-forecast: no such method: "magic"'
	check dl-forecast --method niave
	says 'did you mean "naive"?'
}

@test "nothing in, nothing out" {
	check dl-forecast </dev/null
	exits 0
	prints_nothing
	check dl-forecast -f csv < <(echo time,value)
	exits 0
	prints "series,step,time,mean,lo80,hi80,lo95,hi95,method"
}

saw() { # a season of 4 that grows, 40 of them
	echo time,value
	local i
	for i in $(seq 1 40); do
		echo "$i,$((i % 4 * 10 + i))"
	done
}

@test "a backtest measures what would have been said, method by method" {
	check dl-forecast backtest --period 4 --method drift -H 4 < <(saw)
	exits 0
	[ "$(jq -r .method <<<"$output" | paste -sd' ')" = "drift naive snaive" ]
	[ "$(jq -s 'map(.forecasts) | unique' -c <<<"$output")" = "[40]" ]
	# What grows by 4 a season is missed by 4, always.
	[ "$(jq -c 'select(.method == "snaive") | [.mase, .rmsse, .coverage95]' \
		<<<"$output")" = "[1,1,100]" ]
	says "; drift loses to snaive"
	check dl-forecast backtest --period 4 --method snaive -H 4 --steps \
		--origins 3 --every 4 < <(saw)
	[ "$(jq -c 'select(.method == "snaive") | [.step, .forecasts]' \
		<<<"$output" | paste -sd' ')" = "[null,12] [1,3] [2,3] [3,3] [4,3]" ]
}

@test "the gate is shut to what the naive methods beat" {
	check dl-forecast backtest -q --gate --period 4 --method drift < <(saw)
	exits 4
	check dl-forecast backtest -q --gate --period 4 --method snaive < <(saw)
	exits 0
}

@test "series are measured together or each by itself; short ones are named" {
	{
		echo series,time,value
		saw | sed '1d; s/^/a,/'
		saw | sed '1d; s/^/b,/' | head -30
		echo c,1,1
	} >in.csv
	check dl-forecast backtest --period 4 -H 2 in.csv
	exits 3
	says '"c": a backtest of 2 steps needs'
	[ "$(jq -c 'select(.method == "naive") | [.series, .forecasts]' \
		<<<"$output")" = "[null,40]" ]
	check dl-forecast backtest -q --each --period 4 -H 2 in.csv
	[ "$(jq -c 'select(.method == "naive") | [.series, .forecasts]' \
		<<<"$output" | paste -sd' ')" = '["a",20] ["b",20]' ]
}

@test "how many are at work at once changes nothing" {
	{
		echo series,time,value
		for i in $(seq 1 60); do saw | sed "1d; s/^/s$i,/" | head -$((i - 1)); done
	} >in.csv
	for jobs in 1 2 7; do
		dl-forecast --period 4 --method ets --jobs "$jobs" in.csv \
			>"out$jobs" 2>"err$jobs" || [ $? -eq 3 ]
		dl-forecast backtest --period 4 --method theta -H 2 --jobs "$jobs" \
			in.csv >>"out$jobs" 2>>"err$jobs" || [ $? -eq 3 ]
	done
	[ "$(wc -l <out1)" -gt 200 ]
	same out1 out2
	same out1 out7
	same err1 err7
}

@test "every method that is listed forecasts" {
	check dl-forecast methods
	exits 0
	while read -r name; do
		saw | dl-forecast -q --period 4 --method "$name" -H 3 >out ||
			tell "$name"
		[ "$(wc -l <out)" -eq 3 ] || tell "$name"
	done < <(jq -r .method <<<"$output")
}

@test "what auto chose from is told" {
	check dl-forecast -q --period 4 --explain < <(saw)
	exits 0
	jq -es 'length > 2 and (map(.weight) | add | . > 0.99 and . < 1.01) and
		all(.[]; .error >= 0 and .origins > 0 and (.mean | not))' \
		<<<"$output" >/dev/null
	check dl-forecast --explain --method naive < <(saw)
	exits 2
	says "--explain is about auto"
	check dl-forecast -q --period 4 -H 1 < <(saw)
	[[ $(jq -r .method <<<"$output") == auto* ]]
}

@test "what auto chose from is told of the series that were named" {
	check dl-forecast -q --explain --series shop < <(
		echo shop,time,value
		for shop in north south; do
			for t in {1..20}; do
				echo "$shop,$t,$((t * t % 7))"
			done
		done)
	exits 0
	[ "$(jq -r .series <<<"$output" | uniq | paste -sd' ')" = "north south" ]
}

@test "several seasons: of numbers they are named, of days they are known" {
	# Three years of 50 days of 7; the fourth is forecast.
	seasons() {
		awk -v from="$1" -v to="$2" 'BEGIN {
			if (from == 0) print "time,value"
			for (t = from; t < to; t++) {
				week = t % 7 == 6 ? 40 : t % 7 == 5 ? 70 : 100
				year = t % 350 < 175 ? 30 : -30
				print t "," week + year + t * t % 11
			}
		}'
	}
	off() { # how far the forecast is from what comes, in the middle
		dl-forecast -q --method stl -H 350 "$@" < <(seasons 0 1050) |
			jq -r '[.time,.mean,.method] | join(",")' |
			join -t, - <(seasons 1050 1400) |
			awk -F, '{ s += ($2 > $4 ? $2 - $4 : $4 - $2) }
				END { print int(s / NR), $3 }'
	}
	[ "$(off --period 7,350)" = "2 mstl" ]
	[ "$(off --period 7 | cut -d' ' -f2)" = stl ]
	[ "$(off --period 7 | cut -d' ' -f1)" -gt 20 ]
	# Of days the calendar knows both.
	days() { seasons 0 1095 | sed 's/350/365/' | awk -F, -v OFS=, 'NR > 1 {
		$1 = strftime("%Y-%m-%d", 1672531200 + (NR - 2) * 86400, 1) } 1'; }
	[ "$(dl-forecast -q --method stl -H 1 < <(days) | jq -r .method)" = mstl ]
	[ "$(dl-forecast -q --method stl -H 1 --period 7 < <(days) |
		jq -r .method)" = stl ]
	for wrong in 7,7 365,7 1,7 7, ,7 7,20,50,365,700 7,x 2000000; do
		check dl-forecast --period "$wrong" </dev/null
		exits 2
		says "--period: neither numbers of steps, like 7 or 7,365, nor \"auto\": \"$wrong\""
	done
}

@test "a last step that is not over is left out, or told" {
	days() { # days LAST: 5 each day, from 2025-10-01 on
		echo time,value
		awk -v last="$1" 'BEGIN { for (t = 1759276800; t <= 1775000000;
			t += 86400) {
				day = strftime("%Y-%m-%d", t, 1)
				print day ",5"
				if (day == last) exit
			} }'
	}
	months() {
		check dl-forecast series --by month --duplicates sum -f csv "$@"
		exits 0
	}
	months < <(days 2026-01-09)
	[ "${lines[-1]}" = ",2026-01,45,," ] || tell "$output"
	says "the last step, 2026-01, ends sooner than those before it: if it is not over, leave it out with --until"
	for until in 2026-01-09 2026-01-01 now; do
		DL_NOW=2026-01-09T07:00:00Z months --until "$until" < <(
			days 2026-01-09)
		[ "${lines[-1]}" = ",2025-12,155,," ] || tell "$until: $output"
		[ "$stderr" = "dl-forecast: 1 series" ]
	done
	# What is over, or as long as the others, is nothing to tell of.
	months --until 2026-01-01T00:00:00+09:00 < <(days 2026-01-09)
	[ "${lines[-1]}" = ",2025-11,150,," ]
	months < <(days 2026-01-30)
	[ "$stderr" = "dl-forecast: 1 series" ]
	check dl-forecast series --until 2025-10-03 < <(days 2025-12-31)
	[ "$(times)" = "2025-10-01 2025-10-02" ]
	check dl-forecast series --until 2025-10-01 < <(days 2025-12-31)
	exits 3
	says 'no values before --until'
	check dl-forecast series --until now --metric leads
	exits 2
	says '--until is about records'
}

@test "backtest --gate: who made no forecast has not won" {
	printf '%s\n' 1e308 -1e308 1e308 1e307 -1e308 3 1e308 1e308 -1e308 5 |
		awk '{ printf "{\"time\":\"2024-01-%02d\",\"value\":%s}\n", NR, $1 }' \
			>big.ndjson
	check dl-forecast backtest -H 1 --origins 2 --gate big.ndjson
	exits 4
	says "auto made no forecast"
}

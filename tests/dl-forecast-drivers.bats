#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-forecast simulate: drivers from the store and from files, and drivers that
# act later. Known because it was made so: 3 leads a week, 2 for each seminar of
# the week before, 1 for each 10 of budget.

load helper

# What became of 60 weeks, from Monday 2024-11-11 on: a line for each lead, each
# seminar, each day with a budget (a seventh part of the week's), and 4 weeks of
# the plan.
made() { # made leads|seminars|budget
	awk -v what="$1" '
	function roll(n) {
		x = x * 16807 % 2147483647
		return int(x / 2147483647 * n)
	}
	function date(day) {
		return strftime("%Y-%m-%d", 1731283200 + day * 86400, 1)
	}
	BEGIN {
		x = 4711
		if (what == "budget")
			print "time,budget"
		for (w = 0; w < 64; w++) {
			before = seminars
			seminars = roll(3)
			budget = 7 * roll(6)
			for (d = 0; d < 7 && what == "budget"; d++)
				printf "%s,%g\n", date(7 * w + d), budget / 7
			for (i = 0; w < 60 && what == "seminars" && i < seminars; i++)
				printf "{\"lead\":\"w0n0\",\"type\":\"seminar_held\",\"time\":\"%sT03:00:00Z\"}\n", date(7 * w + i)
			leads = int(3 + 2 * before + budget / 10 + roll(2))
			for (i = 0; w < 60 && what == "leads" && i < leads; i++)
				printf "{\"id\":\"w%dn%d\",\"email\":\"w%dn%d@ao.example\",\"industry\":\"%s\",\"created_at\":\"%sT01:00:00Z\"}\n", w, i, w, i, i % 2 ? "IT" : "food", date(7 * w + i % 7)
		}
	}'
}

stocked() {
	new_store
	made leads | dl-import leads -q
	made seminars | dl-import events -q
	export DL_NOW=2026-01-05T00:00:00Z
}

simulate() {
	check dl-forecast simulate --metric leads --period 1 "$@"
}

field() {
	jq "$1" <<<"$output"
}

@test "another metric of the store drives it, a step later" {
	stocked
	made budget >budget.csv
	simulate --set held=+1 --driver held=events:seminar_held --lag held=1 \
		--driver budget --drivers budget.csv -H 4 --effects
	exits 0
	[ "$(field 'select(.driver == "held") | .lag == 1 and
		(.unit - 2 | fabs) < 0.4 and .lo95 < 2 and .hi95 > 2')" = true ]
	[ "$(field 'select(.driver == "budget") | .lag == 0 and
		(.unit - 0.1 | fabs) < 0.03')" = true ]
	# Four weeks are changed, and what comes of the last one is in the fifth.
	[ "$(field 'select(.from) | [.from, .to, .clear] | join(" ")')" = \
		'"2026-01-05 2026-02-02 true"' ]
	[ "$(field 'select(.from) | (.difference - 8 | fabs) < 1.6')" = true ]
	field 'select(.from).answer' |
		grep 'in 4 steps and the 1 behind, most likely .*; held acts 1 step later'
	# A metric may be named as it is.
	simulate --set events:seminar_held=+1 --lag 1 -H 4
	exits 0
	[ "$(field '(.difference - 8 | fabs) < 3')" = true ]
}

@test "days of a file are summed into weeks, with what is planned" {
	stocked
	made budget >budget.csv
	simulate --set budget=+7 --drivers budget.csv --cost budget \
		--driver held=events:seminar_held --lag held=1 -H 4
	exits 0
	[ "$(field '.cost == 28 and .clear and .cost_each > 7 and
		.cost_each < 13')" = true ]
	# The plan: without a budget in 2026 there would be less.
	none=$(field .before)
	sed '/^2026/d' budget.csv >spent.csv
	awk 'NR == 1 || /^2026/' budget.csv | sed '2,$s/,.*/,0/; 1d' >>spent.csv
	simulate --set budget=+7 --drivers spent.csv -H 4 \
		--driver held=events:seminar_held --lag held=1
	exits 0
	[ "$(field ".before < $none - 1")" = true ]
	simulate --set budget=+1 --drivers budget.csv --duplicates last -H 4 \
		--driver held=events:seminar_held --lag held=1 --effects
	[ "$(field 'select(.driver == "budget") | (.unit - 0.7 | fabs) < 0.2')" = true ]
}

@test "of each group its own: metrics of its leads, records with its name" {
	stocked
	{
		echo time,industry,price
		made budget | sed '1d' | awk -F, -v OFS=, '
			{ print $1, "IT", $2; print $1, "food", 5 - $2 }'
	} >prices.csv
	simulate --group industry --drivers prices.csv --series industry \
		--set price=+1 --driver held=events:seminar_held --lag held=1 \
		-H 2 --effects
	# --series is about records, and those of drivers are some.
	exits 0
	[ "$(field 'select(.series == "IT" and .driver == "price").unit > 0.02')" = true ]
	[ "$(field 'select(.series == "food" and .driver == "price").unit < -0.02')" = true ]
	# All seminars were held by a lead in food: in IT there was none.
	[ "$(field 'select(.series == "IT" and .driver == "held") |
		[.least, .most] == [0, 0] and (has("unit") | not)')" = true ]
	[ "$(field 'select(.series == "food" and .driver == "held") |
		.most == 2 and .unit > 0.5')" = true ]
}

@test "the lag is found among many, and --explain says by what" {
	stocked
	simulate --set events:seminar_held=+1 --lag 0..4 -H 4
	exits 0
	field .answer | grep 'events:seminar_held acts 1 step later'
	simulate --set events:seminar_held=+1 --lag 0..4 -H 4 --explain
	exits 0
	[ "$(field .lag | paste -sd' ')" = "0 1 2 3 4" ]
	[ "$(field 'select(.chosen).lag')" = 1 ]
	[ "$(jq -s '(map(.aicc) | min) == (map(select(.chosen)) | .[0].aicc)' \
		<<<"$output")" = true ]
	# Of records: the first four values have no driver four steps before.
	check dl-forecast simulate -q --set x=+1 --lag x=4 --period 1 -H 2 < <(
		awk 'BEGIN { print "time,value,x"
			for (t = 0; t < 18; t++)
				print t "," (t < 4 ? 900 : 5 * ((t - 4) * 7 % 11)) + t % 2 "," t * 7 % 11 }')
	exits 3
	says 'there are 14 observations; to tell what 1 driver does takes 15'
	check dl-forecast simulate -q --set x=+1 --lag x=4 --period 1 -H 2 < <(
		awk 'BEGIN { print "time,value,x"
			for (t = 0; t < 40; t++)
				print t "," (t < 4 ? 900 : 5 * ((t - 4) * 7 % 11)) + t * t % 3 "," t * 7 % 11 }')
	exits 0
	[ "$(field '(.difference - 10 | fabs) < 1')" = true ]
}

@test "where there is no effect none is claimed, and a gate closes" {
	stocked
	made budget | awk -F, -v OFS=, 'NR > 1 { $2 = NR * NR * 37 % 23 } 1' >luck.csv
	simulate --set budget=+7 --drivers luck.csv --cost budget --worth 9 -H 4
	exits 0
	[ "$(field '[.clear, has("cost_each"), has("return"), has("return_hi95")]
		| map(tostring) | join(" ")')" = '"false false false true"' ]
	field .answer | grep 'no clear effect'
	says 'dl-forecast: 1 series, 1 without a clear effect'
	simulate --set budget=+7 --drivers luck.csv -H 4 --gate
	exits 4
	simulate --set events:seminar_held=+1 --lag 1 -H 4 --gate
	exits 0
}

@test "what cannot be told is refused, and words that are wrong" {
	stocked
	made budget >budget.csv
	simulate --set events:demo_requested=+1
	exits 3
	says '"events:demo_requested" was always 0: history does not tell what it does'
	grep -v 2025-06 budget.csv >holes.csv
	simulate --set budget=+7 --drivers holes.csv
	exits 0
	says '"budget": 4 of 60 values missing, the first at 2025-06-02: filled in'
	sed '1!s/^[0-9-]*/7/' budget.csv >numbers.csv
	simulate --set budget=+7 --drivers numbers.csv
	exits 3
	says '"budget": times are numbers, those of "leads" are dates'
	sed '1!s/^2024/2014/; 1!s/^202[56]/2015/' budget.csv >old.csv
	simulate --set budget=+7 --drivers old.csv
	exits 3
	says '"budget": no value at any time of "leads"'
	while read -r want options; do
		# shellcheck disable=SC2086
		simulate $options
		exits 2
		says "${want//_/ }"
	done <<-'END'
	a_driver_is_a_metric,_or_with_--drivers_FILE_a_field_of_it --set budget=+1
	no_field_"cost" --set cost=+1 --drivers budget.csv
	no_such_metric --set x=1 --driver x=leeds
	not_NAME_or_NAME=METRIC --set x=1 --driver x=
	no_driver_of_that_name --set leads=+1 --lag lead=2
	not_[NAME=]N_or_[NAME=]N..M --set leads=+1 --lag leads=4..2
	not_[NAME=]N_or_[NAME=]N..M --set leads=+1 --lag 1.5
	not_[NAME=]N_or_[NAME=]N..M --set leads=+1 --lag 0..2000
	--explain_tells_which_lags_were_looked_at --set leads=+1 --explain --lag 2
	--value_is_about_records --set leads=+1 --value n
	END
	check dl-forecast simulate --set x=1 --driver x=leads </dev/null
	exits 2
	says 'a metric is in a store: give --metric'
}

@test "a driver far from 0 does not take the place of the mean" {
	# Noise around 100, and a driver that has nothing to do with it.
	awk 'BEGIN {
		srand(7)
		for (s = 0; s < 40; s++)
			for (t = 1; t <= 60; t++) {
				z = 0
				for (k = 0; k < 12; k++)
					z += rand()
				x = 500 + (rand() < 0.15)
				printf "{\"series\":\"s%02d\",\"time\":%d,\"value\":%.4f,\"x\":%d}\n",
				    s, t, 100 + 5 * (z - 6), x
			}
	}' >far.ndjson
	check dl-forecast simulate --period 1 --driver x --set x=+1 -H 3 \
		far.ndjson
	# One in twenty by chance; it was three of four.
	[ "$(jq -r 'select(.clear) | .series' <<<"$output" | sort -u | wc -l)" -le 8 ]
	[ "$(jq -r .series <<<"$output" | sort -u | wc -l)" -ge 30 ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-forecast simulate: what other plans would bring, known because the past was
# made: 20 leads a week, 2 for each day of a campaign, 1 for 100 of budget.

load helper

past() { # past WEEKS [PLANNED [AWK]]: budget and days; AWK changes them
	awk -v weeks="$1" -v planned="${2:-0}" '
	function roll(n) {
		x = x * 16807 % 2147483647
		return int(x / 2147483647 * n)
	}
	BEGIN {
		print "time,leads,budget,days"
		x = 4711
		for (t = 0; t < weeks + planned; t++) {
			budget = 1000 + roll(11) * 50
			days = roll(5)
			'"${3:-}"'
			leads = 20 + 2 * days + budget / 100 + roll(100) / 100
			printf "%d,%s,%d,%d\n", t,
			    t < weeks ? leads : "", budget, days
		}
	}'
}

simulate() {
	check dl-forecast simulate --value leads --period 1 "$@"
}

field() {
	jq "$1" <<<"$output"
}

@test "the difference is what the drivers do, with costs and returns" {
	simulate --set budget=+10% --driver days --cost budget --worth 150 \
		-H 4 < <(past 60 4)
	exits 0
	# The plan of the 4 weeks is in the records.
	[ "$(field '[.from,.to]|join(" ")')" = '"60 63"' ]
	cost=$(past 60 4 | tail -4 | awk -F, '{ s += $3 } END { print s / 10 }')
	[ "$(field .cost)" = "$cost" ]
	[ "$(field "(.difference - $cost / 100 | fabs) < 0.2")" = true ]
	[ "$(field '.lo95 < .lo80 and .lo80 < .difference and
		.difference < .hi80 and .hi80 < .hi95')" = true ]
	[ "$(field '.cost_each > 95 and .cost_each < 105 and
		.cost_each_lo95 < .cost_each and .cost_each < .cost_each_hi95')" = true ]
	[ "$(field '(.return - 0.5 | fabs) < 0.06')" = true ]
	field .answer | grep 'more in 4 steps, most likely between'
	[ "$stderr" = "dl-forecast: 1 series" ]
}

@test "changes are shares, more or less, or values; several at once" {
	for set in days=+1:8 days=-1:-8 days=2:16 days=0:0; do
		simulate --set "${set%:*}" --driver budget -H 4 --steps < <(
			past 60 4 'if (t >= weeks) days = 0')
		exits 0
		[ "$(field "select(.from) |
			(.difference - ${set#*:} | fabs) < 0.6")" = true ] ||
			tell "$set: $output"
		[ "$(field 'select(.step) | .step' | paste -sd' ')" = "1 2 3 4" ]
	done
	simulate --set days=+1 --set budget=+100 -H 4 < <(past 60 4)
	[ "$(field '(.difference - 12 | fabs) < 0.8')" = true ]
}

@test "without a plan the last season goes on" {
	simulate --set days=+1 --driver budget --period 4 -H 5 < <(past 60)
	exits 0
	last=$(past 60 | tail -1 | cut -d, -f4)
	simulate --set days=2 --driver budget -H 3 < <(past 60)
	[ "$(field "(.difference - 6 * (2 - $last) | fabs) < 0.6")" = true ]
}

@test "effects of each driver" {
	simulate --set days=+1 --driver budget -H 2 --effects -f csv < <(past 80)
	exits 0
	[ "$(head -1 <<<"$output")" = "series,from,to,driver,unit,before,after,difference,lo80,hi80,lo95,hi95,least,most,inflation,clear,method,answer" ]
	days=$(grep ',days,' <<<"$output" | cut -d, -f5)
	budget=$(grep ',budget,' <<<"$output" | cut -d, -f5)
	awk -v d="$days" -v b="$budget" 'BEGIN {
		exit !(d > 1.9 && d < 2.1 && b > 0.0095 && b < 0.0105) }'
}

@test "what history does not support is refused, in words" {
	simulate --set days=+1 --driver budget < <(past 19)
	exits 3
	says 'there are 19 observations; to tell what 2 drivers do takes 20'
	simulate --set days=+1 < <(past 60 0 'days = 3')
	exits 3
	says '"days" was always 3: history does not tell what it does'
	simulate --set days=+1 < <(past 60 0 'days = t > 30')
	exits 3
	says '"days" changed only once: what happened then may have had other reasons'
	simulate --set days=+1 --driver budget < <(past 60 0 'days = budget / 50')
	exits 3
	says '"days" always moved with "budget": what each of them does cannot be told'
	simulate --set days=+1 < <(past 60 0 'days = t')
	exits 3
	says '"days" changed evenly: what it does cannot be told from the trend'
	simulate --set days=+1 --period 6 < <(past 60 0 'days = t % 6')
	exits 3
	says '"days" was the same in every season: what it does cannot be told from the season'
	simulate --set days=12 < <(past 60)
	exits 3
	says '"days" would be 12, and was never above 4: so far history does not reach'
	[ -z "$output" ]
}

@test "an effect that is not clear is said to be none" {
	simulate --set days=+1 -H 3 < <(past 60 |
		awk -F, -v OFS=, 'NR > 1 { $2 = 50 + NR * NR * 37 % 23 } 1')
	exits 0
	field .answer | grep 'history shows no clear effect: anything from'
}

@test "missing values of drivers" {
	holes() { past 60 | awk -F, -v OFS=, 'NR % 5 == 0 { $4 = "" } 1'; }
	simulate --set budget=+50 --driver days -H 2 < <(holes)
	exits 0
	says 'the series: "days": 12 of 60 values missing, the first at 3: filled in'
	simulate --set budget=+50 --driver days -H 2 --gaps zero < <(holes)
	exits 0
	[ "$stderr" = "dl-forecast: 1 series" ]
	simulate --set budget=+50 --driver days -H 2 < <(
		past 60 | awk -F, -v OFS=, 'NR == 2 { $4 = "" } 1')
	exits 3
	says '"days": 1 of 60 values missing, the first at 0: with --gaps zero that means none'
	simulate --set budget=+50 < <(past 60 | sed '7s/,[0-9]*,/,much,/')
	exits 3
	says 'budget: not a number: "much"'
}

@test "each series by itself; words that are wrong" {
	simulate --set days=+1 -H 2 < <(past 60 | sed '1s/^/series,/; 2,$s/^/a,/
		' && past 60 | sed '1d; s/^/b,/')
	exits 0
	[ "$(field .series | paste -sd' ')" = '"a" "b"' ]
	while read -r want options; do
		# shellcheck disable=SC2086
		simulate $options < <(past 60)
		exits 2
		says "${want//_/ }"
	done <<-'END'
	what_if?_give_--set,_like_--set_budget=+20%
	not_NAME=CHANGE --set budget
	not_NAME=CHANGE --set =+20%
	percent_are_more_or_less --set budget=20%
	not_a_change --set budget=lots
	no_field_"x" --set x=+1
	not_NAME_or_NAME=PRICE --set days=1 --cost days=-3
	returns_are_told_of_costs --set days=1 --worth 5
	END
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-forecast trend: where series go, in numbers and in words.

load helper

# weeks FROM TO STEP: a value a week, moved by STEP each, a little up and down.
weeks() {
	awk -v n="$1" -v base="$2" -v step="$3" 'BEGIN {
		print "time,value"
		for (w = 1; w <= n; w++)
			printf "2025-W%02d,%g\n", w, base + step * w + (w * 7) % 5 }'
}

@test "a trend is told with its slope; where there is none that is told" {
	check dl-forecast trend -q < <(weeks 30 100 4)
	exits 0
	jq -es 'length == 1 and .[0].finding == "trend" and .[0].chance < 0.001 and
		(.[0] | .low <= 4 and .slope > 3.9 and .slope < 4.1 and .high >= 4)' \
		<<<"$output" >/dev/null || tell "$output"
	has "the series: rising by 4 a week (95 % interval 3"
	check dl-forecast trend -q < <(weeks 30 200 -4)
	has "falling by 4 a week"
	check dl-forecast trend -q < <(weeks 30 100 0)
	has "neither rising nor falling"
	jq -es '.[0].chance > 0.05' <<<"$output" >/dev/null
}

@test "weekdays and a change of the level are told, in either language" {
	awk 'BEGIN { print "time,value"
		for (d = 1; d <= 140; d++) {
			v = d % 7 == 5 || d % 7 == 6 ? 10 : 40 + d % 3
			print strftime("%Y-%m-%d", 1748736000 + d * 86400, 1) \
			    "," (d > 90 ? 2 * v : v) } }' >days.csv
	check dl-forecast trend -q days.csv
	exits 0
	[ "$(jq -r .finding <<<"$output" | paste -sd' ')" = \
		"trend weekday change" ] || tell "$output"
	jq -es '.[2] | .time >= "2025-08-29" and .time <= "2025-09-02" and
		.after > 1.5 * .before' <<<"$output" >/dev/null
	has "least on"
	check dl-forecast trend -q --locale ja days.csv
	has 曜日に最も多く の水準は
	lacks "{{"
	check dl-forecast trend --locale fr days.csv
	exits 2
	says '--locale: neither ja nor en: "fr"'
}

@test "a store is told of in its tenant's language" {
	new_store
	awk 'BEGIN { for (w = 0; w < 20; w++) for (i = 0; i < 3 + w; i++)
		printf "{\"id\":\"%d-%d\",\"email\":\"t%d.%d@ao.example\",\"created_at\":\"%s\"}\n", w, i, w, i,
		    strftime("%Y-%m-%dT03:00:00Z", 1756090800 + w * 604800, 1)
	}' | dl-import leads -q
	check dl-forecast trend -q --metric leads --by week
	exits 0
	has "leadsは1週間あたり1ずつ増えています"
	check dl-forecast trend -q --metric leads --by week --locale en
	has "leads: rising by 1 a week"
}

@test "series that are too short are named, numbers beyond reason refused" {
	check dl-forecast trend < <(weeks 3 1 1)
	exits 3
	says "a trend needs 4 observations, there are 3"
	check dl-forecast trend < <(printf 'time,value\n1,1e308\n2,-1e308\n3,1e308\n4,-1e308\n')
	exits 3
	check dl-forecast trend -q < <(printf 'time,value\n1,5\n2,5\n3,5\n4,5\n5,5\n')
	exits 0
	lacks null nan
}

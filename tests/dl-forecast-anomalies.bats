#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-forecast anomalies: what is out of the ordinary, and who carries it.

load helper

# days N [AWK]: N days of visits from 2025-06-02, a Monday, fewer on week-ends;
# what awk says may change v on day t (from 0).
days() {
	awk -v n="$1" 'BEGIN {
		split("60 64 62 58 54 20 14", usual, " ")
		print "time,value"
		seed = 7
		for (t = 0; t < n; t++) {
			seed = (seed * 16807) % 2147483647
			v = int(usual[t % 7 + 1] * (0.8 + 0.4 * seed / 2147483647))
			'"${2-}"'
			print day(t) "," v
		}
	}
	function day(t,   m, d) {
		split("30 31 31 30 31 30 31 31 28 31 30", length_of, " ")
		d = t + 2
		for (m = 1; d >= length_of[m] + 1; m++)
			d -= length_of[m]
		return sprintf("%d-%02d-%02d", m + 5 > 12 ? 2026 : 2025,
		    m + 5 > 12 ? m - 7 : m + 5, d)
	}'
}

@test "what is usual is passed over, what is odd is found, at both rules' ease" {
	for option in "" --streaming; do
		# shellcheck disable=SC2086
		check dl-forecast anomalies $option < <(days 120)
		exits 0
		prints_nothing
		says "1 series, 0 anomalies"
		# shellcheck disable=SC2086
		check dl-forecast anomalies -q $option < <(
			days 120 'if (t == 100) v = 150; if (t == 110) v = 0')
		exits 0
		# A Sunday's 18 on a Sunday is usual, a Saturday's 150 is not.
		[ "$(jq -c '[.time,.value,.direction]' <<<"$output" | head -2 |
			paste -sd' ')" = \
			'["2025-09-10",150,"up"] ["2025-09-20",0,"down"]' ] ||
			tell "$output"
		jq -es 'all(.[]; .low <= .expected and .expected <= .high and
			(.value < .low or .value > .high) and .chance < 0.05 and
			(.severity | IN("critical", "major", "minor")))' <<<"$output" >/dev/null
	done
}

@test "an alert does not know what comes after, and tells a spell once" {
	days 120 'if (t >= 90) v = int(v * 0.5)' >all.csv
	dl-forecast anomalies -q --streaming all.csv >all
	head -n 96 all.csv | dl-forecast anomalies -q --streaming >part
	[ -s part ]
	head -n "$(wc -l <part)" all | cmp - part
	# Half of what was: nobody tells it every day.
	[ "$(wc -l <all)" -le 4 ]
	[ "$(head -n 1 all | jq -r .time)" \> 2025-08-30 ]
	[ "$(head -n 1 all | jq -r .direction)" = down ]
}

@test "the plan's rule: three deviations from the mean of the days before" {
	check dl-forecast anomalies -q --moving 7 < <(
		printf 'time,value\n%s' "$(paste -d, <(seq 8) <(
			printf '%s\n' 10 12 10 12 10 12 10 20))")
	exits 0
	[ "$(jq -c '[.time,.value,.direction,.method]' <<<"$output")" = \
		'[8,20,"up","moving"]' ]
	# The mean of the seven is 76/7, the deviation 1.0690.
	[ "$(jq -c '[.expected,.low,.high]' <<<"$output")" = \
		"[10.857,7.65,14.064]" ]
}

@test "all that is looked at is told with its bounds" {
	check dl-forecast anomalies -q --all < <(days 60 'if (t == 50) v = 190')
	[ "$(wc -l <<<"$output")" -eq 60 ]
	[ "$(jq -c 'select(.severity)|.time' <<<"$output")" = '"2025-07-22"' ]
	jq -es 'all(.[]; .low <= .expected and .expected <= .high)' \
		<<<"$output" >/dev/null
	check dl-forecast anomalies -q --all --streaming < <(days 60)
	jq -es '(.[0] | has("low") | not) and (.[50] | has("low"))' \
		<<<"$output" >/dev/null
}

@test "missing days are no anomalies; series too short are named" {
	check dl-forecast anomalies -q --streaming < <(
		days 120 'if (t % 3 == 1) next_one = 1; if (t == 75) v = 200' |
			awk 'NR % 4 || /-08-16/')
	exits 0
	[ "$(jq -r .time <<<"$output" | head -n 1)" = 2025-08-16 ]
	check dl-forecast anomalies < <(days 5)
	exits 3
	says "the series: anomalies need 10 observations, there are 5"
	check dl-forecast anomalies --streaming < <(days 5)
	exits 0
	check dl-forecast anomalies --moving 7 < <(days 7)
	exits 3
	check dl-forecast anomalies --moving 1 </dev/null
	exits 2
	for text in nan inf 1e308 -1e308 0; do
		check dl-forecast anomalies -q --all < <(
			days 90 "if (t == 60) v = \"$text\"")
		lacks null nan inf
		check dl-forecast anomalies -q --all --streaming < <(
			days 90 "if (t == 60) v = \"$text\"")
		lacks null nan inf
	done
}

@test "records are explained by a field: the part that carries it is named" {
	days 120 | awk -F, 'NR > 1 {
		lost = NR == 102
		print $1 ",search," (lost ? 1 : int($2 * 0.6))
		print $1 ",mail," int($2 * 0.3)
		print $1 ",other," int($2 * 0.1) }' |
		sed '1i time,origin,value' >parts.csv
	for option in "" --streaming; do
		# shellcheck disable=SC2086
		check dl-forecast anomalies -q $option --explain \
			--group origin parts.csv
		exits 0
		[ "$(jq -c '[.time,.direction,.because[0].part]' <<<"$output")" = \
			'["2025-09-10","down","search"]' ] || tell "$output"
		jq -e '.because == [.because[0]] and .because[0].share > 0.8 and
			.because[0].value == 1 and .because[0].expected > 20' \
			<<<"$output" >/dev/null
	done
	# Where all fall alike nobody carries it.
	awk -F, '{ if ($1 == "2025-09-11") $3 = int($3 / 8); print $1 "," $2 "," $3 }' \
		parts.csv | sed '/2025-09-10,search/s/,1$/,36/' >alike.csv
	check dl-forecast anomalies -q --explain --group origin alike.csv
	[ "$(jq -c '[.time,.because]' <<<"$output")" = '["2025-09-11",[]]' ] ||
		tell "$output"
	check dl-forecast anomalies --explain parts.csv
	exits 2
	says "--explain: which field parts the records? give --group FIELD"
	check dl-forecast anomalies --group origin parts.csv
	exits 2
}

# came N [AWK]: N days of leads up to the 14th of January.
came() {
	awk -v n="$1" 'BEGIN {
		seed = 3
		for (t = 0; t < n; t++) {
			seed = (seed * 16807) % 2147483647
			v = 30 + seed % 7
			for (i = 0; i < v; i++) {
				source = i % 3 ? "web" : "fair"
				industry = i % 2 ? "IT" : "food"
				'"${2-}"'
				printf "{\"id\":\"%d-%d\",\"email\":\"a%d.%d@ao.example\",\"created_at\":\"%s\",\"source\":\"%s\",\"industry\":\"%s\"}\n",
				    t, i, t, i, strftime("%Y-%m-%dT03:00:00Z",
				    1768359600 - (n - 1 - t) * 86400, 1),
				    source, industry
			}
		}
	}' | dl-import leads -q
}

@test "a store's metric is explained by source, industry and segment" {
	new_store
	dl-db tenant set -q zone=Asia/Tokyo >/dev/null
	# On the last day but one the web is silent.
	came 60 'if (t == 58 && source == "web") continue'
	dl-segment define -q -o /dev/null fair -w "source = 'fair'" >/dev/null
	for option in "" --streaming; do
		# shellcheck disable=SC2086
		check dl-forecast anomalies -q $option --metric leads --by day \
			--explain
		exits 0
		[ "$(jq -c '[.time,.direction,.because[0].field,.because[0].part]' \
			<<<"$output")" = \
			'["2026-01-13","down","source","web"]' ] || tell "$output"
	done
	check dl-forecast anomalies -q --metric leads --by day --explain \
		--group industry
	[ "$(jq -c '[.time,.because]' <<<"$output")" = '["2026-01-13",[]]' ]
	check dl-forecast anomalies -q --metric leads --by day --group source
	[ "$(jq -c '[.series,.time]' <<<"$output")" = '["web","2026-01-13"]' ]
	check dl-forecast anomalies --metric score --explain
	exits 2
	says "--explain: a mean score is not the sum of its parts"
}

@test "a rate of few does not cry wolf" {
	new_store
	awk 'BEGIN { for (w = 0; w < 40; w++) {
		n = w == 30 ? 1 : w == 35 ? 60 : 20
		for (i = 0; i < n; i++) {
			t = 1738540800 + w * 604800 + i * 600
			id = w "-" i
			printf "{\"id\":\"%s\",\"email\":\"r%s@ao.example\",\"created_at\":\"%s\"}\n", id, id, strftime("%Y-%m-%dT%H:%M:%SZ", t, 1)
			if (i % 10 == 0 || (w == 35 && i % 2))
				printf "{\"lead\":\"%s\",\"type\":\"deal_won\",\"time\":\"%s\"}\n", id, strftime("%Y-%m-%dT%H:%M:%SZ", t + 86400, 1) >"won"
		} } }' >leads
	dl-import leads -q leads
	dl-import events -q won
	check dl-forecast anomalies -q --metric conversion_rate --by week
	exits 0
	# One of one is no sign, 36 of 60 is.
	[ "$(jq -c '[.time,.value,.of,.direction,.method]' <<<"$output")" = \
		'["2025-10-06",0.6,60,"up","rate"]' ] || tell "$output"
	check dl-forecast anomalies -q --streaming --metric conversion_rate \
		--by week
	[ "$(jq -c '[.time,.of]' <<<"$output")" = '["2025-10-06",60]' ]
}

@test "real series: known days are found, and none in what is regular" {
	require_shared data/nab
	nab=$DL_SHARED/data/nab
	check dl-forecast anomalies -q --time timestamp --by day \
		--duplicates sum "$nab/realKnownCause/nyc_taxi.csv"
	exits 0
	has 2014-07-04 2014-11-27 2014-12-25 2015-01-27
	[ "$(wc -l <<<"$output")" -lt 20 ]
	for option in "" --streaming; do
		# shellcheck disable=SC2086
		check dl-forecast anomalies -q $option --time timestamp \
			"$nab"/artificialNoAnomaly/art_noisy.csv
		exits 0
		prints_nothing
	done
}

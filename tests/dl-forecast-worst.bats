#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-forecast on the worst of data: it ends, with a forecast or a reason, and
# prints nothing that is no number.

load helper

# Sixty numbers each, by an awk expression in t from 1 to 60.
worst=(
	'0' '5' '-3' 't' '-t' 't % 7' 't % 2 ? 1e300 : -1e300' '1e300'
	't * 1e307' '1e-300 * t' 't == 60 ? 1e12 : 1' 't == 1 ? -1e12 : 0'
	't % 13 == 0' 't < 30 ? 0 : 1e6' 't % 12 == 3 ? 100 : 0' '2 ^ (t * 15)'
	'-(2 ^ (t * 15))' '1e15 + t % 3' '0.1 + 0.2 * (t % 2) - 0.3' '1 / t'
)

written() { # written COUNT: all of them, so many numbers each
	local i
	echo series,time,value
	for i in "${!worst[@]}"; do
		awk -v n="$1" "BEGIN { for (t = 1; t <= n; t++)
			printf \"w$i,%d,%.17g\\n\", t, ${worst[$i]} }"
	done
}

# Whatever was printed is whole, finite, in order; and not below 0 where no
# number of the series is.
sane() {
	jq -e -s --slurpfile low lows.json 'all(.[];
		([.mean, .lo80, .hi80, .lo95, .hi95] |
			all(type == "number" and . > -1.8e308 and . < 1.8e308)) and
		.lo95 <= .lo80 and .lo80 <= .mean and .mean <= .hi80 and
		.hi80 <= .hi95 and
		(.lo95 >= 0 or $low[0][.series] < 0))' out >/dev/null
}

@test "every method, every bad series, long and short" {
	for n in 60 12 3 2 1; do
		written "$n" >in.csv
		jq -R -s '[split("\n")[1:-1][] | split(",") |
			{key: .[0], value: .[2] | tonumber}] |
			group_by(.key) | map({key: .[0].key,
			value: map(.value) | min}) | from_entries' in.csv >lows.json
		while read -r method; do
			code=0
			dl-forecast --period 12 --method "$method" -H 5 in.csv \
				>out 2>err || code=$?
			[ "$code" -eq 0 ] || [ "$code" -eq 3 ] ||
				tell "$method of $n: $code $(cat err)"
			sane || tell "$method of $n"
			# All are told of: as forecasts, or by name.
			[ $(($(wc -l <out) / 5 + $(grep -c '"w[0-9]*"' err || true))) \
				-ge "${#worst[@]}" ] || tell "$method of $n"
		done < <(dl-forecast methods -f ndjson | jq -r .method)
	done
}

@test "a hundred thousand numbers and a season of 1,440" {
	awk 'BEGIN { print "time,value"; for (t = 0; t < 100000; t++)
		print t "," 100 + t % 1440 % 700 + t % 17 }' >in.csv
	for method in snaive theta stl ets; do
		timeout 60 dl-forecast -q --period 1440 --method "$method" \
			-H 1440 in.csv >out
		[ "$(wc -l <out)" -eq 1440 ] || tell "$method"
		[[ $(cat out) != *null* ]] || tell "$method"
	done
}

@test "ten thousand series in one run" {
	awk 'BEGIN { print "series,time,value"; for (t = 1; t <= 30; t++)
		for (s = 0; s < 10000; s++) print s "," t "," (s * 7 + t * t) % 101 }' \
		>in.csv
	(
		ulimit -v 600000
		timeout 60 dl-forecast -q --period 7 --method snaive -H 2 in.csv >out
	)
	[ "$(wc -l <out)" -eq 20000 ]
	sort -s -t, -n -k1,1 <(tail -n +2 in.csv) | sed '1i series,time,value' |
		dl-forecast -q --sorted --period 7 --method snaive -H 2 >sorted
	same <(sort out) <(sort sorted)
}

@test "times beyond reason" {
	while read -r code times; do
		check dl-forecast -q -H 3 --method naive < <(
			echo time,value
			for t in $times; do echo "$t,1"; done)
		exits "$code"
		lacks null
	done <<-'END'
	0 9999-12-29 9999-12-30 9999-12-31
	0 0001-01-01 0001-01-02 0001-01-03
	0 -3 -2 -1
	0 -1000000000000000 0 1000000000000000
	3 -1000000000000000 -999999999999999 1000000000000000
	3 2026-01-05T00:00:00.001Z 2026-01-05T00:00:00.002Z 2026-01-05T00:00:00.003Z 2026-03-05T00:00:00Z
	0 1969-12-29 1969-12-30 1969-12-31
	0 1900-02-28 1900-03-01 1900-03-02
	3 10000-01-01 2026-02-29 2026-13
	END
}

@test "a reader that goes away and a full disk" {
	written 60 | grep -e series -e w1, >in.csv
	check bash -c 'set -o pipefail; dl-forecast -q --method naive in.csv | head -1'
	[ "${#lines[@]}" -eq 1 ]
	[ -z "$stderr" ]
	[ -w /dev/full ] || skip "no /dev/full here"
	status=0
	dl-forecast -q --method naive in.csv >/dev/full 2>err || status=$?
	[ "$status" -eq 1 ]
	grep -q "No space left" err
}

@test "numbers of any size are told to the digits that mean something" {
	for power in -300 -150 0 150 300; do
		awk -v p=$power 'BEGIN { print "time,value"
			for (t = 1; t <= 40; t++)
				print t "," t * t % 7 + 3 "e" p }' >in.csv
		dl-forecast -q --period 1 -H 3 --method ses in.csv >out
		dl-forecast -q --period 1 -H 3 --explain in.csv >>out
		[ "$(wc -l <out)" -ge 6 ]
		# No number has more than six digits, and none is lost.
		grep -o -E '"(mean|lo80|hi80|lo95|hi95|error)":[^,}]*' out |
			cut -d: -f2 | sed 's/e.*//; s/[-.]//g; s/^0*//' >digits
		[ "$(wc -L <digits)" -le 6 ] || tell "$power: $(cat out)"
		! grep -q '^$' digits || tell "$power: $(cat out)"
	done
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-forecast -f chart, svg, png, pdf: forecasts to be looked at.

load helper

months() { # months NAME N: a series with a season, in CSV without a head
	awk -v name="$1" -v n="$2" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "%s,%d-%02d,%d\n", name, 2020 + int(i / 12),
			    i % 12 + 1, 100 + i + 20 * (i % 12 < 6)
	}'
}

both() {
	echo series,time,value
	months '<資料> & 請求' 48
	months B 40
}

@test "a picture for the terminal is as wide as asked for, with both series" {
	check dl-forecast -q --method snaive -f chart --title 'Leads' < <(both)
	exits 0
	has Leads '<資料> & 請求' '80 %' '95 %' 2023
	while read -r line; do
		[ ${#line} -le 80 ] || tell "too wide: $line"
	done <<<"$output"
	LC_ALL=ja_JP.eucJP check dl-forecast -q --method snaive -f chart \
		--locale ja < <(months x 48 | sed '1i series,time,value')
	exits 0
	has '* actual' ': 80 %'
	lacks '░' '実績'
}

@test "an SVG is well-formed, says what it shows and is the same each time" {
	for file in a b; do
		check dl-forecast -q --method snaive --locale ja \
			--title '予測 <1>' -o $file.svg < <(both)
		exits 0
	done
	cmp a.svg b.svg
	python3 - a.svg <<-'END'
		import sys, xml.etree.ElementTree as tree
		root = tree.parse(sys.argv[1]).getroot()
		text = [e.text for e in root.iter() if e.text and e.text.strip()]
		for want in ("予測 <1>", "<資料> & 請求", "実績", "予測", "80%区間"):
		    assert want in text, (want, text)
		assert sum(e.tag.endswith("polygon") for e in root.iter()) >= 4
	END
}

@test "a PNG and a PDF are whole files, the same each time" {
	both >both.csv
	check dl-forecast -q --method snaive -o a.png both.csv
	[ "$status" = 0 ] || {
		says 'this machine lacks pango and cairo'
		skip "no pango and cairo here"
	}
	dl-forecast -q --method snaive -o b.png both.csv
	dl-forecast -q --method snaive -o a.pdf both.csv
	dl-forecast -q --method snaive -f pdf both.csv >b.pdf
	cmp a.png b.png
	cmp a.pdf b.pdf
	python3 - <<-'END'
		import struct, zlib
		data = open("a.png", "rb").read()
		assert data[:8] == b"\x89PNG\r\n\x1a\n"
		at, kinds = 8, []
		while at < len(data):
		    n, kind = struct.unpack(">I4s", data[at:at + 8])
		    body = data[at + 4:at + 8 + n]
		    assert zlib.crc32(body) == struct.unpack(">I", data[at + 8 + n:at + 12 + n])[0]
		    kinds.append(kind)
		    at += 12 + n
		assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND"
		pdf = open("a.pdf", "rb").read()
		assert pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF")
	END
}

@test "only what draws loads pango and cairo" {
	for program in "$DL_BIN"/dl-*; do
		run ldd "$program"
		lacks libcairo libpango
	done
}

@test "more series than a picture holds are an error, and leave no file" {
	{
		echo series,time,value
		for ((i = 0; i < 61; i++)); do
			months "s$i" 4
		done
	} >many.csv
	check dl-forecast -q --method naive -o a.svg many.csv
	exits 2
	says '1 to 60 series'
	[ ! -e a.svg ]
}

# Days with what is odd in them, weeks whose level changes, weeks with a budget.
odd() {
	awk 'BEGIN { print "time,value"
		for (t = 0; t < 120; t++) {
			v = 100 + t * 7 % 11 - (t % 7 > 4 ? 40 : 0)
			v += t == 60 ? 45 : t == 100 ? 200 : 0
			print strftime("%Y-%m-%d", 1746403200 + t * 86400, 1) "," v
		} }'
}
level() {
	awk 'BEGIN { print "time,value"
		for (t = 0; t < 60; t++)
			print t "," 50 + t * 7 % 11 + (t > 30 ? 40 : 0) }'
}
spent() {
	awk 'BEGIN { print "time,value,budget"
		for (t = 0; t < 60; t++) {
			b = 100 + t * t * 7 % 31
			print t "," 20 + b / 5 + t * 5 % 7 "," b
		} }'
}

@test "what is odd is marked by shapes, in the band of what is ordinary" {
	check dl-forecast anomalies -q -f chart < <(odd)
	exits 0
	has '◆ critical' '▒ ordinary'
	lacks "80 %" "●"
	check dl-forecast anomalies -q -f svg --locale ja < <(odd)
	exits 0
	has 通常の範囲 重度 '<polygon'
	lacks nan inf
	LC_ALL=ja_JP.eucJP check dl-forecast anomalies -q -f chart --locale ja < <(odd)
	has 'X critical' ': ordinary'
	check dl-forecast anomalies -q -f chart --explain --group x < <(odd)
	exits 2
	says '--explain prints records, not a picture'
}

@test "a trend is a line, with the changes of the level" {
	check dl-forecast trend -q -f chart < <(level)
	exits 0
	has '┊ change of the level'
	check dl-forecast trend -q -f svg --locale ja --title 推移 < <(level)
	exits 0
	has 推移 傾向 水準の変化
	# Drawn with dashes: the change and its sample.
	[ "$(grep -c 'dasharray' <<<"$output")" = 2 ]
}

@test "two futures stand beside each other" {
	check dl-forecast simulate -q -f chart --set budget=+10 -H 6 < <(spent)
	exits 0
	has '× with the changes' '80 %'
	check dl-forecast simulate -q -f svg --set budget=+10 -H 6 \
		--locale ja < <(spent)
	exits 0
	has 計画どおり 変更した場合 80%区間
	# Two fans of two bands each, and two samples.
	[ "$(grep -o '<polygon' <<<"$output" | wc -l)" = 6 ]
	check dl-forecast simulate -q -f chart --explain --lag 0..2 \
		--set budget=+10 < <(spent)
	exits 2
	says '--explain prints records, not a picture'
	for verb in "anomalies" "trend" "simulate --set budget=+10 -H 6"; do
		# shellcheck disable=SC2086
		check dl-forecast $verb -q -o x.png < <(spent)
		exits 0 || says 'this machine lacks pango and cairo'
	done
}

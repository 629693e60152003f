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

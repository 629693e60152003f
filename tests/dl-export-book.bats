#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-export workbooks as spreadsheet programs see them: what LibreOffice opens,
# and the sheet of facts.

load helper

# opened never|always FILE...: LibreOffice's CSV of each sheet, as
# never/FILE-SHEET.csv; with `always` all formulas are reckoned anew.
opened() {
	local profile=$BATS_FILE_TMPDIR/office-$1 how=$1
	shift
	if [ "$how" = always ]; then
		mkdir -p "$profile/user"
		cat >"$profile/user/registrymodifications.xcu" <<-'END'
		<?xml version="1.0" encoding="UTF-8"?>
		<oor:items xmlns:oor="http://openoffice.org/2001/registry">
		<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
		<prop oor:name="OOXMLRecalcMode" oor:op="fuse">
		<value>0</value></prop></item></oor:items>
		END
	fi
	soffice --headless "-env:UserInstallation=file://$profile" \
		--convert-to 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1' \
		--outdir "$how" "$@" >/dev/null 2>&1
}

# sheet FILE SHEET: its cells with their formulas, and the pictures, checked.
sheet() {
	python3 - "$1" "$2" <<-'END'
	import re, sys, zipfile, xml.etree.ElementTree as tree
	book = zipfile.ZipFile(sys.argv[1])
	assert book.testzip() is None
	parts = {n: tree.fromstring(book.read(n)) for n in book.namelist()}
	space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
	names = [s.get("name") for s in
	    parts["xl/workbook.xml"].iter(space + "sheet")]
	assert len({n.casefold() for n in names}) == len(names), names
	number = names.index(sys.argv[2]) + 1
	cells = {}
	for c in parts["xl/worksheets/sheet%d.xml" % number].iter(space + "c"):
	    text = "".join(t.text or "" for t in c.iter()
	        if t.tag in (space + "t", space + "v"))
	    formula = "".join(f.text for f in c.iter(space + "f"))
	    cells[c.get("r")] = text
	    print(c.get("r"), text, "=" + formula if formula else "", sep="\t")
	for name in parts:
	    if not name.startswith("xl/charts/"):
	        continue
	    chart = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
	    for kind in "cat", "val":
	        part = next(parts[name].iter(chart + kind))
	        where = next(part.iter(chart + "f")).text
	        kept = [v.text for v in part.iter(chart + "v")]
	        column, first, last = re.fullmatch(
	            sys.argv[2] + r"!\$(\w)\$(\d+):\$\1\$(\d+)", where).groups()
	        real = [cells["%s%d" % (column, row)]
	            for row in range(int(first), int(last) + 1)]
	        assert kept == real, (kept, real)
	    print("picture", where, sep="\t")
	END
}

# fact FILE LABEL [COLUMN]: what stands beside a label, in this column (B), of
# what `sheet` has printed.
fact() {
	awk -F'\t' -v label="$2" -v column="${3-B}" '
		$1 ~ /^A/ && $2 == label { row = substr($1, 2) }
		row && $1 == column row { print $2; exit }' "$1"
}

# labelled PATTERN: label and number of each row whose label is like that.
labelled() {
	awk -F'\t' -v pattern="$1" '/^A/ { label = $2 }
		/^B/ && label ~ pattern { print label, $2 }'
}

odd() {
	cat <<-'EOF'
	{"id":"0001","email":"a@example.jp","name":"青木 空","company":"株式会社アオゾラ","phone":"+81312345678","tags":["展示会","a,b"],"created_at":"1969-12-31T23:59:59Z"}
	{"id":"0002","company":"改行\nあり, \"引用\"","created_at":"1899-05-01T00:00:00Z"}
	{"id":"0003","company":"～∥－￠￡￢①㈱髙﨑","title":"=cmd|' /C calc'!A0","created_at":"1900-02-28T15:00:00Z"}
	{"id":"0004","company":"絵文字😀","title":"-1,200","created_at":"2026-03-29T00:30:00Z","owner":"12345678901234567890"}
	EOF
	printf '{"id":"0005","company":"%030000d"}\n' 7
}

@test "LibreOffice opens a workbook and reads what was written" {
	require_tool soffice
	new_store
	odd | dl-import leads -q
	dl-export leads -q -c id,name,company,phone,title,owner -o out.xlsx
	dl-export leads -q -c id,created_at -o dates.xlsx
	opened never out.xlsx dates.xlsx
	dl-export leads -q -f csv --raw -c id,name,company,phone,title,owner \
		>want
	same want never/out-leads.csv
	# Dates: of the zone, and from a day on that all programs agree on.
	printf '%s\n' id,created_at '0001,1970-01-01 08:59:59' \
		0002,1899-05-01T00:00:00Z '0003,1900-03-01 00:00:00' \
		'0004,2026-03-29 09:30:00' >want
	head -5 never/dates-leads.csv >got
	same want got
}

@test "a summary: its numbers are those of the rows, and reckoned anew the same" {
	require_tool python3
	store_with_leads 2000
	columns=id,email,industry,region,company_size,created_at,is_hot
	dl-export leads -q --summary -c $columns -o out.xlsx
	sheet out.xlsx Summary >seen
	dl-export leads -q -c $columns >rows
	grep -q "^B3	2000	=ROWS('leads'!\$A\$2:\$A\$2001)" seen
	[ "$(fact seen "Time zone")" = Asia/Tokyo ]
	# Months of the tenant's zone.
	jq -r .created_at rows | TZ=Asia/Tokyo xargs -n 1 -I@ date -d@ +%Y-%m \
		2>/dev/null | sort | uniq -c | awk '{ print $2, $1 }' >want
	[ -s want ]
	labelled '^20[0-9]+-[0-9]+$' <seen >got
	same want got
	grep -q "COUNTIFS('leads'!\$F\$2:\$F\$2001,\">=\"&DATE(2024,2,1)" seen
	grep -q '^picture	Summary!\$B\$' seen
	# Numbers.
	jq -s '[.[].company_size // empty] | sort | [.[0], .[-1],
		((.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2),
		(add / length * 100 | round)] | map(tostring) | join(" ")' \
		-r rows >want
	value() {
		fact seen company_size "$1"
	}
	printf '%s %s %s %.0f\n' "$(value F)" "$(value I)" "$(value G)" \
		"$(jq -n "$(value H) * 100")" >got
	same want got
	[ "$(value D)" = "$(jq -s 'map(select(.company_size == null)) |
		length' rows)" ]
	[ "$(value E)" = "$(jq -s 'map(.company_size // empty) | unique |
		length' rows)" ]
	# The commonest.
	jq -r .region rows | sort | uniq -c | sort -k1nr -k2 |
		awk 'NR <= 5 { print $2, $1 }' >want
	sed -n '/The commonest/,$p' seen | awk -F'\t' '
		/^A/ { column = $2; n = 0 } /^B/ { label = $2 }
		/^C/ && column == "region" { print label, $2 }' >got
	same want got
	# The rows themselves are as without it.
	unzip -p out.xlsx xl/worksheets/sheet1.xml >with
	dl-export leads -q -c $columns -f xlsx >plain.xlsx
	unzip -p plain.xlsx xl/worksheets/sheet1.xml >without
	cmp with without
	dl-export leads -q --summary -c $columns -f xlsx >again.xlsx
	cmp out.xlsx again.xlsx
}

@test "LibreOffice reckons all formulas of a summary to what stands there" {
	require_tool soffice
	store_with_leads 2000
	dl-export leads -q --summary -o months.xlsx
	dl-export leads -q --by company_size -o spans.xlsx
	# Letters that differ in size alone, wild cards, tenths.
	jq -nc 'range(3000) | {half: (. % 11 / 10), id: "i\(.)",
		star: (if . % 2 == 0 then "a*" else "A*" end)}' >in.ndjson
	dl-export -q --input in.ndjson --by star -o star.xlsx
	dl-export -q --input in.ndjson --by half -o half.xlsx
	opened never months.xlsx spans.xlsx star.xlsx half.xlsx
	opened always months.xlsx spans.xlsx star.xlsx half.xlsx
	[ "$(find never -name '*-Summary.csv' | wc -l)" -eq 4 ]
	for book in months spans star half; do
		same never/$book-Summary.csv always/$book-Summary.csv
		if grep -e '#' -e 'Err:' always/$book-Summary.csv; then
			tell "an error"
		fi
	done
	dl-export leads -q -f csv -c id,industry >want
	cut -d, -f1,8 never/months-leads.csv >got
	same want got
}

@test "a picture by a column: texts, numbers, truths, times; others, empty" {
	require_tool python3
	jq -nc 'range(3000) | {n: (. % 7), many: (. * 37 % 1000 - 200),
		half: (. % 11 / 10),
		word: (if . % 10 == 0 then null else "w" +
			(. * . % 101 | tostring) end),
		star: (if . % 2 == 0 then "a*" else "A*" end),
		id: "i\(.)", odd: (. % 2 == 1)}' >in.ndjson
	for by in n many half word star odd; do
		dl-export -q --input in.ndjson --by $by -o $by.xlsx
		sheet $by.xlsx Summary >$by.seen
		grep -q '^picture	Summary' $by.seen
		# All rows are somewhere.
		grep -q '^B[0-9]*	3000	=SUM(B' $by.seen
	done
	grep -q '^B[0-9]*	429	=COUNTIFS(' n.seen
	[ "$(fact many.seen "-200 to less than -100")" = 300 ]
	grep -q '^B[0-9]*	300	=COUNTIFS(.*">="&700,.*"<"&800)' many.seen
	[ "$(fact half.seen 0.3)" = 273 ]
	grep -q '^B[0-9]*	1500	=SUMPRODUCT(--EXACT(' star.seen
	jq -r '.word // empty' in.ndjson | sort | uniq -c | sort -k1nr -k2 |
		awk 'NR <= 20 { print $2, $1 } NR > 20 { others += $1 }
		END { print "(others)", others; print "(empty) 300" }' >want
	labelled '^(w[0-9]+|[(].*)$' <word.seen | tail -22 >got
	same want got
	[ "$(fact odd.seen TRUE)" = 1500 ]
	check dl-export --input in.ndjson --by wird -o x.xlsx
	exits 2
	says 'did you mean "word"'
	[ ! -e x.xlsx ]
	check dl-export --input in.ndjson --summary -f csv
	exits 2
	says "a summary is a sheet of a workbook"
	# More than there is room to count: said, not guessed.
	dl-export -q --input in.ndjson --summary -o x.xlsx
	sheet x.xlsx Summary >seen
	[ "$(fact seen id E)" = many ]
	[ "$(fact seen id C)" = 3000 ]
}

@test "a summary of a policy's masks, of nothing, of a sheet called as it is" {
	require_tool python3
	store_with_leads 50
	dl-export leads -q --summary --mask email,phone=drop -w "id = 'x'" \
		--table summary -o none.xlsx
	sheet none.xlsx About >seen
	grep -q '^B3	0	$' seen
	grep -q 'email (partial), phone (drop)' seen
	if grep -q picture seen; then tell "a picture of nothing"; fi
	dl-export leads -q --by email --mask email=drop -o out.xlsx
	sheet out.xlsx Summary >seen
	if grep @ seen | grep -v @diagno.example; then tell "not masked"; fi
	check dl-export leads --by emial -o out.xlsx
	exits 2
	says "--by: no such column among those written"
	dl-export stages -q --summary -o stages.xlsx
	dl-export events -q --job e --summary -o events.xlsx
	sheet events.xlsx Summary | grep -q '^picture	'
	dl-export resume -q e
	[ "$(dl-export jobs -q e | jq -r .format)" = xlsx ]
}

@test "a long text is among the others; a table that is missing is told" {
	require_tool python3
	jq -nc 'range(100) | {id: "i\(.)", other: "x", kind: (if . == 5 then
		"z" * 201 else "k\(. % 3)" end), long: "\("y" * 201)\(.)"}' \
		>in.ndjson
	check dl-export --input in.ndjson --by kind -o kind.xlsx
	exits 0
	if grep "no table" <<<"$stderr$output"; then tell "it is there"; fi
	sheet kind.xlsx Summary >seen
	grep -q '^picture	Summary' seen
	labelled '^(k[0-9]|[(].*)$' <seen >got
	printf '%s\n' "k0 34" "k1 33" "k2 32" "(others) 1" >want
	same want got
	[ "$(fact seen kind E)" = many ]
	check dl-export --input in.ndjson --by long -o long.xlsx
	exits 0
	says "--by long: no table, no picture: its values are too many or too"
	sheet long.xlsx Summary >seen
	if grep picture seen; then tell "a picture"; fi
}

@test "a summary has no heading without rows under it" {
	require_tool python3
	jq -nc 'range(3000) | {n: (. % 7), id: "i\(.)"}' >in.ndjson
	dl-export -q --input in.ndjson --by n -o out.xlsx
	sheet out.xlsx Summary >seen
	grep -q '^picture	Summary' seen
	if grep "The commonest" seen; then tell "of nothing"; fi
}

@test "a summary of numbers at the edge of what there is" {
	require_tool python3
	printf '{"n":1.7e308,"m":0,"s":5e-324}\n{"n":1.6e308,"m":-0.0,"s":1e-300}
{"n":-1.7e308,"m":1e15,"s":-5e-324}\n' >in.ndjson
	for by in n m s; do
		dl-export -q --input in.ndjson --by $by -o $by.xlsx
		sheet $by.xlsx Summary >seen
		if grep -i -e '	-*inf' -e '	-*nan' seen; then tell "$by"; fi
		[ "$(fact seen m I)" = 1000000000000000 ] ||
			[ "$(fact seen m I)" = 1e+15 ]
	done
}

@test "a full disk under a summary is no success" {
	jq -nc 'range(30000) | {n: (. * 1.5), m: (. / 7)}' >in.ndjson
	check dl-export --input in.ndjson --summary -o out.xlsx
	exits 0
	(
		ulimit -f 300
		trap '' XFSZ
		exec dl-export -q --input in.ndjson --summary -o cut.xlsx
	) 2>err && tell "no error"
	[ ! -e cut.xlsx ]
	grep -q "File too large" err
}

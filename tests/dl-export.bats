#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-export: what goes out is what is there, counted, and harmless.

load helper

# odd: leads that make trouble on their way, as NDJSON.
odd() {
	cat <<-'EOF'
	{"id":"0001","email":"a@example.jp","name":"青木 空","company":"株式会社アオゾラ","phone":"+81312345678","tags":["展示会","a,b"],"created_at":"1969-12-31T23:59:59Z","attrs":{"番号":1234567890123456789,"比":1.100,"空":"","真":true}}
	{"id":"0002","email":"b@example.jp","name":"","company":"改行\nあり, \"引用\"","phone":"090-1234-5678","company_size":12}
	{"id":"0003","email":"c@example.jp","company":"～∥－￠￡￢①㈱髙﨑","title":"=cmd|' /C calc'!A0"}
	{"id":"0004","email":"d@example.jp","company":"絵文字😀","title":"-1,200"}
	EOF
}

odd_store() {
	new_store
	odd | dl-import leads -q
}

# back FORMAT [OPTION...]: out and in again gives the same store.
backs=0
back() {
	local format=$1 name=${DL_DB}
	shift
	dl-export leads -q -f "$format" "$@" -o "out.$format"
	dl-db dump >before
	new_store "back$((++backs))"
	dl-import leads -q "out.$format" 2>/dev/null
	dl-db dump >after
	DL_DB=$name
	same before after
}

@test "what goes out comes in again: csv, tsv, ndjson, json" {
	odd_store
	back ndjson
	back json
	back csv --raw
	back tsv --raw
	for dialect in "--bom --crlf" "--delimiter ;" "--delimiter tab --crlf"; do
		back csv --raw $dialect
	done
	# And through the converter.
	back csv --raw
	dl-export -q --input out.ndjson -f csv --raw -c \
		"$(head -1 out.csv)" >converted
	same out.csv converted
}

@test "all characters of CP932 come in again, those it has twice too" {
	require_tool python3
	new_store
	python3 - >in.ndjson <<-'END'
	import json
	for a in [*range(0x81, 0xa0), *range(0xe0, 0xfd)]:
	    text = ""
	    for b in [*range(0x40, 0x7f), *range(0x80, 0xfd)]:
	        try:
	            text += bytes([a, b]).decode("cp932")
	        except UnicodeDecodeError:
	            pass
	    if text:
	        print(json.dumps({"id": "%x" % a, "company": text}))
	END
	[ "$(jq -r .company in.ndjson | tr -d '\n' | wc -m)" -gt 9000 ]
	dl-import leads -q in.ndjson
	check dl-export leads -f csv --raw --encoding cp932 -o out.csv
	exits 0
	dl-db dump >before
	new_store again
	dl-import leads -q --encoding cp932 out.csv 2>/dev/null
	dl-db dump >after
	same before after
}

@test "what was cut of its last bytes never looks whole" {
	odd_store
	for format in json ndjson xlsx; do
		dl-export leads -q -o out.$format
	done
	new_store cut
	for format in json ndjson xlsx; do
		for n in 2 9 30; do
			head -c -$n out.$format >cut.$format
			check dl-import leads -n cut.$format
			[ "$status" -ne 0 ] || tell "$format, $n bytes"
			[ -n "$stderr" ]
		done
	done
	check dl-import leads -n out.xlsx
	exits 1
	says "out.xlsx:1: a workbook, or another ZIP file"
}

@test "events go out and come in again: csv, tsv, ndjson, json" {
	store_with_leads 50
	dl-export leads -q -o leads.ndjson
	dl-db dump >before
	for format in ndjson json csv tsv; do
		dl-export events -q -f $format -o events.$format
	done
	for format in ndjson json csv tsv; do
		new_store "events$format"
		dl-import leads -q leads.ndjson
		dl-import events -q events.$format
		dl-db dump | grep '"record":"event"' >after
		grep '"record":"event"' before >want
		[ -s want ]
		same want after
	done
}

@test "what is imported meanwhile is all there, or not at all" {
	new_store
	sample leads 25000 | dl-import leads -q -
	# Every lead is of the same owner at any moment but in between.
	jq -nc 'range(25000) | {id: ("L" + (("0000000" + tostring)[-7:])),
		owner: "a@example.jp"}' >a
	sed 's/a@example/b@example/' a >b
	dl-import leads -q --strict a
	(for i in 1 2 3; do
		dl-import leads -q --strict b
		dl-import leads -q --strict a
	done) &
	importing=$!
	for i in 1 2 3 4; do
		dl-export leads -q -c owner -f csv | tail -n +2 | sort |
			uniq -c >seen
		[ "$(wc -l <seen)" -eq 1 ] || tell "two moments: $(cat seen)"
	done
	wait $importing
}

@test "naughty strings come through" {
	require_shared corpora/naughty-strings/blns.json
	new_store
	jq -c 'to_entries[] | {id:"\(.key)",email:"n\(.key)@example.jp",
		name:.value,company:(.value + "\n改"),attrs:{n:.value}}' \
		"$DL_SHARED/corpora/naughty-strings/blns.json" |
		dl-import leads -q
	back csv --raw
	back ndjson
}

@test "counts add up, and are of one moment" {
	store_with_leads
	check dl-export leads -f csv
	exits 0
	[ "$stderr" = "dl-export: 200 read, 200 written, 0 rejected" ]
	[ "$(wc -l <<<"$output")" -eq 201 ]
	check dl-export leads -c id --limit 3
	[ "$stderr" = "dl-export: 3 read, 3 written, 0 rejected" ]
	dl-export events -c lead -w "industry = 'IT'" -q >some
	[ "$(wc -l <some)" = "$(dl-lead show $(dl-export leads -q -c id \
		-w "industry = 'IT'" | jq -r .id) | jq -s '[.[].events |
		length] | add')" ]
}

@test "many leads, read by a thread of their own: all of them, in order" {
	new_store
	sample leads 25000 >leads.ndjson
	dl-import leads -q leads.ndjson
	check dl-export leads -c id,company,region -o out.ndjson
	exits 0
	[ "$stderr" = "dl-export: 25,000 read, 25,000 written, 0 rejected" ]
	jq -r .id leads.ndjson >want
	jq -r .id out.ndjson >got
	same want got
	[ "$(dl-export leads -q -c id --limit 12345 | wc -l)" -eq 12345 ]
	jq -r 'select(.region == "大阪府").id' leads.ndjson >want
	dl-export leads -q -c id -w "region = '大阪府'" -f tsv | tail -n +2 >got
	same want got
	[ "$(dl-export leads -q --sort -id -c id | head -1)" = \
		'{"id":"L0024999"}' ]
	dl-export leads -c id | head -1 | grep -qx '{"id":"L0000000"}'
	if dl-export leads -q >/dev/full 2>err; then tell "no error"; fi
	grep -q "No space left" err
}

@test "columns: fields, attributes, computed ones; a wrong one is told" {
	store_with_leads
	check dl-export columns -f csv
	exits 0
	has "days_in_stage,number"
	check dl-export leads -c idd
	exits 2
	says 'no such column: "idd": did you mean "id"?'
	dl-export leads -q -w "count(email_opened) >= 2" \
		-c 'id,count(email_opened),last(email_opened),attrs."予算"' >seen
	jq -e '."count(email_opened)" >= 2 and ."last(email_opened)" != null' \
		seen >/dev/null
	[ "$(wc -l <seen)" = "$(dl-export leads -q -c id -f tsv \
		-w "count(email_opened) >= 2" | tail -n +2 | wc -l)" ]
	check dl-export leads -c "count(email_opened, soon)"
	exits 2
}

@test "in order, of any size, and the newest" {
	store_with_leads
	dl-export leads -q -c id,company_size --sort -company_size,id >seen
	jq -c '[.company_size // -1, .id]' seen >as-is
	jq -sc 'sort_by(-(.company_size // -1), .id)[] |
		[.company_size // -1, .id]' seen >sorted
	same sorted as-is
	dl-export leads -q --newest 3 -c id,created_at >newest
	dl-export leads -q -c id,created_at | jq -sc \
		'sort_by(.id) | sort_by(.created_at) | [.[].created_at] |
		reverse | .[0:3]' >want
	jq -sc '[.[].created_at]' newest >got
	same want got
	# More than memory is given: through files.
	awk 'BEGIN { for (i = 0; i < 450000; i++)
		printf "{\"n\":%d,\"t\":\"%040d\"}\n", (i * 7919) % 450000, i }' \
		>many
	dl-export -q --input many --sort n -c n >sorted
	[ "$(wc -l <sorted)" -eq 450000 ]
	[ "$(head -1 sorted)" = '{"n":0}' ]
	[ "$(tail -1 sorted)" = '{"n":449999}' ]
	jq -s 'map(.n) == [range(450000)]' sorted | grep -qx true
}

@test "a range is of the tenant's calendar" {
	new_store
	for t in 2025-11-30T14:59:59Z 2025-11-30T15:00:00Z \
	    2025-12-31T14:59:59Z 2026-01-14T20:00:00Z; do
		echo "{\"id\":\"$t\",\"created_at\":\"$t\"}"
	done | dl-import leads -q
	ids() { dl-export leads -q -c id --range "$1" | jq -r .id | xargs; }
	[ "$(ids 2025-12)" = "2025-11-30T15:00:00Z 2025-12-31T14:59:59Z" ]
	[ "$(ids last_month)" = "$(ids 2025-12..2025-12)" ]
	[ "$(ids ..2025-11)" = "2025-11-30T14:59:59Z" ]
	[ "$(ids today)" = "2026-01-14T20:00:00Z" ]
	[ "$(ids last_2_months | wc -w)" -eq 3 ]
	check dl-export leads --range soon
	exits 2
}

@test "formulas are defused, numbers and telephone numbers are not" {
	odd_store
	dl-export leads -f csv -q -c id,phone,title >seen
	grep -Fqx "0001,+81312345678," seen
	grep -Fqx "0003,,'=cmd|' /C calc'!A0" seen
	grep -Fqx '0004,,"-1,200"' seen
	dl-export leads -f csv --raw -q -c id,title >seen
	grep -Fqx "0003,=cmd|' /C calc'!A0" seen
	# In a header too.
	echo '{"@SUM(1)":1,"＝x":"\tx"}' | dl-export -f csv -q >seen
	[ "$(head -1 seen)" = "'@SUM(1),'＝x" ]
	[ "$(tail -1 seen)" = "1,'	x" ]
}

@test "no payload of the collection begins a cell" {
	require_shared corpora/csv-injection/csv-payload.txt
	jq -Rc '{x:.}' "$DL_SHARED/corpora/csv-injection/csv-payload.txt" |
		dl-export -f csv -q | dl-export -q -f ndjson --raw 2>/dev/null ||
		true
	jq -Rc '{x:.}' "$DL_SHARED/corpora/csv-injection/csv-payload.txt" |
		dl-export -f tsv -q >seen
	if grep -E '^"?[=+@-]' seen; then tell "a formula"; fi
}

@test "for Excel: byte order mark, CR LF, Windows' Shift_JIS" {
	odd_store
	dl-export leads -q -f csv --bom --crlf -c id,company -w "id = '0003'" >seen
	printf '\xef\xbb\xbfid,company\r\n0003,～∥－￠￡￢①㈱髙﨑\r\n' >want
	same want seen
	check dl-export leads -f csv --encoding cp932 -c id,company -o out.csv
	exits 3
	says 'dl-export: id "0004": cp932 has no 😀 (U+1F600)'
	says "dl-export: 4 read, 3 written, 1 rejected"
	iconv -f cp932 -t utf-8 out.csv | grep -qx "0003,～∥－￠￡￢①㈱髙﨑"
	dl-export leads -q -f csv --encoding cp932 --replace -c company |
		iconv -f cp932 -t utf-8 | grep -qx 絵文字〓
	dl-export -q --input out.csv --from cp932 | jq -e .company >/dev/null
	check dl-export leads -f ndjson --bom
	exits 2
}

# cells FILE: A1=text lines of the sheets of a workbook, which is checked.
cells() {
	python3 - "$1" <<-'EOF'
	import sys, zipfile, xml.etree.ElementTree as tree
	book = zipfile.ZipFile(sys.argv[1])
	assert book.testzip() is None
	for name in book.namelist():
	    tree.fromstring(book.read(name))
	space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
	for name in sorted(n for n in book.namelist() if "/sheet" in n):
	    for cell in tree.fromstring(book.read(name)).iter(space + "c"):
	        kind = cell.get("t") or "n"
	        text = "".join(t.text or "" for t in cell.iter()
	            if t.tag in (space + "t", space + "v"))
	        print(cell.get("r"), kind, text.replace("\n", "⏎"))
	EOF
}

# loaded FILE TABLE COLUMN...: what the SQL in FILE makes of an empty database,
# as JSON: of SQLite's, and of PostgreSQL's where that is what is tested.
loaded() {
	local file=$1 table=$2 name
	shift 2
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		rm -f loaded.db
		sqlite3 -bail loaded.db <"$file" && sqlite3 loaded.db "SELECT
			json_array($(IFS=,; echo "$*")) FROM \"$table\""
	else
		name=$(pg_name "$PWD/loaded")
		pg_drop "$name"
		pg_database "$name" && echo "$name" >>.databases &&
			psql -q -h "$DL_TEST_PG" -U dl -d "$name" \
				-v ON_ERROR_STOP=1 -f "$file" >/dev/null &&
			psql -h "$DL_TEST_PG" -U dl -d "$name" -At -c "SELECT
			json_build_array($(IFS=,; echo "$*")) FROM \"$table\""
	fi | jq -c . | sort
}

@test "sql: loads into sqlite3 and PostgreSQL, whatever the texts hold" {
	require_tool sqlite3
	require_shared corpora/naughty-strings/blns.json
	new_store
	{
		odd
		jq -c 'to_entries[] | {id:"\(.key)",
			email:"n\(.key)@example.jp",name:.value,
			company:(.value + "\n.quit\n/\n\\q\n'"';--"'")}' \
			"$DL_SHARED/corpora/naughty-strings/blns.json"
	} | dl-import leads -q
	dl-export leads -q -o out.sql
	dl-export leads -q | jq -c '[.id, .name, .company, .company_size,
		.created_at, .title]' | sort >want
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		at=created_at
	else
		at="to_char(created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
	fi
	PGTZ=UTC loaded out.sql leads id name company company_size "$at" \
		title >got
	same want got
	# Once more into the same table; cut short, nothing is loaded.
	head -c -10 out.sql >cut.sql
	loaded cut.sql leads id >got || true
	[ ! -s got ]
	dl-export leads -q -f sql --table 'odd "names' -c 'id,attrs.番号' \
		--limit 1 >one.sql
	[ "$(loaded one.sql 'odd ""names' id '"attrs.番号"')" = \
		'["0001","1234567890123456789"]' ]
	echo '{"A":1,"a":2}' >twice.ndjson
	check dl-export --input twice.ndjson -f sql
	exits 2
	says 'SQL takes two columns for the same: "A" and "a"'
	dl-export -q --input twice.ndjson -c a -f sql |
		grep -qx 'INSERT INTO "twice" ("a") VALUES'
	# What is masked is a text.
	dl-export leads -q --mask company_size,created_at -o masked.sql
	loaded masked.sql leads id >/dev/null
}

@test "messages that were sent, or are to be" {
	odd_store
	check dl-export messages
	exits 0
	[ "$output" = "" ]
	[ "$(dl-export messages -q -f csv | head -c 31)" = \
		"id,state,channel,recipient,kind" ]
	echo '{"channel":"inbox","to":"boss@example.jp","key":"x",
		"subject":"見て","text":"これ"}' | tr -d '\n' |
		dl-notify send -q >/dev/null
	dl-export messages -q -c state,channel,recipient >got
	dl-notify list -q -f ndjson |
		jq -c '{state,channel,recipient}' >want
	[ -s want ]
	same want got
}

@test "a workbook: ids are texts, numbers numbers, dates dates" {
	require_tool python3
	odd_store
	dl-export leads -q -o out.xlsx \
		-c id,phone,company_size,created_at,title,attrs.番号,attrs.真,tags
	cells out.xlsx >seen
	grep -qx "A2 inlineStr 0001" seen
	grep -qx "B2 inlineStr +81312345678" seen
	grep -qx "C3 n 12" seen
	# 2026-01-15T00:00:00Z is nine o'clock in Tokyo.
	grep -qx "D3 n 46037.375" seen
	grep -qx "D2 n 25569.37498842593" seen
	grep -qx "E4 inlineStr =cmd|' /C calc'!A0" seen
	grep -qx "F2 inlineStr 1234567890123456789" seen
	grep -qx "G2 b 1" seen
	grep -qx "H2 inlineStr a,b, 展示会" seen
	[ "$(stat -c %a out.xlsx)" = 600 ]
	# The same again, byte for byte.
	dl-export leads -q -f xlsx >again \
		-c id,phone,company_size,created_at,title,attrs.番号,attrs.真,tags
	cmp out.xlsx again
	if unzip -p out.xlsx xl/worksheets/sheet1.xml | grep -q '<f>'; then
		tell "a formula"
	fi
}

@test "a workbook refuses nothing and cuts what no cell holds" {
	require_tool python3
	printf '{"a":"\\u0001_x0041_","b":"%040000d"}\n' 7 >in
	check dl-export --input in -o out.xlsx
	exits 3
	says "cut at the 32767 characters a cell can hold"
	cells out.xlsx >seen
	grep -qx "A2 inlineStr _x0001__x005F_x0041_" seen
	[ "$(sed -n 's/^B2 inlineStr //p' seen | tr -d '\n' | wc -c)" -eq 32767 ]
}


@test "masked is masked, wherever it stands" {
	odd_store
	dl-export leads -q -c id,email,phone,name,company \
		--mask email,phone,name=drop >seen
	grep -q '"email":"a\*\*\*@example.jp","phone":"+\*\*\*\*\*\*\*5678"' seen
	if grep -q -e 青木 -e 12345678 seen; then tell "not masked"; fi
	check dl-export leads --mask email=hash
	exits 2
	head -c 32 /dev/zero >key
	check dl-export leads --mask email=hash --mask-key key
	exits 2
	says "key: others may read or write it; chmod 600 it"
	chmod 600 key
	dl-export leads -q -c email --mask email=hash --mask-key key >one
	dl-export leads -q -c email --mask email=hash --mask-key key -f csv \
		--sort -email >two
	if grep -q example one; then tell "not masked"; fi
	[ "$(jq -r .email one | sort)" = "$(tail -n +2 two | sort)" ]
}

@test "every export is on record, before anything goes out" {
	odd_store
	dl-export leads -q -w "id = '0001'" --manifest m.json -o out.csv
	[ "$(jq -r .sha256 m.json)" = "$(sha256sum <out.csv | cut -d' ' -f1)" ]
	jq -e '.written == 1 and .where == "id = '"'0001'"'" and
		.zone == "Asia/Tokyo" and .as_of == "2026-01-15T00:00:00Z"' \
		m.json >/dev/null
	dl-db audit | jq -r 'select(.action | startswith("export")) |
		[.action, .object, .detail.format // "", .detail.written // ""] |
		join(" ")' >seen
	printf '%s\n' "export leads csv " "export.done leads  1" >want
	same want seen
	(dl-export events -q 2>/dev/null || true) | head -0
	[ "$(dl-db audit | jq -r 'select(.action == "export").object' |
		tail -1)" = events ]
}

@test "a file is whole or as it was; errors are never silent" {
	store_with_leads
	echo old >out.csv
	if dl-export leads -f csv -q >/dev/full 2>err; then tell "no error"; fi
	grep -q "No space left" err
	(ulimit -f 8; trap '' XFSZ
	    exec dl-export leads -q -o out.csv) 2>err && tell "no error"
	[ "$(cat out.csv)" = old ]
	dl-export leads -f csv -q | head -1 | grep -q ^id,
	# Killed at some moment or other: the old file or the new one.
	dl-export leads -q -f csv >new.csv
	for i in 1 2 3 4 5; do
		dl-export leads -q -o out.csv &
		sleep "0.00$i"
		kill -9 $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		cmp -s out.csv new.csv || [ "$(cat out.csv)" = old ]
	done
}

@test "no output takes the place of a store, or of the record of exports" {
	store_with_leads 20
	[ -f "$DL_DB" ] || skip "the store is no file"
	ln -s "$DL_DB" link.db
	echo '{"id":1,"email":"x"}' >in.ndjson
	for place in "$DL_DB" link.db; do
		for how in "leads -f csv -o $place" \
			"leads --job j -f csv -o $place" \
			"leads -f csv -o out.csv --manifest $place" \
			"leads --job j -f csv -o out.csv --manifest $place" \
			"--input in.ndjson -f csv -o $place"; do
			check dl-export $how
			exits 2
			says "it is a database, which nothing is written over"
			[ ! -e out.csv ]
		done
		check dl-import leads --rejects "$place" in.ndjson
		exits 2
		says "it is a database"
		check dl-db dump -o "$place"
		exits 2
		says "it is a database"
	done
	[ -L link.db ]
	[ "$(dl-export leads -q -c id | wc -l)" -eq 20 ]
	dl-db dump -q -o dump.ndjson
	dl-db dump -q -o dump.ndjson
	# The record grows, and is nothing else.
	mkdir -p config/dl log
	touch log/exports
	chmod 600 log/exports
	echo "export.record = $PWD/log/exports" >config/dl/config
	chmod 600 config/dl/config
	for how in "-o log/exports" "-o out.csv --manifest ./log/exports"; do
		check dl-export leads -f csv $how
		exits 2
		says "is export.record, where exports are on record"
		[ ! -e out.csv ] && [ ! -s log/exports ]
	done
	rm log/exports
	check dl-export leads --job j -f csv -o log//exports
	exits 2
	[ ! -e log/exports ]
}

@test "segments, members, tasks, stages, scores" {
	store_with_leads
	dl-segment define -q it -w "industry = 'IT'"
	dl-segment -q >/dev/null
	dl-export members -q it -c id >members
	dl-export leads -q --segment it -c id >leads
	same members leads
	[ "$(wc -l <leads)" = "$(dl-export segments -q | jq .members)" ]
	dl-export stages -q -f csv | head -1 | grep -q ^stage,pipeline,leads
	dl-task add -q -l L0000001 --assign none "架電" >/dev/null
	dl-export tasks -q -c title,lead -f tsv | grep -qx "架電	L0000001"
	[ "$(dl-export tasks -q -w "title = 'x'")" = "" ]
	dl-score define -q reference "$top/common/score/reference.json"
	dl-score -q >/dev/null
	dl-export scores -q -c id,score -w "score >= 0" --sort -score |
		jq -se 'length == 200 and .[0].score >= .[-1].score' >/dev/null
}

@test "the converter counts what was no record, and takes no other columns" {
	printf '{"a":1}\n{"a":\n{"a":2,"b":3}\n' >in.ndjson
	check dl-export --input in.ndjson -f csv
	exits 3
	says "field \"b\" is none of the columns"
	says "dl-export: 3 read, 1 written, 2 rejected"
	check dl-export --input in.ndjson -c b,a -f csv
	says "dl-export: 3 read, 2 written, 1 rejected"
	[ "$output" = $'b,a\n,1\n3,2' ]
	printf 'a,b\n' | dl-export -f markdown -q >seen
	printf '| a | b |\n| --- | --- |\n' >want
	same want seen
	check dl-export leadz
	exits 2
}

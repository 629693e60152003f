#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-segment: what a user sees of it.

load helper

leads() {
	cat >leads.ndjson <<-'EOF'
	{"id":"a","company":"株式会社青葉システム","company_size": 320, "industry":"IT","tags":["展示会"]}
	{"id":"b","company":"赤城商店","company_size":4,"industry":"小売業","attrs":{"予算":"あり"}}
	{"lead":"c","company":"ＡＢＣｼｽﾃﾑ","company_size":"1200","title":"情報システム部長","予算":"なし"}

	{"id":"d","industry":null}
	EOF
}

# finds COND ID...: these leads of leads.ndjson, in this order.
finds() {
	local where=$1
	shift
	check dl-segment filter -w "$where" leads.ndjson
	exits 0
	[ "$(jq -r '.id // .lead' <<<"$output" | xargs)" = "$*" ] ||
		tell "wanted of $where: $*"
}

# field NAME: its line of "dl-segment fields".
field() {
	jq -c --arg f "$1" 'select(.field == $f)' seen
}

@test "fields prints what a condition can ask" {
	store_with_leads
	dl-segment fields >seen
	# Every field once, in the order of the manual; attributes; events.
	jq -r .field seen >names
	[ "$(sort names | uniq -d)" = "" ]
	[ "$(head -3 names | xargs)" = "id email name" ]
	grep -qx 'attrs.予算' names
	grep -qx email_opened names
	# Whatever it says can be asked.
	jq -r 'select(.type != "event").field' seen | while read -r f; do
		dl-segment preview -w "$f exists" >/dev/null || tell "$f"
	done
	jq -r 'select(.type == "event").field' seen | while read -r f; do
		dl-segment preview -w "count($f) > 0" >/dev/null || tell "$f"
	done
	# How many have it, and the values, are what the condition finds.
	jq -r 'select(.type != "event") | .field + "\t" + (.leads | tostring)' \
		seen | while IFS=$'\t' read -r f n; do
		[ "$(dl-segment preview -q -w "$f exists" | jq .count)" = "$n" ] ||
			tell "$f: not $n"
	done
	for f in industry source region seniority company_size is_hot \
		attrs.予算 tags; do
		jq -r --arg f $f 'select(.field == $f).values[] |
			"\(.leads)\t" + (.value | if type == "string"
			then "\u0027" + . + "\u0027" else tostring end)' seen >v
		[ -s v ]
		while IFS=$'\t' read -r n value; do
			[ "$(dl-segment preview -q -w "$f = $value" |
				jq .count)" = "$n" ] || tell "$f = $value: not $n"
		done <v
	done
	[ "$(field is_hot | jq -c .operators)" = \
		'["=","!=","exists","is missing"]' ]
	[ "$(field email_opened | jq -c .operators)" = \
		'["count","last","first"]' ]
}

@test "fields tells of one field, and what an attribute holds" {
	new_store
	cat >leads <<-'EOF'
	{"id":"a","tags":["展示会","VIP"],"attrs":{"契約 日":"2026-01-05","人数":"12","済":"true","x":1}}
	{"id":"b","tags":["VIP"],"attrs":{"契約 日":"2025-12-01","人数":"7","済":"false","x":"ア"}}
	{"id":"c","company_size":40,"attrs":{"人数":"7"}}
	EOF
	dl-import leads -q leads
	echo '{"lead":"a","type":"資料 請求","time":"2026-01-03T00:00:00Z","attrs":{"page":"料金"}}' |
		dl-import events -q -
	dl-segment fields >seen
	[ "$(field 'attrs."契約 日"' | jq -c '[.type, .min, .max]')" = \
		'["time","2025-11-30T15:00:00Z","2026-01-04T15:00:00Z"]' ]
	[ "$(field attrs.人数 | jq -c '[.type, .min, .max, .values]')" = \
		'["number",7,12,[{"value":7,"leads":2},{"value":12,"leads":1}]]' ]
	[ "$(field attrs.済 | jq -r .type)" = bool ]
	[ "$(field attrs.x | jq -r .type)" = text ]
	[ "$(field tags | jq -c '[.leads, .values[0]]')" = \
		'[2,{"value":"VIP","leads":2}]' ]
	check dl-segment fields 'attrs.人数' -k 1
	exits 0
	[ "$(jq -c .values <<<"$output")" = '[{"value":7,"leads":2}]' ]
	check dl-segment fields '資料 請求'
	exits 0
	[ "$(jq -c '[.field, .of, .leads, .events]' <<<"$output")" = \
		'["\"資料 請求\"",null,1,1]
["page","資料 請求",null,1]' ]
	check dl-segment fields tags -f table
	exits 0
	has 'VIP 2, 展示会 1'
	check dl-segment fields compny
	exits 2
	says 'did you mean company?'
	check dl-segment fields attrs.無い
	exits 2
	says 'no lead has attrs.無い'
	# What is later than the moment does not exist.
	check dl-segment fields '資料 請求' --now 2026-01-02
	[ "$(jq -c '[.leads, .events, .min]' <<<"$output")" = '[0,0,null]' ]
}

@test "preview counts and shows ten, the same ones each time" {
	store_with_leads
	check dl-segment preview -w "source = 'ウェブ' and company_size > 10"
	exits 0
	count=$(jq .count <<<"$output")
	[ "$count" = "$(sample leads 200 | jq -c \
		'select(.source == "ウェブ" and .company_size > 10)' | wc -l)" ]
	[ "$(jq -c '[.leads, (.samples | length)]' <<<"$output")" = '[200,10]' ]
	[ "$(jq -r '.samples[] | .lead' <<<"$output" | sort -u | wc -l)" = 10 ]
	jq -e 'all(.samples[]; .source == "ウェブ" and .company_size > 10)' \
		<<<"$output"
	says "$count of 200 leads ("
	first=$output
	check dl-segment preview -w "source = 'ウェブ' and company_size > 10"
	prints "$first"
	check dl-segment preview -w "id = 'L0000003'" -f csv
	has 'lead,email,name,company,title,industry,score' L0000003
	[ "${#lines[@]}" = 2 ]
	check dl-segment preview -w "id = 'nobody'"
	exits 0
	prints '{"count":0,"leads":200,"samples":[]}'
	check dl-segment preview
	exits 2
	says '--where COND'
}

@test "filter prints the records of leads that are so" {
	leads
	finds "company contains 'システム'" a c
	finds "company_size >= 100 and not tags = '展示会'" c
	finds "attrs.予算 = 'あり'" b
	finds "attrs.予算 exists" b c
	finds "seniority >= 4" c
	finds "industry exists" a b
	finds "not industry exists" c d
	finds "id = 'c' or is_hot" c
	check dl-segment filter --invert -w "company contains 'システム'" \
		-c leads.ndjson
	exits 0
	prints 2
	check dl-segment filter -c -w "id = 'nobody'" leads.ndjson
	exits 0
	prints 0
	check dl-segment filter -w "id = 'nobody'" leads.ndjson
	exits 0
	prints_nothing
}

@test "filter leaves lines of NDJSON as they are" {
	leads
	dl-segment filter -w "company exists" <leads.ndjson >out
	sed -n 1,3p leads.ndjson | cmp - out
	printf '{"id":"x","a":1.50,"b":"\\u3042","a":2}\r\n{"id":"y"}' >odd
	dl-segment filter -w "attrs.a = 2" odd >out
	printf '{"id":"x","a":1.50,"b":"\\u3042","a":2}\n' | cmp - out
}

@test "filter puts out what came in, or what is asked for" {
	printf 'id,company,company_size,note\n1,"青葉, 株式会社",320,\n2,赤城商店,4,""\n3,,,\n' >leads.csv
	check dl-segment filter -w "company_size < 400" leads.csv
	prints 'id,company,company_size,note
1,"青葉, 株式会社",320,
2,赤城商店,4,""'
	check dl-segment filter -w "company = 'x'" leads.csv
	prints id,company,company_size,note
	check dl-segment filter -w "company_size < 400" -f ndjson leads.csv
	prints '{"id":"1","company":"青葉, 株式会社","company_size":"320"}
{"id":"2","company":"赤城商店","company_size":"4","note":""}'
	check dl-segment filter -w "id = '2'" --columns company,id leads.csv
	prints 'company,id
赤城商店,2'
	check dl-segment filter -w "id = '2'" --columns company -f json leads.csv
	prints '[
{"company":"赤城商店"}
]'
	check dl-segment filter -w "id = '2'" -o out.tsv leads.csv
	prints_nothing
	[ "$(cat out.tsv)" = $'id\tcompany\tcompany_size\tnote
2\t赤城商店\t4\t""' ]
	leads
	check dl-segment filter -w "company exists" -f csv leads.ndjson
	exits 1
	says 'leads.ndjson:2: field "attrs" is none of the columns'
	check dl-segment filter -w "company exists" -f table \
		--columns id,company,company_size leads.ndjson
	exits 0
	prints 'id  company               company_size
──  ────────────────────  ────────────
a   株式会社青葉システム           320
b   赤城商店                         4
    ＡＢＣｼｽﾃﾑ                    1200'
}

@test "filter reads what spreadsheets write" {
	printf 'id,会社名,company,title\r\n1,日進髙橋㈱,日進髙橋㈱,課長代理\r\n2,ｱｵﾊﾞ,ｱｵﾊﾞ,部長\r\n' |
		iconv -t cp932 >leads.csv
	check dl-segment filter -e cp932 -w "company contains '髙橋'" leads.csv
	exits 0
	prints 'id,会社名,company,title
1,日進髙橋㈱,日進髙橋㈱,課長代理'
	check dl-segment filter -e cp932 -w "attrs.会社名 contains 'アオバ'" \
		leads.csv -f ndjson
	prints '{"id":"2","会社名":"ｱｵﾊﾞ","company":"ｱｵﾊﾞ","title":"部長"}'
	check dl-segment filter -w "company contains '髙橋'" leads.csv
	exits 1
	says 'leads.csv:1: ' 'text in another encoding, such as cp932?'
}

@test "filter knows events, inside the leads and beside them" {
	cat >leads.ndjson <<-'EOF'
	{"id":"a","events":[{"type":"email_opened","time":"2026-01-10","campaign":"春"},{"type":"email_opened","time":"2026-01-12"}]}
	{"id":"b","email":"b@x.example","events":[{"type":"deal_won","time":"2025-12-01"}]}
	{"id":"c","events":[]}
	EOF
	finds "count(email_opened, 30d) >= 2" a
	finds "count(email_opened, where campaign = '春') = 1" a
	finds "converted" b
	finds "last_activity_at within 7d" a
	finds "not last(email_opened) within 30d" b c
	check dl-segment filter --now 2026-03-01 \
		-w "count(email_opened, 30d) >= 1" leads.ndjson
	prints_nothing
	printf '{"id":"a"}\n{"id":"b","email":"b@x.example"}\n' >bare
	printf 'email,type,time\nb@x.example,demo_requested,2026-01-14\nz,x,2026-01-01\n' >events.csv
	check dl-segment filter -w "count(demo_requested) = 1" \
		--events events.csv bare
	exits 0
	prints '{"id":"b","email":"b@x.example"}'
	says '1 events of leads that are not there'
	check dl-segment filter -w "count(demo_requested) = 0" bare
	exits 3
	prints_nothing
	says 'bare:1: ' --no-events \
		'2 read, 0 found, 0 not, 2 rejected'
	check dl-segment filter -w "count(demo_requested) = 0" --no-events \
		-c bare
	exits 0
	prints 2
}

@test "filter rejects only what it cannot judge" {
	cat >bad <<-'EOF'
	{"id":"a","company_size":"many","created_at":"yesterday or so"}
	{"id":"b","company_size":7
	{"id":"c","company_size":7,"events":"none"}
	EOF
	check dl-segment filter -w "company_size > 5" --rejects no bad
	exits 3
	prints '{"id":"c","company_size":7,"events":"none"}'
	says 'bad:1: company_size: not a number: "many"' 'bad:2:' \
		'3 read, 1 found, 0 not, 2 rejected'
	[ "$(wc -l <no)" -eq 2 ]
	sed -i '2d; s/"many"/"6"/' no
	check dl-segment filter -w "company_size > 5" no
	exits 0
	prints '{"id":"a","company_size":"6","created_at":"yesterday or so"}'
}

@test "filter and store agree on every lead" {
	store_with_leads
	dl-score define -q --reference
	sample leads 200 >l
	sample events 200 >e
	while read -r where; do
		dl-segment filter --events e -w "$where" l | jq -r .id |
			sort >filtered
		dl-score explain --all -w "$where" </dev/null | jq -r .lead |
			sort >stored
		[ -s stored ] || tell "nobody: $where"
		same filtered stored
	done <<-'EOF'
	industry in ('SaaS', '製造業') and company_size between 100 and 500
	company contains 'システム' or title ends with '部長'
	count(email_opened, 30d) >= 1 and not converted
	last_activity_at within 14d
	seniority >= 3 and attrs."予算" = '検討中'
	not is_free_email and email_domain contains 'co.jp'
	tags contains '2025秋展示会' or region = '東京都'
	created_at before 2025-01-01
	EOF
}

@test "filter needs a condition, and one that it understands" {
	check dl-segment filter leads.ndjson
	exits 2
	says '--where COND'
	check dl-segment filter -w "company_sise > 5" /dev/null
	exits 2
	says 'condition:1:1:' 'company_size'
	check dl-segment filter -w "id = 'a'" nowhere.csv
	exits 1
	says 'nowhere.csv: No such file'
}

@test "filter ends silently with its reader, and says when a disk is full" {
	leads
	for _ in {1..4000}; do cat leads.ndjson; done >many
	check bash -c 'set -o pipefail
		dl-segment filter -w "not country exists" many | head -1 >first'
	[ -z "$stderr" ]
	[ "$(wc -l <first)" -eq 1 ]
	[ -w /dev/full ] || skip "no /dev/full here"
	for format in ndjson csv json table; do
		check bash -c "dl-segment filter -f $format --columns id,company \
			-w 'company_size > 1' leads.ndjson >/dev/full"
		exits 1
		says 'dl-segment: <stdout>: No space left on device'
		[ "${#stderr_lines[@]}" -eq 1 ] || tell "one message"
	done
}

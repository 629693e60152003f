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
	jq -r 'select(.operators | index("changed")).field' seen |
		while read -r f; do
			dl-segment preview -w "changed($f) or $f for more than 7d" \
			    >/dev/null || tell "$f"
		done
	jq -r 'select(.operators | index("anniversary")).field' seen |
		while read -r f; do
			dl-segment preview -w "anniversary($f) on today" \
			    >/dev/null || tell "$f"
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
	[ "$(field stage | jq -c '.operators[-2:]')" = \
		'["changed","for more than"]' ]
	[ "$(field created_at | jq -c '.operators[-5:]')" = \
		'["in","not in","anniversary","changed","for more than"]' ]
	[ "$(field updated_at | jq -c '.operators[-3:]')" = \
		'["in","not in","anniversary"]' ]
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

# Two segments with a history: on the 1st 有望 has a, b, c; on the 5th c leaves
# and d enters; 東京 has b, c, e from the 1st.
two_segments() {
	new_store
	cat >l <<-'EOF'
	{"id":"a","email":"a@x.example","company_size":100,"region":"大阪府","stage":"mql"}
	{"id":"b","company_size":200,"region":"東京都","stage":"mql"}
	{"id":"c","company_size":300,"region":"東京都","stage":"customer"}
	{"id":"d","company_size":5,"region":"福岡県"}
	{"id":"e","company_size":6,"region":"東京都"}
	EOF
	dl-import leads -q --now 2026-01-01T03:00:00Z l
	dl-segment define -q 有望 -w 'company_size >= 100' \
		--now 2026-01-01T04:00:00Z >/dev/null
	dl-segment define -q 東京 -w "region = '東京都'" \
		--now 2026-01-01T04:00:00Z >/dev/null
	dl-segment refresh -q --now 2026-01-01T05:00:00Z >/dev/null
	dl-lead set -q --now 2026-01-05T03:00:00Z c company_size=30 >/dev/null
	dl-lead set -q --now 2026-01-05T03:00:00Z d company_size=500 >/dev/null
	dl-segment refresh -q --now 2026-01-05T05:00:00Z >/dev/null
}

@test "stats say what segments come to" {
	two_segments
	check dl-segment stats 有望 --days 20
	exits 0
	[ "$(jq -c '[.segment, .size, .share, .by_hand, .entered, .left]' \
		<<<"$output")" = '["有望",3,0.6,0,4,1]' ]
	[ "$(jq -c '.stages' <<<"$output")" = \
		'[{"stage":"mql","leads":2},{"stage":null,"leads":1}]' ]
	[ "$(jq -c '.days | [length, .[4], .[5], .[9], .[19]]' \
		<<<"$output" | sed 's/},{/}\n{/g')" = \
		'[20,{"day":"2025-12-31","entered":0,"left":0,"size":0}
{"day":"2026-01-01","entered":3,"left":0,"size":3}
{"day":"2026-01-05","entered":1,"left":1,"size":3}
{"day":"2026-01-15","entered":0,"left":0,"size":3}]' ]
	check dl-segment stats
	exits 0
	[ "$(jq -c '[.segment, .size, .converted, .conversion, .lift]' \
		<<<"$output")" = '["有望",3,0,0,0]
["東京",3,1,0.3333,1.6667]' ]
	dl-segment include -q 有望 e --now 2026-01-06 >/dev/null
	dl-score define -q --reference --now 2026-01-06
	dl-score -q --now 2026-01-06 >/dev/null
	check dl-segment stats 有望
	[ "$(jq -c '[.size, .by_hand, ([.scores[].leads] | add),
		([.bands[].leads] | add)]' <<<"$output")" = '[4,1,4,4]' ]
	check dl-segment stats 有望 -f table
	exits 0
	has 'size       4 of 5 leads (80.0 %), 1 by hand' 'size since 2025-12-17' \
		'mql' 'none'
	check dl-segment stats -f csv
	has 'segment,size,share,by_hand' '有望,4,0.8,1'
	check dl-segment stats 有垄
	exits 2
}

@test "overlap counts who is in several" {
	two_segments
	dl-segment fields | tail -2 >seen
	[ "$(field "in segment '東京'" | jq -c '[.type, .leads]')" = \
		'["segment",3]' ]
	[ "$(dl-segment preview -q -w "in segment '有望'" | jq .count)" = 3 ]
	check dl-segment overlap 有望 東京
	exits 0
	[ "$(jq -c . <<<"$output")" = "$(jq -c . <<-'EOF'
	{"segments":[{"segment":"有望","size":3},{"segment":"東京","size":3}],
	"either":5,"pairs":[{"a":"有望","b":"東京","both":1,
	"share_of_a":0.3333,"share_of_b":0.3333,"share_of_either":0.2}],
	"regions":[{"in":["有望"],"leads":2},{"in":["東京"],"leads":2},
	{"in":["有望","東京"],"leads":1}]}
	EOF
	)" ]
	check dl-segment overlap 有望 東京 --at 2026-01-03
	[ "$(jq -c '[.either, .pairs[0].both]' <<<"$output")" = '[4,2]' ]
	check dl-segment overlap 有望 東京 --at 2025-12-01
	[ "$(jq -c '[.either, .pairs[0].share_of_a]' <<<"$output")" = '[0,0]' ]
	check dl-segment overlap 有望 東京 -f csv
	prints 'a,b,both,share_of_a,share_of_b,share_of_either
有望,東京,1,0.3333,0.3333,0.2'
	check dl-segment overlap 有望 東京 -f table
	[ "$(head -4 <<<"$output")" = \
'segment  size        有望        東京
───────  ────  ──────────  ──────────
有望        3              1 (33.3 %)
東京        3  1 (33.3 %)' ]
	has '有望 only' '有望 and 東京'
	check dl-segment overlap 有望
	exits 2
	check dl-segment overlap 有望 無い
	exits 2
}

@test "diff prints who is in one only, and who came and went" {
	two_segments
	check dl-segment diff 有望 東京
	exits 0
	[ "$(jq -r '.lead + " " + .only' <<<"$output" | xargs)" = \
		'a 有望 c 東京 d 有望 e 東京' ]
	[ "$(jq -r 'select(.lead == "a").email' <<<"$output")" = a@x.example ]
	says '2 only in 有望, 2 only in 東京, 1 in both'
	check dl-segment diff 有望 東京 --at 2026-01-02
	[ "$(jq -r '.lead + .only' <<<"$output" | xargs)" = 'a有望 e東京' ]
	check dl-segment diff 有望 --from 2026-01-02
	exits 0
	prints '{"lead":"c","change":"left","time":"2026-01-05T05:00:00Z"}
{"lead":"d","change":"entered","time":"2026-01-05T05:00:00Z"}'
	says '1 entered, 1 left, 2 in at both moments'
	check dl-segment diff 有望 --from 2026-01-02 --to 2026-01-04
	exits 0
	prints_nothing
	check dl-segment diff 有望 --from 2025-12-30 --to 2026-01-02 -f csv
	[ "$(head -2 <<<"$output")" = 'lead,email,change,time
a,a@x.example,entered,2026-01-01T04:00:00Z' ]
	[ "${#lines[@]}" = 4 ]
	# What it says of two moments is what members says of each.
	dl-segment members 有望 --at 2026-01-02 | jq -r .lead | sort >then
	dl-segment members 有望 | jq -r .lead | sort >now
	dl-segment diff -q 有望 --from 2026-01-02 | jq -r \
		'(if .change == "left" then "<" else ">" end) + " " + .lead' |
		sort >said
	diff then now | grep '^[<>]' | sort | cmp - said
	for wrong in 有望 '有望 --to 2026-01-02' '有望 東京 --from 2026-01-02' \
		'有望 --from 2026-01-05 --to 2026-01-02' '無い 東京'; do
		# shellcheck disable=SC2086
		check dl-segment diff $wrong
		exits 2
	done
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
		--count leads.ndjson
	exits 0
	prints 2
	check dl-segment filter --count -w "id = 'nobody'" leads.ndjson -f json
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
	echo stale >out
	dl-segment filter -w "company = 'x'" -o out leads.csv
	[ "$(cat out)" = id,company,company_size,note ]
	echo '{"id":"a"}' >one
	dl-segment filter -w "company = 'x'" -o out one
	[ ! -s out ]
	check dl-segment filter -w "company = 'x'" -f json one
	prints '[]'
	check dl-segment filter -w "company = 'x'" <<<id,company
	exits 0
	prints id,company
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
	printf 'id,通称,会社名,役職\r\n1,日進髙橋㈱,日進髙橋㈱,課長代理\r\n2,ｱｵﾊﾞ,ｱｵﾊﾞ,部長\r\n' |
		iconv -t cp932 >leads.csv
	check dl-segment filter -e cp932 -w "company contains '髙橋'" leads.csv
	exits 0
	prints 'id,通称,会社名,役職
1,日進髙橋㈱,日進髙橋㈱,課長代理'
	check dl-segment filter -e cp932 -w "attrs.通称 contains 'アオバ'" \
		leads.csv -f ndjson
	prints '{"id":"2","通称":"ｱｵﾊﾞ","会社名":"ｱｵﾊﾞ","役職":"部長"}'
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
		--count bare
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
	cp leads.ndjson many
	for _ in {1..12}; do cat many many >more && mv more many; done
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

# ---- segments in a store ---------------------------------------------------

# changes COMMAND...: what it printed of leads, as "SEGMENT LEAD CHANGE".
changes() {
	check "$@"
	exits 0
	output=$(jq -r '"\(.segment) \(.lead) \(.change)"' <<<"$output" | sort)
}

# ids NAME [OPTION...]: who is in.
ids() {
	dl-segment members "$@" | jq -r .lead | sort | xargs
}

store_of_four() {
	new_store
	leads
	dl-import leads -q leads.ndjson
	printf '%s\n' '{"id":"1","lead":"a","type":"site_visited","time":"2026-01-10T00:00:00Z"}' \
		'{"id":"2","lead":"b","type":"site_visited","time":"2026-01-14T00:00:00Z"}' |
		dl-import events -q -
}

@test "a segment is defined, shown as define takes it, listed and removed" {
	store_of_four
	check dl-segment define 有望 -w "company_size >= 100" --description 大きい会社
	exits 0
	prints '{"segment":"有望","change":"defined"}'
	says "有望: defined; 2 entered, 0 left"
	dl-segment show 有望 >one.json
	check cat one.json
	prints '{
  "description": "大きい会社",
  "where": "company_size >= 100"
}'
	check dl-segment define 有望 one.json
	exits 0
	prints_nothing
	says "有望: unchanged"
	sed 's/100/1000/' one.json >two.json
	check dl-segment define -n 有望 two.json
	exits 0
	prints '-   "where": "company_size >= 100"
+   "where": "company_size >= 1000"'
	[ "$(ids 有望)" = "a c" ]
	check dl-segment define 有望 two.json
	prints '{"segment":"有望","change":"changed"}'
	says "0 entered, 1 left"
	echo '{"name":"和","where":{"field":"industry","operator":"in","value":["IT","小売業"]}}' |
		dl-segment define -q - >/dev/null
	dl-segment show 和 | dl-segment define -
	[ "$(dl-segment list | jq -c '[.name, .kind, .enabled, .members]')" = \
		'["和","dynamic",true,2]
["有望","dynamic",true,1]' ]
	check dl-segment remove 有望
	exits 0
	prints '{"segment":"有望","change":"removed"}'
	check dl-segment members 有望
	exits 2
	says "no such segment: \"有望\""
	[ "$(dl-db audit | jq -r 'select(.object == "有望") | .action' | xargs)" = \
		"segment define segment define segment remove" ]
	dl-db check -q
}

@test "a wrong definition is refused, and its place told" {
	store_of_four
	check dl-segment define x -w "company_siz > 3"
	exits 2
	says 'condition:1:1:' company_size
	echo '{"where":"score >","colour":1}' >wrong.json
	check dl-segment define x wrong.json
	exits 2
	says 'wrong.json:1:' colour
	check dl-segment define -w "score > 1"
	exits 2
	says "needs a name"
	check dl-segment define "$(printf 'a\tb')" -w "score > 1"
	exits 2
	check dl-segment define x -w "in segment 'y'"
	exits 2
	says 'unknown segment "y"'
	check dl-segment list
	prints_nothing
}

@test "refresh tells who enters and who leaves, and why, once" {
	store_of_four
	dl-segment define -q 大 -w "company_size >= 100" >/dev/null
	check dl-segment
	exits 0
	prints_nothing
	[ -z "$stderr" ]
	dl-lead set -q b company_size=500 >/dev/null
	dl-lead set -q a company_size=50 >/dev/null
	check dl-segment -n
	exits 0
	prints '{"segment":"大","lead":"a","change":"left","because":"not company_size >= 100"}
{"segment":"大","lead":"b","change":"entered","because":"company_size >= 100"}'
	check dl-segment
	prints '{"segment":"大","lead":"a","change":"left","because":"not company_size >= 100"}
{"segment":"大","lead":"b","change":"entered","because":"company_size >= 100"}'
	check dl-segment
	prints_nothing
	[ "$(dl-db dump | jq -c 'select(.kind == "segment.left") | [.lead, .data]')" = \
		'["a",{"segment":"大"}]' ]
	check dl-segment --all
	exits 0
	prints_nothing
	check dl-segment refresh nobody
	exits 2
}

@test "time alone lets leads in and out" {
	store_of_four
	dl-segment define -q 最近 -w "count(site_visited, 3d) >= 1" >/dev/null
	dl-segment define -q 静か -w "company exists and not last(site_visited) within 3d" >/dev/null
	[ "$(ids 最近)" = b ]
	[ "$(ids 静か)" = "a c" ]
	check dl-segment --now 2026-01-16T23:00:00Z
	prints_nothing
	changes dl-segment --now 2026-01-17T00:00:00Z
	prints '最近 b left
静か b entered'
	check dl-segment --now 2026-01-16 --all
	exits 2
	says replay
	[ "$(ids 最近 --at 2026-01-15T00:00:00Z)" = b ]
	[ "$(ids 最近 --at 2026-01-16T23:59:59Z)" = b ]
	[ "$(ids 最近 --at 2026-01-17T00:00:00Z)" = "" ]
	[ "$(ids 静か --at 2026-01-16)" = "a c" ]
}

@test "of several moments for one lead the nearest counts" {
	store_of_four
	dl-segment define -q 月 -w "count(site_visited, 30d) >= 1" >/dev/null
	dl-segment define -q 週 -w "count(site_visited, 7d) >= 1" >/dev/null
	dl-segment define -q 二週 -w "count(site_visited, 14d) >= 1" >/dev/null
	[ "$(ids 月)/$(ids 週)" = "a b/a b" ]
	changes dl-segment --now 2026-01-22
	prints '週 a left
週 b left'
	changes dl-segment --now 2026-01-29
	prints '二週 a left
二週 b left'
	changes dl-segment --now 2026-03-01
	prints '月 a left
月 b left'
	check dl-segment --now 2026-04-01
	prints_nothing
}

@test "a past that is gone through again is recorded once" {
	store_of_four
	dl-segment define -q 大 -w "company_size >= 100" >/dev/null
	dl-lead set -q --now 2026-01-20 a company_size=5 >/dev/null
	dl-segment -q --now 2026-01-20 >/dev/null
	dl-lead set -q --now 2026-01-17 --replay a company_size=900 >/dev/null
	changes dl-segment --now 2026-01-17 --replay
	prints '大 a entered'
	[ "$(ids 大 --at 2026-01-16)/$(ids 大 --at 2026-01-18)" = "a c/a c" ]
	[ "$(dl-segment overlap 大 大 --at 2026-01-18 | jq .either)" = 2 ]
	# In before it was: what comes later is not recorded twice either.
	dl-segment exclude -q --now 2026-01-25 大 a >/dev/null
	dl-segment include -q --now 2026-01-16 --replay 大 a >/dev/null
	[ "$(ids 大 --at 2026-01-16)/$(ids 大 --at 2026-01-18)" = "a c/a c" ]
	# Out before it was in: it never was.
	dl-segment include -q --now 2026-01-28 大 b >/dev/null
	dl-segment exclude -q --now 2026-01-18 --replay 大 b >/dev/null
	check dl-segment explain --now 2026-01-30 大 b
	[ "$(jq -c '[.in, .before]' <<<"$output")" = '[false,null]' ]
	dl-db check -q
}

@test "segments ask for segments: in order, in one refresh, in no circle" {
	store_of_four
	dl-segment define -q 基 -w "company_size >= 100" >/dev/null
	dl-segment define -q い -w "in segment '基' and industry = 'IT'" >/dev/null
	dl-segment define -q あ -w "company exists and not in segment 'い'" >/dev/null
	[ "$(ids い)/$(ids あ)" = "a/b c" ]
	check dl-segment define 基 -w "in segment 'あ'"
	exits 2
	says 'a circle:' 基 い あ
	dl-lead set -q a company_size=5 >/dev/null
	changes dl-segment
	prints 'あ a entered
い a left
基 a left'
	check dl-segment remove 基
	exits 2
	says い
	check dl-segment remove --force 基
	exits 0
	dl-lead set -q d company=丁 >/dev/null
	check dl-segment
	exits 3
	has '"segment":"あ","lead":"d","change":"entered"'
	says 'segment "い"' 'unknown segment "基"'
	check dl-segment check
	exits 4
	says 'unknown segment "基"'
	dl-segment define -q 基 -w "company_size < 100" >/dev/null
	changes dl-segment
	prints 'あ a left
い a entered'
	check dl-segment check
	exits 0
}

@test "a segment that the stages ask for is not removed" {
	store_of_four
	dl-segment define -q 大 -w "company_size >= 100" >/dev/null
	dl-segment define -q 中 -w "in segment '大'" >/dev/null
	jq '.moves[-1] |= (del(.on) | .when = "in segment \u0027大\u0027")' \
		<(dl-stage show) >stages
	dl-stage define -q stages >/dev/null
	check dl-segment remove 大
	exits 2
	says 'segment "大" is asked for by: 中, the stages (to '
	dl-segment remove -q 中 >/dev/null
	check dl-segment remove 大
	exits 2
	says 'asked for by: the stages (to '
	check dl-segment remove --force 大
	exits 0
	dl-stage reset -q >/dev/null
}

@test "what was decided by hand survives every refresh, with who and why" {
	store_of_four
	dl-segment define -q 大 -w "company_size >= 100" >/dev/null
	check dl-segment include 大 b --why "社長の友人" --as 佐藤
	exits 0
	prints '{"segment":"大","lead":"b","override":"included","change":"entered","because":"included by hand"}'
	printf '{"lead":"a"}\n{"lead":"nobody"}\n' >away
	check dl-segment exclude 大 - <away
	exits 3
	has '"lead":"a","override":"excluded","change":"left"'
	says nobody
	check dl-segment include 大 b
	prints_nothing
	dl-segment -q --all
	dl-segment -q refresh 大
	dl-lead set -q a company_size=900 >/dev/null
	dl-lead set -q b company_size=1 >/dev/null
	check dl-segment -q
	prints_nothing
	[ "$(ids 大)" = "b c" ]
	check dl-segment explain 大 b
	[ "$(jq -c '[.in, .by, .true, .override.user, .override.why]' <<<"$output")" = \
		'[true,"hand",false,"佐藤","社長の友人"]' ]
	check dl-segment explain 大 b -f table
	has 'is in 大 since 2026-01-15' 'included by hand by 佐藤' '✗ company_size >= 100   1'
	[ "$(dl-db person a | jq -c '.segment_overrides[] | [.segment, .included]')" = \
		'["大",false]' ]
	check dl-segment clear 大 a b
	exits 0
	[ "$(jq -r '"\(.lead) \(.change) \(.because)"' <<<"$output")" = \
		"a entered company_size >= 100
b left not company_size >= 100" ]
	check dl-segment -q
	prints_nothing
	dl-db check -q
}

@test "a static segment stays as it was; freeze and thaw, disable and enable" {
	store_of_four
	dl-segment define -q 当時 -w "company_size >= 100" --static >/dev/null
	dl-segment define -q 今 -w "company_size >= 100" >/dev/null
	dl-lead set -q a company_size=5 >/dev/null
	changes dl-segment
	prints '今 a left'
	check dl-segment refresh 当時
	exits 2
	says static
	dl-segment exclude -q 当時 a >/dev/null
	[ "$(ids 当時)" = c ]
	dl-segment clear -q 当時 a >/dev/null
	[ "$(ids 当時)" = "a c" ]
	check dl-segment thaw 当時
	prints '{"segment":"当時","change":"thawed"}'
	says "0 entered, 1 left"
	dl-segment freeze -q 今 >/dev/null
	[ "$(dl-segment show 今 | jq -c .static)" = true ]
	dl-segment disable -q 当時 >/dev/null
	dl-lead set -q b company_size=500 >/dev/null
	check dl-segment
	prints_nothing
	[ "$(dl-db stats | jq '.tenants[0].waiting')" = 4 ]
	check dl-segment enable 当時
	prints '{"segment":"当時","change":"enabled"}'
	[ "$(ids 当時)/$(ids 今)" = "b c/c" ]
}

@test "other settings of the tenant are another condition" {
	store_of_four
	dl-segment define -q 客 -w "converted" >/dev/null
	dl-segment define -q 残 -w "not in segment '客'" >/dev/null
	[ "$(ids 客)/$(ids 残)" = "/a b c d" ]
	dl-db tenant set -q main conversion_events=site_visited
	changes dl-segment
	prints '客 a entered
客 b entered
残 a left
残 b left'
	check dl-segment
	prints_nothing
}

@test "what is defined or switched is found at once, and nothing else" {
	store_of_four
	dl-segment define -q 大 -w "company_size >= 100" >/dev/null
	dl-segment define -q 当時 -w "company_size >= 100" --static >/dev/null
	dl-segment disable -q 大 >/dev/null
	check dl-segment define 大 -w "company_size >= 50"
	exits 0
	prints '{"segment":"大","change":"changed"}'
	check dl-segment define 当時 -w "company_size >= 100" --static \
	    --description 一月
	exits 0
	[ "$(ids 大)/$(ids 当時)" = "a c/a c" ]
	# Who else changes meanwhile is told of by the next refresh.
	dl-segment define -q IT -w "industry = 'IT'" >/dev/null
	dl-lead set -q b industry=IT company_size=70 >/dev/null
	check dl-segment enable 大 当時
	exits 0
	prints '{"segment":"大","change":"enabled"}'
	says '大: enabled; 当時: unchanged; 1 entered, 0 left'
	changes dl-segment
	prints 'IT b entered'
	# A segment that is broken keeps nobody from defining another.
	dl-segment define -q 中 -w "in segment '大'" >/dev/null
	dl-segment remove -q --force 大 >/dev/null
	check dl-segment define 小 -w "company_size < 50"
	exits 0
	check dl-segment refresh 小
	exits 0
	says '4 leads looked at, 0 entered, 0 left'
	check dl-segment refresh 中
	exits 3
}

@test "erasing somebody takes them out of every segment" {
	store_of_four
	dl-segment define -q 大 -w "company_size >= 100" >/dev/null
	dl-segment include -q 大 b --why ないしょ >/dev/null
	dl-lead set -q a company_size=5 >/dev/null
	dl-segment -q >/dev/null
	dl-db erase -q a b >/dev/null
	dl-db check -q
	[ "$(ids 大)" = c ]
	check dl-db dump
	lacks ないしょ '"lead":"a"'
}

@test "the queue of a tenant without segments is empty" {
	store_of_four
	dl-score define -q reference --reference
	dl-score apply -q >/dev/null
	[ "$(dl-db stats | jq '.tenants[0].waiting')" = 0 ]
	dl-segment define -q 点 -w "score >= 1" >/dev/null
	dl-lead set -q d title=社長 >/dev/null
	dl-segment -q
	dl-score apply -q >/dev/null
	changes dl-segment
	prints '点 d entered'
	dl-segment remove -q 点
	dl-lead set -q d title=部長 >/dev/null
	[ "$(dl-db stats | jq '.tenants[0].waiting')" = 1 ]
}

@test "two at once: one works, the other says so and exits 0" {
	local host ms
	store_of_four
	dl-segment define -q 大 -w "company_size >= 100" >/dev/null
	dl-lead set -q b company_size=500 >/dev/null
	host=$(uname -n)
	ms=$(date +%s)000
	store_sql "INSERT INTO lease VALUES (1, 'segment refresh', '$host:$$:x', $ms, $ms)"
	check dl-segment
	exits 0
	prints_nothing
	says "already at work: process $$"
	check dl-segment define 小 -w "company_size < 100"
	exits 0
	says "a refresh is at work"
	store_sql "DELETE FROM lease"
	changes dl-segment
	prints '大 b entered'
	[ "$(ids 大)" = "a b c" ]
}

# Who is found at a moment: found TIME CONDITION.
found() {
	dl-segment preview -q --now "$1" -w "$2" | jq -r '[.samples[].lead] | sort | join(" ")'
}

@test "conditions know when fields changed, by import and by hand" {
	new_store
	printf '%s\n' '{"id":"1","stage":"lead","company":"株式会社山田","予算":"なし"}' \
	    '{"id":"2","stage":"lead","company":"鈴木工業","予算":"なし"}' \
	    '{"id":"3","company":"佐藤商事"}' >new
	dl-import leads -q --now 2026-01-01 new
	[ "$(found 2026-01-01 'changed(stage) or changed(company) or changed(attrs.予算)')" = "" ]
	[ "$(found 2026-01-15 'stage for more than 14d')" = "1 2" ]
	[ "$(found 2026-01-14 'stage for more than 14d')" = "" ]
	# An import that says the same again changes nothing.
	printf '%s\n' '{"id":"1","stage":"mql","予算":"なし"}' \
	    '{"id":"2","stage":"lead","予算":"あり"}' \
	    '{"id":"3","stage":"mql"}' >later
	dl-import leads -q --now 2026-01-10 later
	dl-import leads -q --now 2026-01-11 later
	dl-lead set -q --now 2026-01-12 2 company=鈴木製作所 attrs.予算= >/dev/null
	[ "$(found 2026-01-10 'changed(stage, 7d)')" = "1 3" ]
	[ "$(found 2026-01-16 'changed(stage, 7d)')" = "1 3" ]
	[ "$(found 2026-01-17 'changed(stage, 7d)')" = "" ]
	[ "$(found 2026-01-11 'changed(attrs.予算, 3d)')" = "2" ]
	[ "$(found 2026-01-14 'changed(attrs.予算, 3d) and changed(company)')" = "2" ]
	[ "$(found 2026-01-24 "stage = 'mql' for more than 14d")" = "1 3" ]
	[ "$(found 2026-01-23 "stage = 'mql' for more than 14d")" = "" ]
	[ "$(found 2026-01-23 "stage for more than 14d")" = "2" ]
	# What lies ahead has not happened.
	[ "$(found 2026-01-09 'changed(stage)')" = "" ]
	[ "$(dl-lead show 2 -f ndjson | jq -c '.changes[] | [.field, .time[:10]]' |
	    tr -d '\n')" = '["attrs.予算","2026-01-10"]["attrs.予算","2026-01-12"]["company","2026-01-12"]' ]
	dl-db check -q
	dl-db erase -q 2 >/dev/null
	[ "$(store_sql 'SELECT count(*) FROM field_change')" = 2 ]
	check dl-segment filter -w "changed(stage, 7d)" new
	exits 2
	says "only a store knows when stage changed; here there is none"
}

@test "conditions know the calendar of the tenant's zone, and draw lots" {
	new_store
	dl-db tenant set -q zone=America/New_York >/dev/null
	printf '%s\n' '{"id":"1","created_at":"2026-03-01T04:59:59Z"}' \
	    '{"id":"2","created_at":"2026-03-01T05:00:00Z"}' \
	    '{"id":"3","created_at":"2024-02-29T12:00:00Z"}' | dl-import leads -q --now 2026-03-31
	[ "$(found 2026-03-31T12:00:00Z 'created_at in this month')" = "2" ]
	[ "$(found 2026-04-01T03:59:59Z 'created_at in this month')" = "2" ]
	[ "$(found 2026-04-01T04:00:00Z 'created_at in this month')" = "" ]
	[ "$(found 2026-04-01T04:00:00Z 'created_at in last month')" = "2" ]
	[ "$(found 2026-03-31 'created_at in last 2 months')" = "1" ]
	[ "$(found 2026-02-25 'anniversary(created_at) in next 7 days')" = "3" ]
	[ "$(found 2026-03-31 'random 50%')" = "$(found 2027-03-31 'random 50%')" ]
	[ "$(found 2026-03-31 'random 100%')" = "1 2 3" ]
}

@test "a definition cut short before its members were found is completed by the same one" {
	store_with_leads 60
	dl-segment define -q large -w 'company_size >= 100' >/dev/null
	[ "$(dl-segment members -q large | wc -l)" -gt 5 ]
	dl-segment members -q large >want
	# As a kill between the two transactions leaves it.
	store_sql "DELETE FROM segment_member; DELETE FROM signal
		WHERE kind = 'segment.entered'; UPDATE segment
		SET checksum = NULL, filled_at = NULL"
	check dl-segment define large -w 'company_size >= 100'
	exits 0
	prints_nothing
	same want <(dl-segment members -q large)
	dl-segment disable -q large >/dev/null
	check dl-segment define large -w 'company_size >= 100'
	exits 0
	dl-segment enable -q large >/dev/null
	dl-segment freeze -q large >/dev/null
	check dl-segment define large --static -w 'company_size >= 100'
	exits 0
	same want <(dl-segment members -q large)
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-lead: one lead found, shown, changed.
load helper

setup() {
	common_setup
	new_store
	dl-import leads -q <<-'END'
	{"id":"L1","email":"aoki@aozora.example","name":"青木 空","company":"アオゾラ商事","title":"課長","company_size":120,"tags":["b","a"],"attrs":{"予算":"なし","n":5,"vip":true}}
	{"id":"L2","email":"midori@midori.example","name":"ミドリカワ","company":"Midori GmbH"}
	END
}

found() { # found TEXT...: the ids that a search prints
	dl-lead search "$@" | jq -r .lead | tr '\n' ' '
}

@test "search is blind to case and width, and looks at four fields" {
	local text want
	while IFS='|' read -r text want; do
		[ "$(found "$text")" = "$want" ] || tell "$text"
	done <<-'END'
	アオゾラ|L1 
	ｱｵｿﾞﾗ|L1 
	ＡＯＫＩ@|L1 
	青木|L1 
	l2|L2 
	MIDORI gmbh|L2 
	.example|L1 L2 
	無い|
	%|
	'|
	END
	[ "$(found --limit 1 .example)" = "L1 " ]
	check dl-lead search " "
	exits 2
	check dl-lead search -f table MIDORI
	has "Midori GmbH"
}

@test "show: one screen, or one object" {
	dl-import events -q <<-'END'
	{"lead":"L1","type":"email_opened","time":"2026-01-02T00:00:00Z","campaign":"c"}
	{"lead":"L1","type":"site_visited","time":"2026-01-03T00:00:00Z"}
	END
	check dl-lead show -f table aoki@AOZORA.example
	exits 0
	has "アオゾラ商事" "予算" "a, b" "latest events" \
		"2026-01-03 09:00" "site_visited" '{"campaign":"c"}'
	check dl-lead show -f table --events 1 L1
	has "and 1 earlier ones"
	lacks email_opened
	check dl-lead show L1 L2
	[ "${#lines[@]}" -eq 2 ]
	[ "$(jq -c '[.lead.id, (.events | length)]' <<<"${lines[0]}")" = '["L1",2]' ]
	check dl-lead show L3
	exits 2
}

@test "set changes fields and attributes, keeps their types, and tells" {
	check dl-lead set L1 company= title=部長 company_size=500 attrs.予算=あり \
		attrs.n=6 attrs.vip=false attrs.new=7 tags=z,y,z converted=yes \
		created_at=2026-01-02 attrs.gone=
	exits 0
	prints '{"lead":"L1","field":"company","old":"アオゾラ商事","new":null}
{"lead":"L1","field":"title","old":"課長","new":"部長"}
{"lead":"L1","field":"company_size","old":120,"new":500}
{"lead":"L1","field":"attrs.予算","old":"なし","new":"あり"}
{"lead":"L1","field":"attrs.n","old":5,"new":6}
{"lead":"L1","field":"attrs.vip","old":true,"new":false}
{"lead":"L1","field":"attrs.new","old":null,"new":"7"}
{"lead":"L1","field":"tags","old":["a","b"],"new":["y","z"]}
{"lead":"L1","field":"converted","old":null,"new":true}
{"lead":"L1","field":"created_at","old":"2026-01-15T00:00:00Z","new":"2026-01-01T15:00:00Z"}'
	[ -z "$(found アオゾラ)" ]
	check dl-lead set L1 title=部長
	prints_nothing
	check dl-db check -q
	exits 0
	check dl-db audit
	has '"action":"lead.set","object":"L1"'
	check dl-lead set -n L1 title=x
	has '"new":"x"'
	check dl-lead show L1
	has '"title":"部長"'
}

@test "set refuses what is wrong, and then changes nothing" {
	local set want
	dl-db dump >before
	while IFS='|' read -r set want; do
		check dl-lead set L1 title=x "$set"
		exits 2
		says "$want"
	done <<-'END'
	nmae=x|no such field: "nmae": did you mean "name"?
	zzzzzz=x|attributes are called attrs.NAME
	score=1|score: cannot be set by hand
	id=2|id: cannot be set by hand
	email=nonsense|email: not an address: "nonsense"
	email=MIDORI@midori.example|another lead has it already
	company_size=many|company_size: not a whole number: "many"
	created_at=soon|created_at: not a time: "soon"
	created_at=|created_at: every lead has one
	converted=perhaps|converted: neither yes nor no
	attrs.=x|not a name of an attribute
	title|not FIELD=VALUE: "title"
	END
	dl-db dump >after
	same before after
}

@test "tags go on and off, also for leads on standard input" {
	check dl-lead tag L1 c a
	prints '{"lead":"L1","field":"tags","old":["a","b"],"new":["a","b","c"]}'
	check dl-lead untag L1 a nothing
	prints '{"lead":"L1","field":"tags","old":["a","b","c"],"new":["b","c"]}'
	check dl-lead tag - vip <<-'END'
	{"lead":"L1","score":5}
	{"email":"midori@midori.example"}
	{"id":"L9"}
	{"x":1}
	nonsense
	END
	exits 3
	has '"lead":"L1"' '{"lead":"L2","field":"tags","old":null,"new":["vip"]}'
	says '<stdin>:3: no lead has the id or e-mail "L9"' \
		"<stdin>:4: no lead, id or email" "<stdin>:5:"
	check dl-lead untag L2 vip
	has '"new":null'
	check dl-lead tag L1 " "
	exits 2
}

@test "what was changed by hand waits for scoring" {
	[ "$(dl-db stats | jq '.tenants[0].waiting')" -eq 2 ]
	store_sql "DELETE FROM work"
	dl-lead set L2 title=x >/dev/null
	[ "$(dl-db stats | jq '.tenants[0].waiting')" -eq 1 ]
}

@test "show says why the score is what it is" {
	echo '{"rules":[{"name":"big","type":"attribute","when":"company_size >= 100","points":30},{"name":"opened","type":"behavior","event":"email_opened","points":5}]}' |
		dl-score define -q r - >/dev/null
	echo '{"lead":"L1","type":"email_opened","time":"2026-01-02"}' | dl-import events -q
	check dl-lead show L1
	[ "$(jq -c '[.score.score, .score.band, [.score.rules[] | [.rule, .points]]]' <<<"$output")" = \
		'[35,"warm",[["big",30],["opened",5]]]' ]
	check dl-lead show -f table L1
	has "why" "30  big: company_size >= 100"
	dl-score apply -q >/dev/null
	dl-lead set L1 company_size=10 >/dev/null
	dl-score apply -q --now 2026-01-16 >/dev/null
	check dl-lead show -f table --now 2026-01-16 L1
	has "former scores"
}

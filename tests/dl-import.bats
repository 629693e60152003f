#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-import: what goes in, as what, and what does not.
# runs long
load helper

setup() {
	common_setup
	new_store
}

summary() { # summary TEXT: the last line on standard error
	# shellcheck disable=SC2154 # set by check
	[ "${stderr_lines[-1]}" = "dl-import: $1" ] || tell "wanted: $1"
}

# leads JQ: what the dump says of the leads, through jq
leads() {
	dl-db dump | jq -rc "select(.record == \"lead\") | $1"
}

events() {
	dl-db dump | jq -rc "select(.record == \"event\") | $1"
}

# --- leads ---------------------------------------------------------------

@test "formats, encodings and byte order marks give the same leads" {
	printf '会社名,メールアドレス,従業員数\n株式会社ソラ,a@x.example,"1,200名"\n' >u.csv
	iconv -f utf-8 -t cp932 u.csv >c.csv
	printf '\xef\xbb\xbf' | cat - u.csv >bom.csv
	printf '会社名\tメールアドレス\t従業員数\r\n株式会社ソラ\ta@x.example\t１２００\r\n' >t.tsv
	echo '{"company":"株式会社ソラ","email":"a@x.example","company_size":1200}' >n.ndjson
	echo '[{"company":"株式会社ソラ","email":"a@x.example","company_size":1200.0}]' >a.json
	tr , ';' <<<'company,email,company_size' >s.csv
	echo '株式会社ソラ;a@x.example;1200' >>s.csv
	check dl-import leads u.csv
	exits 0
	summary "1 read, 1 new, 0 updated, 0 unchanged, 0 rejected"
	for file in bom.csv t.tsv n.ndjson a.json s.csv; do
		check dl-import leads "$file"
		exits 0
		summary "1 read, 0 new, 0 updated, 1 unchanged, 0 rejected"
	done
	check dl-import leads -e cp932 c.csv
	summary "1 read, 0 new, 0 updated, 1 unchanged, 0 rejected"
	check dl-import leads -f csv - <u.csv
	summary "1 read, 0 new, 0 updated, 1 unchanged, 0 rejected"
	[ "$(leads '[.company, .company_size]')" = '["株式会社ソラ",1200]' ]
}

@test "a CP932 file comes back as it went in" {
	printf 'id,company,備考\n1,①髙橋商店㈱,～－∥￠￡￢ｱｲｳ\n' >u.csv
	iconv -f utf-8 -t cp932 u.csv >c.csv 2>/dev/null ||
		iconv -f utf-8 -t cp932//TRANSLIT u.csv >c.csv
	iconv -f cp932 -t utf-8 c.csv | tail -1 | cut -d, -f2,3 >want
	dl-import leads -q -e cp932 c.csv
	leads '"\(.company),\(.attrs["備考"])"' >got
	same want got
}

@test "what is absent stays, null clears, attributes merge" {
	echo '{"id":"1","company":"A","title":"x","attrs":{"a":1,"b":2},"tags":["q","p","q"]}' |
		dl-import leads -q
	check dl-import leads --changes <<<'{"id":"1","title":null,"attrs":{"b":null,"c":3}}'
	exits 0
	prints '{"change":"updated","lead":"1","title":{"old":"x","new":null},"attrs":{"old":{"a":1,"b":2},"new":{"a":1,"c":3}}}'
	printf 'id,company,title\n1,,\n' >empty.csv
	check dl-import leads empty.csv
	summary "1 read, 0 new, 0 updated, 1 unchanged, 0 rejected"
	[ "$(leads '[.company, .title, .attrs, .tags]')" = \
		'["A",null,{"a":1,"c":3},["p","q"]]' ]
}

@test "leading zeros, long digits, dates and numbers stay as written" {
	printf 'id,phone,zip,card,when,amount\n007,0312345678,0010,12345678901234567890,2026/1/2,1.50\n' >a.csv
	dl-import leads -q a.csv
	[ "$(leads '[.id, .phone, .attrs.zip, .attrs.card, .attrs.when, .attrs.amount]')" = \
		'["007","0312345678","0010","12345678901234567890","2026/1/2","1.50"]' ]
	echo '{"id":"8","n":1.10,"big":123456789012345678901234567890}' |
		dl-import leads -q
	dl-db dump | grep -q '"big":123456789012345678901234567890,"n":1.10'
}

@test "a lead is found by id, else by its address in any form" {
	echo '{"email":"Taro@Example.JP","name":"太郎"}' | dl-import leads -q
	check dl-import leads <<<'{"email":" taro@example.jp ","company":"A"}'
	summary "1 read, 0 new, 1 updated, 0 unchanged, 0 rejected"
	[ "$(leads .id)" = "e$(printf taro@example.jp | sha256sum | cut -c1-16)" ]
	check dl-import leads <<<'{"name":"nobody"}'
	exits 3
	says "<stdin>:1: neither id nor email"
}

@test "one address is one lead, unless told otherwise" {
	echo '{"id":"1","email":"a@x.example"}' | dl-import leads -q
	local line='{"id":"2","email":"A@x.example","company":"B"}'
	check dl-import leads <<<"$line"
	exits 3
	says 'email: the lead "1" has it already'
	check dl-import leads --same-email merge <<<"$line"
	exits 0
	[ "$(leads '[.id, .company]')" = '["1","B"]' ]
	check dl-import leads --same-email keep <<<"$line"
	exits 0
	[ "$(leads .id | wc -l)" -eq 2 ]
	# An address that was given up is free again, in the same run.
	new_store again
	check dl-import leads <<-'END'
	{"id":"1","email":"a@x.example"}
	{"id":"2","email":"a@x.example"}
	{"id":"1","email":"b@x.example"}
	{"id":"2","email":"a@x.example"}
	END
	summary "4 read, 2 new, 1 updated, 0 unchanged, 1 rejected"
}

@test "a lead that comes twice in one file is laid over itself" {
	check dl-import leads <<-'END'
	{"id":"1","company":"A"}
	{"id":"1","title":"T"}
	{"id":"1","company":"A"}
	{"id":"1","company":"B"}
	END
	summary "4 read, 1 new, 2 updated, 1 unchanged, 0 rejected"
	[ "$(leads '[.company, .title]')" = '["B","T"]' ]
}

@test "a wrong value rejects its record with place, field and reason" {
	local line want
	while IFS='|' read -r line want; do
		[ -n "$line" ] || continue
		check dl-import leads <<<"$line"
		exits 3
		says "<stdin>:1" "$want"
		summary "1 read, 0 new, 0 updated, 0 unchanged, 1 rejected"
	done <<-'END'
	{"id":"1","email":"foo@"}|email: not an address: "foo@"
	{"id":"1","company_size":"many"}|company_size: not a whole number: "many"
	{"id":"1","company_size":1.5}|company_size: not a whole number: "1.5"
	{"id":"1","company_size":"1,00"}|company_size: not a whole number: "1,00"
	{"id":"1","created_at":"02/01/2026"}|created_at: not a time: "02/01/2026"
	{"id":"1","created_at":1767225600}|created_at: not a time (a map can say: unix or unix_ms): "1767225600"
	{"id":"1","converted":"perhaps"}|converted: neither yes nor no: "perhaps"
	{"id":"1","company":["a"]}|company: not a single value: "[\"a\"]"
	{"id":"1","attrs":[1]}|attrs: not a JSON object
	{"id":"a\tb"}|id: empty, longer than 200 bytes or with control characters
	{"id":"1"|:10: expected , or } (it ends here)
	[1]|object
	END
	[ -z "$(leads .id)" ]
}

@test "bad records never stop the good ones, and can be mended" {
	check dl-import leads --rejects left.ndjson <<-'END'
	{"id":"1","email":"a@x.example"}
	{"id":"2","email":"nonsense","company":"B"}
	{"id":"3",
	{"id":"4"}
	END
	exits 3
	summary "4 read, 2 new, 0 updated, 0 unchanged, 2 rejected"
	[ "$(jq -r ._line left.ndjson | tr '\n' ' ')" = "2 3 " ]
	[ "$(jq -r '._raw // empty' left.ndjson)" = '{"id":"3",' ]
	jq -c 'select(._raw == null) | .email = "b@x.example"' left.ndjson \
		>mended.ndjson
	check dl-import leads mended.ndjson
	exits 0
	[ "$(leads 'select(.id == "2") | .email')" = b@x.example ]
}

@test "strict is all or nothing" {
	printf '%s\n' '{"id":"1"}' '{"id":"2","email":"x"}' >bad.ndjson
	check dl-import leads --strict bad.ndjson
	exits 1
	says "1 rejected, 1 held back; nothing was stored"
	[ -z "$(leads .id)" ]
	# What only the store can tell undoes everything as well.
	printf '%s\n' '{"id":"1","email":"a@x.example"}' '{"id":"2","email":"a@x.example"}' >twice.ndjson
	check dl-import leads --strict --changes twice.ndjson
	exits 1
	prints_nothing
	[ -z "$(leads .id)" ]
	printf '%s\n' '{"id":"1"}' '{"id":"2"}' >good.ndjson
	tac good.ndjson | dl-import leads --strict -q -
	[ "$(leads .id | wc -l)" -eq 2 ]
	check dl-import leads --strict - <good.ndjson
	summary "2 read, 0 new, 0 updated, 2 unchanged, 0 rejected"
}

@test "strict tells its changes at the end, however many" {
	awk 'BEGIN { for (i = 0; i < 40000; i++)
		printf "{\"id\":\"%0100d\"}\n", i }' >many.ndjson
	dl-import leads --strict --changes many.ndjson >changes 2>/dev/null
	[ "$(wc -l <changes)" -eq 40000 ]
	[ "$(jq -r .lead changes | sort -u | wc -l)" -eq 40000 ]
	[ "$(leads .id | wc -l)" -eq 40000 ]
	mkfifo pipe
	check dl-import leads --strict pipe
	exits 2
	says "pipe: not a plain file"
}

@test "a dry run tells all and does nothing" {
	echo '{"id":"1","company":"A"}' | dl-import leads -q
	dl-db dump >before
	check dl-import leads -n <<-'END'
	{"id":"1","company":"B"}
	{"id":"2"}
	{"id":"2","title":"T"}
	{"email":"x"}
	END
	exits 3
	prints '{"change":"updated","lead":"1","company":{"old":"A","new":"B"}}
{"change":"new","lead":"2"}
{"change":"updated","lead":"2","title":{"old":null,"new":"T"}}'
	says "4 read, 1 new, 2 updated, 0 unchanged, 1 rejected" "dry run"
	dl-db dump >after
	same before after
	check dl-db stats
	has '"waiting":1'
	check dl-import leads -n --now 2020-01-01 <<<'{"id":"3"}'
	exits 2
	says "2020-01-01"
	check dl-import leads -n --now 2020-01-01 --replay <<<'{"id":"3"}'
	exits 0
	check dl-import leads -n --strict <<<'{"id":"3"}
{"email":"x"}'
	exits 1
	says "1 held back"
}

# rehearses ARGUMENT...: a dry run of an import of ./in says what the import then
# says and prints, in a store that is as it was.
rehearses() {
	local status=0
	dl-db dump >before
	dl-import "$@" -nv in >dry 2>dry.err || status=$?
	dl-db dump >after
	same before after
	dl-import "$@" -v --changes in >wet 2>wet.err || [ $? -eq "$status" ]
	# What is done at once is told in the order of the ids.
	same <(sort dry) <(sort wet)
	sed -i 's/ (dry run: nothing was stored)//' dry.err
	same dry.err wet.err
}

@test "a dry run says what the import says, whatever comes again" {
	local i origin

	new_store dry
	sample leads 900 >leads.ndjson
	head -n 600 leads.ndjson | dl-import leads -q
	# All of it over what is there, some of it changed, with addresses that
	# move from one lead to the other.
	{
		cat leads.ndjson
		jq -c 'select(.id[-1:] == "3") | .title = "x"' leads.ndjson
		jq -rc '.email' leads.ndjson | head -n 700 | tail -n 300 |
			paste -d' ' <(jq -r .id leads.ndjson | tail -n 300) - |
			jq -Rc 'split(" ") | {id: .[0], email: .[1]}'
		jq -c '{email, company: "y"}' leads.ndjson | tail -n 400
		echo '{"email":"nobody@new.example","title":"a"}'
		echo '{"email":"nobody@new.example","title":"b"}'
	} >in
	origin=$DL_DB
	for i in reject merge keep; do
		DL_DB=$origin
		store_copy "by-$i"
		rehearses leads --same-email "$i"
	done
	grep -q '"updated"' dry
	# Events and runs of leads there are, of new ones, and of both again.
	sample events 300 >in
	rehearses events
	{
		sample events 500
		sample events 20 | jq -c '.time = "2020-01-01T00:00:00Z"'
		sample events 20 | jq -c 'del(.id) | .type = "deal_won"'
		echo '{"lead":"L0000001","type":"deal_won","time":"2010-01-01"}'
		echo '{"lead":"none","type":"deal_won","time":"2020-01-01"}'
		echo '{"email":"no@one.example","type":"t","time":"2020-01-01"}'
		echo '{"email":"no@one.example","type":"t","time":"2020-01-01"}'
	} >in
	rehearses events --create
	[ "$(grep -c '"change":"new","lead"' wet)" -eq 2 ]
	grep -q "dated before the lead was created" dry.err
	sample assessments 200 >in
	rehearses assessments
	{
		sample assessments 400
		sample assessments 100 | jq -c '.progress = 77'
		sample assessments 10 | jq -c '.lead = "L0000399"'
		echo '{"id":"r","lead":"new","assessment":"a"}'
	} >in
	rehearses assessments --create
	grep -q '"updated"' wet
}

@test "a dry run is not in the way of others, nor they in its" {
	require_engine sqlite
	require_tool sqlite3
	echo '{"id":"1","company":"A"}' | dl-import leads -q
	mkfifo hold
	sqlite3 "$DL_DB" <hold &
	exec 7>hold
	printf 'BEGIN IMMEDIATE;\n.shell touch held\n' >&7
	until [ -e held ]; do sleep 0.05; done
	check dl-import leads -n <<<'{"id":"1","company":"B"}'
	exec 7>&-
	wait
	exits 0
	says "1 updated"
}

@test "new leads leave a signal, changed ones wait for scoring" {
	echo '{"id":"1"}' | dl-import leads -q
	echo '{"id":"1"}' | dl-import leads -q --now 2026-01-16
	[ "$(dl-db dump | jq -rc 'select(.record == "signal") | [.lead, .kind, .time]')" = \
		'["1","lead.created","2026-01-15T00:00:00Z"]' ]
	[ "$(leads .updated_at)" = 2026-01-15T00:00:00Z ]
	echo '{"id":"1","title":"x"}' | dl-import leads -q --now 2026-01-17
	[ "$(leads .updated_at)" = 2026-01-17T00:00:00Z ]
	check dl-import leads --now 2026-01-16 <<<'{"id":"2"}'
	exits 2
	check dl-import leads --now 2026-01-16 --replay <<<'{"id":"2"}'
	exits 0
}

# --- maps ----------------------------------------------------------------

@test "maps: renames, constants, tables, types, joins, lists, zones" {
	cat >map.json <<-'END'
	{"zone": "America/Sao_Paulo", "missing": ["-"],
	 "fields": {
	  "id": {"columns": ["site", "no"], "join": "/", "prefix": "x-"},
	  "name": {"columns": ["sei", "mei"]},
	  "source": {"value": "fair"},
	  "tags": {"column": "kw", "split": "; "},
	  "created_at": {"column": "day", "format": ["%d.%m.%Y", "unix"]},
	  "converted": {"column": "won", "true": ["W"]},
	  "company_size": {"column": "staff", "values": {"many": 1000, "none": null}},
	  "region": {"column": "r", "values": {"1": "東京都"}, "otherwise": "他"},
	  "attrs.vip": {"column": "vip", "type": "bool"},
	  "attrs.key": {"hash": ["site", "no"]}
	 },
	 "types": {"spend": "number", "seen": "time", "langs": "list", "raw": "json"},
	 "ignore": ["junk"]}
	END
	cat >a.csv <<-'END'
	site,no,sei,mei,kw,day,won,staff,r,vip,spend,seen,langs,raw,junk,note
	A,1,山田,太郎,b; a,31.12.2025,W,many,1,はい,"1,234.50",2026-01-01,"ja,en","{""k"": 1}",z,007
	A,2,佐藤,,-,1767225600,L,none,2,no,-,-,,,z,-
	END
	check dl-import leads --map map.json a.csv
	exits 0
	[ "$(leads 'select(.id == "x-A/1") | [.name, .source, .tags, .created_at, .converted, .company_size, .region]')" = \
		'["山田 太郎","fair",["a","b"],"2025-12-31T03:00:00Z",true,1000,"東京都"]' ]
	dl-db dump | grep -q '"attrs":{"key":"[0-9a-f]\{16\}","langs":\["en","ja"\],"note":"007","raw":{"k":1},"seen":"2026-01-01T03:00:00Z","spend":1234.50,"vip":true}'
	[ "$(leads 'select(.id == "x-A/2") | [.name, .tags, .created_at, .converted, .company_size, .region, .attrs.vip, .attrs.spend, .attrs.note]')" = \
		'["佐藤",null,"2026-01-01T00:00:00Z",false,null,"他",false,null,null]' ]
}

@test "maps: pairs on the command line, the rest left out, ids from lines" {
	printf 'Full Name,Mail\n青木,a@x.example\n' >a.csv
	check dl-import leads --map 'name=Full Name,email=Mail' a.csv
	exits 0
	[ "$(leads '[.name, .email]')" = '["青木","a@x.example"]' ]
	echo '{"rest":"ignore","fields":{"id":{"line":true,"prefix":"r"}}}' >map.json
	printf 'a,b\n1,2\n"3\n",4\n5,6\n' >b.csv
	dl-import leads -q --map map.json b.csv
	[ "$(leads 'select(.id | startswith("r")) | [.id, .attrs]' | tr '\n' ' ')" = \
		'["r2",null] ["r3",null] ["r5",null] ' ]
}

@test "maps: an id from the line survives mending" {
	echo '{"fields":{"id":{"line":true}}}' >map.json
	printf 'email\na@x.example\nbroken\nc@x.example\n' >a.csv
	check dl-import leads --map map.json --rejects left.ndjson a.csv
	exits 3
	sed -i 's/"broken"/"b@x.example"/' left.ndjson
	dl-import leads -q --map map.json left.ndjson
	[ "$(leads '[.id, .email]' | tr '\n' ' ')" = \
		'["2","a@x.example"] ["3","b@x.example"] ["4","c@x.example"] ' ]
}

@test "maps: columns that are events" {
	cat >map.json <<-'END'
	{"events": [
	  {"type": "site_visited", "time": "last", "count": "visits", "attrs": {"page": "p"}},
	  {"type": "demo_requested", "time": "demo", "when": {"column": "want", "true": ["y"]}}]}
	END
	printf 'id,last,visits,p,demo,want\n1,2026-01-02,3,/a,2026-01-03,y\n2,2026-01-02,0,/b,2026-01-03,n\n3,,2,,,y\n' >a.csv
	check dl-import leads --map map.json a.csv
	exits 0
	summary "3 read, 3 new, 0 updated, 0 unchanged, 0 rejected; with 4 new events"
	[ "$(events '[.lead, .type, .attrs]' | sort | uniq -c | tr -s ' ' | tr '\n' ';')" = \
		' 1 ["1","demo_requested",null]; 3 ["1","site_visited",{"page":"/a"}];' ]
	check dl-import leads --map map.json a.csv
	summary "3 read, 0 new, 0 updated, 3 unchanged, 0 rejected; with 0 new events"
	printf 'id,last,visits,p,demo,want\n1,2026-01-02,5000,/a,,\n' >b.csv
	check dl-import leads --map map.json b.csv
	exits 3
	says "site_visited: 5000 events of one record"
}

@test "a wrong map is told with its place, and nothing happens" {
	local map want
	echo '{"id":"1"}' >a.ndjson
	while IFS='|' read -r map want; do
		[ -n "$map" ] || continue
		printf '%s\n' "$map" >map.json
		check dl-import leads --map map.json a.ndjson
		exits 2
		says "$want"
	done <<-'END'
	{"fields":{"nmae":"x"}}|map.json:1:19: fields.nmae: no such field: "nmae" (did you mean name?)
	{"fields":{"name":{"colum":"x"}}}|did you mean "column"
	{"fields":{"name":{}}}|says not where the value comes from
	{"fields":{"name":{"column":"a","value":"b"}}}|"column" and "value" cannot stand together
	{"fields":{"score":"x"}}|score is computed here
	{"fields":{"name":{"column":"a","type":"number"}}}|the field has a type of its own
	{"types":{"a":"nummer"}}|not a type
	{"zone":"Mars/Base"}|no time zone "Mars/Base"
	{"rest":"keep"}|neither "attrs" nor "ignore"
	{"events":[{"type":"x"}]}|an event needs a time
	{"events":[{"time":"x"}]}|type
	[]|object
	{|map.json:
	END
	check dl-import leads --map 'nmae=x' a.ndjson
	exits 2
	check dl-import leads --map nowhere.json a.ndjson
	exits 1
	[ -z "$(leads .id)" ]
}

@test "blank rows of a spreadsheet are skipped and told" {
	printf '%s\r\n' '会社名,メールアドレス,従業員数' '株式会社ソラ,a@x.example,12' \
	    ',,' 'カワ商事,b@x.example,' ',,' ',,,,' ',' >rows.csv
	check dl-import leads rows.csv
	exits 0
	says "rows.csv:3: 4 blank rows skipped, this one and later ones"
	summary "2 read, 2 new, 0 updated, 0 unchanged, 0 rejected"
	# Quotes are a text, though an empty one; a row of them is a record.
	printf 'email,name\n,\n"",""\n' >quotes.csv
	check dl-import leads quotes.csv
	exits 3
	says "quotes.csv:2: 1 blank row skipped" "quotes.csv:3: neither id nor email"
	summary "1 read, 0 new, 0 updated, 0 unchanged, 1 rejected"
}

# --- events --------------------------------------------------------------

@test "events are stored once, by id or by content; others with the id are not" {
	echo '{"id":"1","email":"a@x.example"}' | dl-import leads -q
	cat >e.ndjson <<-'END'
	{"id":"e1","lead":"1","type":"email_opened","time":"2026-01-01T00:00:00Z","campaign":"c"}
	{"email":"A@x.example","type":"email_clicked","at":"2026-01-02"}
	{"email":"A@x.example","type":"email_clicked","at":"2026-01-02"}
	{"id":"e1","lead":"1","type":"email_opened","time":"2026-01-01T09:00:00+09:00","attrs":{"campaign":"c"}}
	{"id":"e1","lead":"1","type":"email_opened","time":"2026-01-03"}
	END
	check dl-import events e.ndjson
	exits 3
	summary "5 read, 2 new, 0 updated, 2 unchanged, 1 rejected"
	says 'e.ndjson:5: id: another event has it already: "e1"'
	check dl-import events --changes e.ndjson
	exits 3
	prints_nothing
	summary "5 read, 0 new, 0 updated, 4 unchanged, 1 rejected"
	[ "$(events '[.type, .time, .attrs]' | sort | tr '\n' ' ')" = \
		'["email_clicked","2026-01-01T15:00:00Z",null] ["email_opened","2026-01-01T00:00:00Z",{"campaign":"c"}] ' ]
	echo '{"id":"e9","lead":"1","type":"x","time":"2030-01-01"}' | dl-import events -q
	[ "$(events 'select(.id == "e9") | .time')" = 2029-12-31T15:00:00Z ]
}

@test "an event without an id is one event, whether by lead or by e-mail" {
	printf '%s\n' '{"id":"1","email":"sato@yama.example.jp"}' \
	    '{"email":"Mori@kawa.example.jp"}' | dl-import leads -q
	cat >by-lead.ndjson <<-'END'
	{"lead":"1","type":"site_visited","time":"2026-01-05T09:30:00+09:00","page":"/料金"}
	{"lead":"1","type":"site_visited","time":"2026-01-06T09:30:00+09:00","page":"/料金"}
	END
	sed 's/"lead":"1"/"email":"Sato@Yama.example.jp"/' by-lead.ndjson >by-mail.ndjson
	# In one batch, whichever comes first, and in a later run.
	sed -n 1p by-lead.ndjson >both.ndjson
	sed -n '1p;2p' by-mail.ndjson >>both.ndjson
	sed -n 2p by-lead.ndjson >>both.ndjson
	check dl-import events both.ndjson
	exits 0
	summary "4 read, 2 new, 0 updated, 2 unchanged, 0 rejected"
	check dl-import events by-mail.ndjson by-lead.ndjson
	exits 0
	summary "4 read, 0 new, 0 updated, 4 unchanged, 0 rejected"
	# A lead made by the way has the id its e-mail gives it.
	echo '{"email":"new@kawa.example.jp","type":"form_submitted","time":"2026-01-07"}' >new.ndjson
	dl-import events -q --create new.ndjson
	sed "s/\"email\":\"new@kawa.example.jp\"/\"lead\":\"$(
	    leads 'select(.email == "new@kawa.example.jp") | .id')\"/" new.ndjson >again.ndjson
	check dl-import events --create new.ndjson again.ndjson
	exits 0
	summary "2 read, 0 new, 0 updated, 2 unchanged, 0 rejected"
	[ "$(events .id | sort -u | wc -l)" -eq 3 ]
}

@test "events of unknown leads are rejected, or make them" {
	cat >e.ndjson <<-'END'
	{"lead":"L9","type":"x","time":"2026-01-01"}
	{"email":"New@x.example","type":"x","time":"2026-01-01"}
	{"email":"new@x.example","type":"y","time":"2026-01-01"}
	END
	check dl-import events e.ndjson
	exits 3
	says 'no lead has the id "L9"' 'no lead has the e-mail "new@x.example"'
	check dl-import events --create --changes e.ndjson
	exits 0
	says "3 new" "2 leads created"
	[ "$(leads '[.id[0:1], .email]' | tr '\n' ' ')" = '["L",null] ["e","New@x.example"] ' ]
	[ "$(dl-db dump | jq -rc 'select(.record == "signal").kind' | wc -l)" -eq 2 ]
}

@test "events that are none are rejected with the reason" {
	echo '{"id":"1"}' | dl-import leads -q
	local line want
	while IFS='|' read -r line want; do
		[ -n "$line" ] || continue
		check dl-import events <<<"$line"
		exits 3
		says "$want"
	done <<-'END'
	{"type":"x","time":"2026-01-01"}|neither lead nor email
	{"lead":"1","time":"2026-01-01"}|type: missing
	{"lead":"1","type":"x"}|time: missing
	{"lead":"1","type":"x","time":"soon"}|time: not a time: "soon"
	{"lead":"1","type":"a\nb","time":"2026-01-01"}|type: longer than 100 bytes or with control characters
	END
}

@test "a conversion before its lead was created is kept and noticed" {
	echo '{"id":"1","created_at":"2026-01-10"}' | dl-import leads -q
	check dl-import events <<<'{"lead":"1","type":"deal_won","time":"2026-01-01"}'
	exits 0
	says "1 conversion is dated before the lead was created (kept)"
	[ "$(events .type)" = deal_won ]
}

# --- assessments ---------------------------------------------------------

@test "assessments are stored and stand for events" {
	echo '{"id":"1","email":"a@x.example"}' | dl-import leads -q
	check dl-import assessments <<<'{"id":"r1","email":"a@x.example","assessment":"DX診断","started_at":"2026-01-01T00:00:00Z","progress":50}'
	exits 0
	summary "1 read, 1 new, 0 updated, 0 unchanged, 0 rejected; with 2 new events"
	check dl-import assessments --changes <<<'{"id":"r1","lead":"1","completed_at":"2026-01-01T00:10:00Z","progress":100,"result":{"points":70},"answers":[1,2]}'
	prints '{"change":"updated","assessment":"r1","lead":"1"}'
	summary "1 read, 0 new, 1 updated, 0 unchanged, 0 rejected; with 1 new event"
	[ "$(events '[.id, .type, .time, .attrs.assessment]' | tr '\n' ' ')" = \
		'["r1/completed","assessment_completed","2026-01-01T00:10:00Z","DX診断"] ["r1/half","assessment_half","2026-01-01T00:00:00Z","DX診断"] ["r1/started","assessment_started","2026-01-01T00:00:00Z","DX診断"] ' ]
	[ "$(dl-db dump | jq -c 'select(.record == "assessment") | [.progress, .result, .answers]')" = \
		'[100,{"points":70},[1,2]]' ]
	check dl-import assessments <<-'END'
	{"id":"r1","lead":"1","progress":100}
	{"id":"r2","lead":"1","progress":101}
	{"id":"r3","lead":"2"}
	{"lead":"1"}
	{"id":"r4","lead":"1","started_at":"2026-01-02","completed_at":"2026-01-01"}
	END
	exits 3
	summary "5 read, 0 new, 0 updated, 1 unchanged, 4 rejected"
	says "progress: not a percentage" 'no lead has the id "2"' \
		"id: missing" "completed_at: before started_at"
	echo '{"id":"2"}' | dl-import leads -q
	check dl-import assessments <<<'{"id":"r1","lead":"2"}'
	exits 3
	says "another lead's run"
	check dl-import assessments --create <<<'{"id":"r7","lead":"77","started_at":"2026-01-02"}'
	exits 0
	says "1 lead created"
}

# --- many, at once, interrupted ------------------------------------------

@test "the order of files, and importing again, make no difference" {
	sample leads 300 >l.ndjson
	sample events 300 >e.ndjson
	sample assessments 300 >a.ndjson
	dl-import leads -q l.ndjson
	dl-import events -q e.ndjson
	dl-import assessments -q a.ndjson
	dl-db dump >one
	new_store second
	dl-import leads -q --bulk <(tac l.ndjson)
	tac e.ndjson | split -l 500 - part.
	for part in part.*; do dl-import events -q -f ndjson "$part"; done
	dl-import assessments -q a.ndjson
	check dl-import events e.ndjson
	says " 0 new, 0 updated, "
	dl-db dump >two
	same one two
	check dl-db check -q
	exits 0
}

@test "two imports at once lose and double nothing" {
	sample leads 400 >l.ndjson
	sample events 400 >e.ndjson
	dl-import leads -q l.ndjson &
	dl-import leads -q <(tac l.ndjson)
	wait $!
	split -n l/3 e.ndjson part.
	for part in part.*; do dl-import events -q -f ndjson "$part" & done
	dl-import events -q --create e.ndjson
	wait
	dl-db dump >one
	new_store second
	dl-import leads -q l.ndjson
	dl-import events -q e.ndjson
	dl-db dump >two
	same one two
	check dl-db check -q
	exits 0
}

@test "killed in the middle and run again, the store is as if nothing had been" {
	sample leads 1000 >l.ndjson
	dl-import leads -q l.ndjson
	dl-db dump >want
	for delay in 0.005 0.02 0.05; do
		new_store "killed-$delay"
		# A pipe that stays open holds the import in the middle.
		dl-import leads -q < <(exec 3>&- 4>&-; cat l.ndjson; sleep 5) &
		pid=$!
		sleep "$delay"
		kill -9 "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		dl-import leads -q l.ndjson
		dl-db dump >got
		same want got
	done
}

@test "an interrupted import keeps whole batches and says what it did" {
	mkfifo pipe
	dl-import leads pipe 2>err & pid=$!
	exec 7<>pipe # does not wait for whoever is not there
	printf '%s\n' '{"id":"1"}' '{"id":"2"}' >&7
	for _ in $(seq 100); do
		[ "$(leads .id | wc -l)" -eq 2 ] && break
		sleep 0.05
	done
	# The pipe is slow and still open: what came is stored all the same.
	[ "$(leads .id | wc -l)" -eq 2 ]
	kill -TERM "$pid"
	wait "$pid" && false
	exec 7>&-
	grep -q "2 read, 2 new" err
}

# --- real data -----------------------------------------------------------

@test "X Education: all 9,240 leads" {
	require_shared data/leads/Leads.csv
	check dl-import leads --map "$top/tests/maps/x-education.json" \
		"$DL_SHARED/data/leads/Leads.csv"
	exits 0
	summary "9,240 read, 9,240 new, 0 updated, 0 unchanged, 0 rejected"
	[ "$(leads 'select(.converted)' | wc -l)" -eq 3561 ]
	[ "$(leads '.attrs | length' | sort -n | tail -1)" -le 32 ]
	[ "$(dl-db dump | grep -c '"Select"')" -eq 0 ]
}

@test "Olist: 8,000 leads, 842 deals, one of them too early" {
	require_shared data/olist
	check dl-import leads --map "$top/tests/maps/olist-leads.json" \
		"$DL_SHARED/data/olist/olist_marketing_qualified_leads_dataset.csv"
	exits 0
	summary "8,000 read, 8,000 new, 0 updated, 0 unchanged, 0 rejected"
	check dl-import events --map "$top/tests/maps/olist-deals.json" \
		"$DL_SHARED/data/olist/olist_closed_deals_dataset.csv"
	exits 0
	summary "842 read, 842 new, 0 updated, 0 unchanged, 0 rejected"
	says "1 conversion is dated before the lead was created (kept)"
}

@test "what looks like UTF-16 is said to" {
	printf 'email,name\na@x.example,山田\n' | iconv -t utf-16 >u.csv
	check dl-import leads u.csv
	exits 1
	says "u.csv:1: looks like UTF-16 text, whose encoding must be named"
	check dl-import leads --encoding utf-16 u.csv
	exits 0
	summary "1 read, 1 new, 0 updated, 0 unchanged, 0 rejected"
}

@test "Bank: 45,211 leads without an id" {
	require_shared data/bank/bank-full.csv
	check dl-import leads --map "$top/tests/maps/bank.json" \
		"$DL_SHARED/data/bank/bank-full.csv"
	exits 0
	summary "45,211 read, 45,211 new, 0 updated, 0 unchanged, 0 rejected"
	[ "$(leads 'select(.converted)' | wc -l)" -eq 5289 ]
}

@test "a column the map names and no record has is told, with the nearest" {
	printf '氏名,メールアドレス\n青木,a@x.jp\n緑,b@x.jp\n' >list.csv
	check dl-import leads -m name=指名 list.csv
	exits 0
	says 'the map names a column that no record has: "指名" (did you mean "氏名"?)'
	[ "$(grep -c 'no record has' <<<"$stderr")" -eq 1 ]
	check dl-import leads -m name=氏名 list.csv
	exits 0
	[[ $stderr != *'no record has'* ]]
	# One record of many is enough; no record is no proof.
	printf '%s\n' '{"id":"1"}' '{"id":"2","nick":"x"}' >some.ndjson
	check dl-import leads -m name=nick some.ndjson
	[[ $stderr != *'no record has'* ]]
	check dl-import leads -m name=nick /dev/null
	[[ $stderr != *'no record has'* ]]
	check dl-import leads -m score=nick some.ndjson
	exits 2
	says 'score is computed here, not taken from files'
}

@test "a list that a spreadsheet saved in another encoding says what is missing" {
	printf '氏名,メールアドレス\n青木,a@x.jp\n' | iconv -t cp932 >list.csv
	check dl-import leads list.csv
	exits 1
	says 'cp932'
	[[ $stderr != *'0 read'* ]]
	check dl-import leads -e cp932 list.csv
	exits 0
}

@test "an event that names a lead and another address is the lead's" {
	printf '%s\n' '{"id":"1","email":"a@x.jp"}' '{"id":"2","email":"b@x.jp"}' |
		dl-import leads -q
	echo '{"lead":"1","email":"b@x.jp","type":"x","time":"2026-01-01"}' |
		dl-import events -q
	[ "$(dl-db dump | jq -r 'select(.record == "event").lead')" = 1 ]
}

@test "a run whose questionnaire nobody told has no member for it" {
	echo '{"id":"1"}' | dl-import leads -q
	echo '{"id":"r","lead":"1","progress":5}' | dl-import assessments -q
	[ "$(dl-db dump | jq -c 'select(.record == "assessment")')" = \
		'{"record":"assessment","id":"r","lead":"1","progress":5}' ]
}

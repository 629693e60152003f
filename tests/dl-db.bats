#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-db: the store, its tenants and people, and what one person is owed.
load helper

@test "init makes a store once, with its first tenant" {
	check dl-db init -d a.db -t acme
	exits 0
	says "made a.db with tenant acme"
	[ "$(stat -c %a a.db)" = 600 ]
	check dl-db init -d a.db
	exits 1
	says "a.db"
	check dl-db tenant list -d missing.db
	exits 1
	says "no such store"
	check dl-db init -d b.db
	exits 0
	check dl-db tenant show -d b.db
	exits 2
	says "no tenant in the store"
}

@test "tenants: added, listed, chosen, shown" {
	new_store
	check dl-db tenant add 青空
	exits 0
	has '"tenant":"青空","created_at":"2026-01-15T00:00:00Z","hot_threshold":80'
	check dl-db tenant add 青空
	exits 2
	says "tenant exists already"
	for name in "" " x" $'a\tb' "$(printf '%0101d' 0)"; do
		check dl-db tenant add "$name"
		exits 2
	done
	check dl-db tenant list
	[ "$(jq -r .tenant <<<"$output" | tr '\n' ' ')" = "main 青空 " ]
	check dl-db tenant show
	exits 2
	says "several tenants in the store: choose with -t NAME: main, 青空"
	check dl-db tenant show -t nobody
	exits 2
	says 'no such tenant: "nobody" (there is main, 青空)'
	check dl-db tenant add -n dry
	exits 0
	check dl-db tenant show dry
	exits 2
}

@test "settings: changed, back to the default, checked" {
	new_store
	check dl-db tenant set hot_threshold=70 'conversion_events=deal_won, trial' \
		zone=Europe/Berlin goal.deals=1.5 feature.scoring=off
	exits 0
	prints '{"tenant":"main","setting":"hot_threshold","old":80,"new":70}
{"tenant":"main","setting":"conversion_events","old":["deal_won"],"new":["deal_won","trial"]}
{"tenant":"main","setting":"zone","old":"Asia/Tokyo","new":"Europe/Berlin"}
{"tenant":"main","setting":"goal.deals","old":null,"new":1.5}
{"tenant":"main","setting":"feature.scoring","old":null,"new":false}'
	check dl-db tenant set main hot_threshold=70
	exits 0
	prints_nothing
	check dl-db tenant set hot_threshold= goal.deals=
	has '"setting":"hot_threshold","old":70,"new":80' '"setting":"goal.deals","old":1.5,"new":null'
	local set want
	while IFS='|' read -r set want; do
		check dl-db tenant set "$set"
		exits 2
		says "$want"
	done <<-'END'
	hot_treshold=1|did you mean "hot_threshold"?
	hot_threshold=0|hot_threshold: out of range: "0"
	hot_threshold=x|hot_threshold: not a whole number: "x"
	hot_rearm=soon|hot_rearm: not a duration
	band_warm=99|band_warm is above band_hot
	priority_medium=95|do not rise
	zone=Mars/Base|no time zone "Mars/Base"
	locale=fr|locale: not one of ja en: "fr"
	plan=gold|plan: not one of
	conversion_events=,|conversion_events: no name in the list
	goal.x=many|goal.x: not a number: "many"
	goal.=1|goal: name missing
	feature.flying=on|no such feature: "flying"
	feature.crm=maybe|feature.crm: not on or off: "maybe"
	nonsense|no KEY=VALUE given
	END
	check dl-db tenant settings
	has hot_threshold conversion_events feature.NAME
	check dl-db tenant show
	[ "$(jq -c '[.hot_threshold, .zone, .features]' <<<"$output")" = '[80,"Europe/Berlin",{"scoring":false}]' ]
}

@test "users: added, changed, listed" {
	new_store
	check dl-db user add Boss@x.example --name 部長 --role manager --region 東京都
	exits 0
	check dl-db user add a@x.example --manager boss@X.example --inactive
	exits 0
	prints '{"user":"a@x.example","role":"sales","manager":"boss@X.example","active":false}'
	check dl-db user set a@x.example active=yes name=青木 region=大阪府
	exits 0
	prints '{"user":"a@x.example","name":"青木","role":"sales","region":"大阪府","manager":"boss@x.example","active":true}'
	check dl-db user list
	prints '{"user":"a@x.example","name":"青木","role":"sales","region":"大阪府","manager":"boss@x.example","active":true}
{"user":"boss@x.example","name":"部長","role":"manager","region":"東京都","active":true}'
	local words want
	while IFS='|' read -r words want; do
		# shellcheck disable=SC2086
		check dl-db user $words
		exits 2
		says "$want"
	done <<-'END'
	add a@x.example|user exists already: "a@x.example"
	add nobody|email: not an address: "nobody"
	add b@x.example --role king|role: not admin
	add b@x.example --manager c@x.example|manager: no such user: "c@x.example"
	set boss@x.example manager=a@x.example|would report to themselves
	set c@x.example name=x|no such user: "c@x.example"
	set a@x.example active=1|active: not yes or no
	set a@x.example size=1|a user has name, role, region, manager and active
	set a@x.example name|not KEY=VALUE
	END
	check dl-db user set a@x.example manager= name=
	check dl-db user list
	has '{"user":"a@x.example","role":"sales","region":"大阪府","active":true}'
}

@test "the audit says who did what when" {
	new_store
	dl-db tenant set -q --as hanako hot_threshold=70 >/dev/null
	dl-db user add -q --as hanako a@x.example --now 2026-01-16 >/dev/null
	check dl-db audit
	[ "$(jq -rc '[.time, .user, .action, .object]' <<<"${lines[1]}")" = \
		'["2026-01-15T00:00:00Z","hanako","tenant.set","hot_threshold"]' ]
	check dl-db audit --since 2026-01-16 --now 2026-01-17
	[ "${#lines[@]}" -eq 1 ]
	has user.add a@x.example
}

@test "check finds what is broken, and says nothing of what is whole" {
	store_with_leads 50
	check dl-db check -q
	exits 0
	lacks finding
	# All at once, each on rows of its own.
	local sql want damage=
	while IFS='|' read -r sql want; do
		damage+="$sql;"
		echo "$want" >>wanted
	done <<-'END'
	DELETE FROM lead WHERE lead_id = 1|events of leads that are not there
	UPDATE lead SET email_key = 'x' WHERE lead_id = 2|e-mail and its normalised form disagree
	UPDATE lead SET company = 'x' WHERE lead_id = 3|the text that is searched is out of date
	UPDATE lead SET tags = '["b","a"]' WHERE lead_id = 4|tags are no ordered list
	UPDATE lead SET attrs = '{"b":1,"a":2}' WHERE lead_id = 5|attributes out of order
	UPDATE lead SET attrs = 'x' WHERE lead_id = 6|attributes that are no JSON object
	UPDATE event SET attrs = '{}' WHERE event_id = (SELECT min(event_id) FROM event)|empty attributes
	UPDATE event SET type_id = 99 WHERE lead_id = 7|events of types without a name
	INSERT INTO work VALUES (1, 1, 9999)|queued leads that are not there
	INSERT INTO assessment VALUES (1, 'r', 9999, 'x', 1, 1, 1, NULL, NULL)|assessments of leads not there
	INSERT INTO score VALUES (1, 8, 101, 0, 0, 0, 1, NULL, 0, NULL, '')|scores out of range
	INSERT INTO signal VALUES (1, 99999, 0, 'x', 9999, NULL)|signals about leads that are not there
	INSERT INTO field_change VALUES (1, 9999, 'stage', 0)|changes of leads that are not there
	INSERT INTO segment_member VALUES (1, 1, 2, 0, 0)|members of nothing, or no leads
	INSERT INTO segment_history VALUES (1, 1, 2, 0, 1, 0)|former members of nothing, or no leads
	INSERT INTO segment_override VALUES (1, 1, 9999, 0, 0, 'x', 0, NULL)|overrides of nothing, or of no leads
	INSERT INTO segment_override VALUES (1, 1, 3, 1, 0, 'x', 0, NULL)|members that overrides contradict
	INSERT INTO rule_set VALUES (1, 'a', '{}', 1, 0), (1, 'b', '{}', 1, 0)|active rule sets beyond the first
	END
	store_copy broken
	store_sql "$damage"
	check dl-db check
	exits 4
	while read -r want; do
		has "$want"
	done <wanted
}

@test "stats counts" {
	store_with_leads 50
	check dl-db stats
	exits 0
	[ "$(jq -c '.tenants[0] | [.tenant, .leads, .waiting]' <<<"$output")" = '["main",50,50]' ]
	[ "$(jq '.tenants[0] | .events == ([.event_types[].count] | add)' <<<"$output")" = true ]
	case $DL_DB in
	postgresql:*) [ "$(jq -r .engine <<<"$output")" = PostgreSQL ] ;;
	*) [ "$(jq -r .engine <<<"$output")" = SQLite ] ;;
	esac
}

@test "a backup is the same store, and takes the place of the last one" {
	require_engine sqlite
	store_with_leads 50
	check dl-db backup copy.db
	exits 0
	dl-db dump >one
	dl-db dump -d copy.db >two
	same one two
	dl-lead set -q L0000001 company=x >/dev/null
	check dl-db backup copy.db
	exits 0
	[ "$(dl-lead show -d copy.db L0000001 | jq -r .lead.company)" = x ]
	check dl-db backup nowhere/copy.db
	exits 1
}

@test "a dump is canonical, and its leads and events can be imported" {
	store_with_leads 50
	dl-db user add -q a@x.example --name 青木 --role manager --region r >/dev/null
	dl-db user add -q b@x.example --manager a@x.example >/dev/null
	dl-db dump >one
	[ "$(jq -r .record one | uniq | tr '\n' ' ')" = "tenant user lead event signal " ]
	new_store second
	dl-import leads -q one 2>/dev/null || true
	grep '"record":"lead"' one >leads.ndjson
	grep '"record":"event"' one >events.ndjson
	new_store third
	dl-import leads -q leads.ndjson
	dl-import events -q events.ndjson
	dl-db dump | grep -e '"record":"lead"' -e '"record":"event"' >two
	grep -e '"record":"lead"' -e '"record":"event"' one >want
	same want two
	# -o gives the whole file or none.
	dl-db dump -o file
	dl-db dump >stream
	same file stream
}

@test "person: everything about one, and that somebody looked" {
	store_with_leads 50
	dl-lead set -q L0000001 company=変更社 >/dev/null
	check dl-db person L0000001 --as auditor
	exits 0
	[ "$(jq -r '.lead.company' <<<"$output")" = 変更社 ]
	[ "$(jq '.events | length > 0' <<<"$output")" = true ]
	[ "$(jq -r '.signals[0].kind, .audit[0].action' <<<"$output" | tr '\n' ' ')" = "lead.created lead.set " ]
	email=$(jq -r .lead.email <<<"$output")
	check dl-db person "$email"
	exits 0
	check dl-db audit
	has '"user":"auditor","action":"lead.person","object":"L0000001"'
	lacks "$email"
	check dl-db person nobody
	exits 2
	says 'no lead has the id or e-mail "nobody" (try: dl-lead search)'
}

@test "erase: gone everywhere, free pages and the log included" {
	store_with_leads 50
	local canary=消去カナリア8d1f
	dl-lead set -q L0000001 "company=$canary" "attrs.x=$canary" >/dev/null
	echo "{\"lead\":\"L0000001\",\"type\":\"x\",\"time\":\"2026-01-01\",\"v\":\"$canary\"}" |
		dl-import events -q
	echo "{\"id\":\"$canary\",\"lead\":\"L0000001\",\"answers\":\"$canary\"}" |
		dl-import assessments -q
	dl-db person L0000001 >/dev/null
	[ "${DL_TEST_ENGINE:-sqlite}" != sqlite ] || grep -q "$canary" dl.db*
	check dl-db erase -n L0000001
	exits 0
	dl-db person L0000001 | grep -q "$canary"
	check dl-db erase L0000001 nobody
	exits 2
	dl-db person L0000001 | grep -q "$canary"
	check dl-db erase --as officer L0000001
	exits 0
	says "1 lead and"
	[ "$(jq -c '[.lead, .change, .rows > 5]' <<<"$output")" = \
		'["L0000001","erased",true]' ]
	check dl-lead show L0000001
	exits 2
	[ "${DL_TEST_ENGINE:-sqlite}" != sqlite ] ||
		run ! grep -q "$canary" dl.db dl.db-wal
	check dl-db audit
	has '"user":"officer","action":"lead.erase","object":"erased"'
	lacks L0000001 "$canary"
	check dl-db check -q
	exits 0
}

@test "an import that looked a lead up before its erasure looks again" {
	new_store
	printf '%s\n' '{"id":"1"}' '{"id":"2"}' | dl-import leads -q
	mkfifo pipe
	dl-import events pipe 2>err & pid=$!
	exec 7>pipe
	echo '{"lead":"1","type":"x","time":"2026-01-01"}' >&7
	for _ in $(seq 100); do
		dl-db dump | grep -q '"record":"event"' && break
		sleep 0.05
	done
	dl-db erase -q 1
	echo '{"lead":"1","type":"x","time":"2026-01-02"}' >&7
	echo '{"lead":"2","type":"x","time":"2026-01-02"}' >&7
	exec 7>&-
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 3 ]
	check dl-db check -q
	exits 0
	[ "$(dl-db dump | jq -r 'select(.record == "event").lead')" = 2 ]
}

@test "what came laid out over lines leaves on one line, and comes back in" {
	new_store
	printf '[{"id":"1", "attrs": {"x": {\n "b": [1,\n  2], "t": "a  \\"b"}}}]' |
		dl-import leads -q
	printf '[{"id":"e","lead":"1","type":"t","time":"2026-01-01","d":[\n1]},
		{"id":"f","lead":"2","type":"t","time":"2026-01-01","d":[\n1]}]' |
		dl-import events -q --rejects left.ndjson || [ $? -eq 3 ]
	printf '[{"id":"a","lead":"1","completed_at":"2026-01-01",
		"answers":{"q":\n1}}]' | dl-import assessments -q
	dl-score define -q --reference
	dl-db dump >dump.ndjson
	while read -r line; do
		jq -e . >/dev/null <<<"$line" || tell "no JSON: $line"
	done <dump.ndjson
	grep -q '"x":{"b":\[1,2\],"t":"a  \\"b"}' dump.ndjson
	[ "$(wc -l <left.ndjson)" -eq 1 ]
	grep '"lead"' dump.ndjson >leads.ndjson
	new_store again
	check dl-import leads leads.ndjson
	grep -q '"record":"lead".*"x":{"b":\[1,2\]' <(dl-db dump)
	# The same, written with other white space, is the same.
	check dl-import leads <<<'{"id":"1","x":{ "b":[ 1,2 ], "t":"a  \"b" }}'
	says '1 unchanged'
}

@test "lists whose records differ in shape are tables and CSV too" {
	local verb
	new_store
	dl-db tenant add -q beta >/dev/null
	dl-db tenant set -q beta goal.deals=3 feature.scoring=off >/dev/null
	export DL_TENANT=main
	dl-db user add -q a@x.jp >/dev/null
	dl-db user add -q b@x.jp --name 太郎 --region 東京都 \
		--manager a@x.jp >/dev/null
	echo '{"id":"1"}' | dl-import leads -q
	dl-lead set -q 1 title=部長 >/dev/null
	for verb in "tenant list" "user list" audit; do
		dl-db $verb >lines
		check dl-db $verb -f csv
		exits 0
		[ "${#lines[@]}" -eq $(($(wc -l <lines) + 1)) ]
		# No member of any record is left out.
		for name in $(jq -r 'keys[]' lines | sort -u); do
			[[ ,${lines[0]}, == *",$name,"* ]] || tell "no $name"
		done
		check dl-db $verb -f table
		exits 0
	done
	has 部長
}

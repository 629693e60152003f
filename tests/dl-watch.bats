#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-watch: metrics that are watched, and one signal when one is odd. The
# moment is 9 o'clock in Tokyo on Thursday, 15 January 2026.

load helper
load servers.bash
load notify.bash

# leads [SPIKE [DROP]]: 60 days of leads up to yesterday in Tokyo, fewer on
# week-ends, by turns of three sources; on the last day SPIKE more from the web.
leads() {
	python3 - "${1:-0}" <<-'END'
	import datetime, sys
	first, n = datetime.date(2025, 11, 16), 0
	print("email,source,industry,created_at")
	for t in range(60):
	    day = first + datetime.timedelta(days=t)
	    usual = [20, 22, 21, 23, 20, 8, 6][day.weekday()] + t * 7 % 5 - 2
	    for i in range(usual + (int(sys.argv[1]) if t == 59 else 0)):
	        n += 1
	        source = "web" if i >= usual else ("web", "ad", "event")[i % 3]
	        print(f"l{n}@kaisha.example,{source},{('IT', '製造業')[i % 2]},"
	              f"{day}T{9 + i % 9:02d}:{i % 60:02d}:00+09:00")
	END
}

# office [SPIKE]: a store with those leads, a manager, and a watch.
office() {
	new_store
	dl-db user add -q tanaka@ao.example --name '田中 一郎' \
		--role manager >/dev/null
	leads "$@" | dl-import leads -q
	echo '{"metric":"leads","by":"day"}' | dl-watch define -q leads_daily
}

signals() {
	dl-db dump -q | jq -c 'select(.record == "signal" and .kind == "metric.anomaly")'
}

@test "definitions: stored, shown as they were, switched, removed; mistakes are located" {
	new_store
	cat >w.json <<-'END'
	{
	  "name": "web",
	  "description": "流入",
	  "metric": "leads",
	  "by": "week",
	  "where": "source = 'web'",
	  "group": "industry",
	  "after": "1d",
	  "least": "major",
	  "rare": 50
	}
	END
	check dl-watch define w.json
	exits 0
	prints '{"watch":"web","change":"defined"}'
	dl-watch show web | cmp - w.json
	check dl-watch define w.json
	says "web: unchanged"
	prints_nothing
	[ "$(dl-watch list | jq -r '[.name, .enabled, .metric, .by, .where, .group, .least] | @csv')" = \
		"\"web\",true,\"leads\",\"week\",\"source = 'web'\",\"industry\",\"major\"" ]
	check dl-watch disable web
	prints '{"watch":"web","change":"disabled"}'
	check dl-watch run web
	exits 2
	says "web is switched off"
	check dl-watch enable wbe
	exits 2
	says 'did you mean "web"'
	dl-watch enable -q web >/dev/null
	while IFS='|' read -r document why; do
		echo "$document" >bad.json
		check dl-watch define x bad.json
		exits 2
		says "$why"
		check dl-watch check bad.json
		exits 4
		says "$why"
	done <<-'END'
	{"name":"x","metric":"leeds"}|bad.json:1:22: metric: no such metric: "leeds"
	{"name":"x","metric":"leads","by":"year"}|not hour, day, week or month
	{"name":"x","metric":"leads","group":"email"}|alarms of single people are not kept
	{"name":"x","metric":"leads","group":"colour"}|colour
	{"name":"x","metric":"leads","least":"grave"}|not minor, major or critical
	{"name":"x","metric":"leads","after":"40d"}|more than 31 days
	{"name":"x","metric":"leads","rare":0}|not 1 to
	{"name":"x","metric":"leads","where":"colour = 1"}|colour
	{"name":"x","metric":"leads","wher":"x"}|did you mean "where"
	END
	check dl-watch remove web
	exits 0
	check dl-watch show web
	exits 2
	[ "$(dl-watch list)" = "" ]
}

@test "a spike: one signal with its numbers and its carrier, however often it is looked for" {
	require_tool python3
	office 60
	check dl-watch run -q -n
	[ "$(jq -r '[.value, .direction, .severity] | @csv' <<<"$output")" = \
		'82,"up","critical"' ]
	[ -z "$(signals)" ]
	# Before its time: a step is judged 6 hours after it ended.
	check dl-watch run -q --now 2026-01-14T20:59:00Z
	prints_nothing
	for _ in 1 2 3 4; do
		dl-watch run -q >/dev/null 3>&- &
	done
	wait
	dl-watch run -q leads_daily
	[ "$(signals | wc -l)" -eq 1 ]
	check dl-watch log
	jq -e '.watch == "leads_daily" and .metric == "leads" and .by == "day"
		and .time == "2026-01-14" and .critical
		and .value == 82 and .low < .expected and .expected < .high
		and .high < 40
		and .because[0].field == "source" and .because[0].part == "web"
		and .because[0].value == 68
		and .because[0].share > 0.8' <<<"$output" || { echo "$output"; false; }
	[ "$(jq -r .headline.ja <<<"$output")" = \
		'リード数が通常を上回っています（2026年1月14日（水））' ]
	jq -r .text.ja <<<"$output" | grep -qx \
		'2026年1月14日（水）のリード数は82件で、通常の範囲（[0-9]*件〜[0-9]*件）を上回りました（予測[0-9]*件）。'
	jq -r .because_text.ja <<<"$output" | grep -qx \
		'変化への寄与が大きいのは流入元「web」（68件、予測[0-9.]*件、変化の[0-9]*％）です。'
	jq -r .text.en <<<"$output" | grep -qx \
		'Wed, 14 January 2026: leads 82, above the usual range of [0-9]* to [0-9]* (expected [0-9]*).'
	# Nor does another watch of the same, nor what comes late for that day.
	echo '{"metric":"leads","by":"day"}' | dl-watch define -q same
	echo '{"email":"late@x.example","created_at":"2026-01-14T10:00:00+09:00"}' |
		dl-import leads -q
	dl-watch remove -q leads_daily >/dev/null
	echo '{"metric":"leads","by":"day"}' |
		dl-watch define -q leads_daily >/dev/null
	dl-watch run -q
	[ "$(signals | wc -l)" -eq 1 ]
	# The next day is as usual; a later moment is not looked at again.
	check dl-watch run --now 2026-01-15T22:00:00Z
	says "2 watches, 2 steps judged"
	check dl-watch run --now 2026-01-15T23:00:00Z
	prints_nothing
}

@test "a lead with an old date neither hides a spike nor makes it all of time" {
	require_tool python3
	office 60
	dl-watch run -q -n >without
	[ "$(jq -r .severity without)" = critical ]
	local origin=$DL_DB at n=0
	for at in 0001-01-02 1970-01-01 2020-05-01 2025-01-01 2025-09-01; do
		export DL_DB=$origin
		store_copy "old$((n += 1))"
		echo "{\"email\":\"old@x.example\",\"source\":\"web\",\"created_at\":\"$at\"}" |
			dl-import leads -q
		dl-watch run -q -n | cmp - without
		# By the hour it costs what 90 days of hours do.
		echo '{"metric":"leads","by":"hour","group":"source"}' |
			dl-watch define -q hours >/dev/null
		check timeout 20 dl-watch run -q -n hours
		exits 0
	done
}

@test "an alarm does not keep whom its condition names" {
	require_tool python3
	office 60
	jq -nc '{metric: "leads", by: "day",
		where: "email != '"'l1@kaisha.example'"'"}' |
		dl-watch define -q but_one
	dl-watch run -q but_one >/dev/null
	[ "$(dl-watch log -q | jq -c '[.watch, .where]')" = '["but_one",null]' ]
	[ "$(signals | wc -l)" = 1 ]
	! { dl-watch log -q; signals; } | grep -q 'l1@kaisha'
	# What an older program wrote is cleaned when the person is erased.
	store_sql "UPDATE alarm SET data = replace(data, 'but_one', 'l1@kaisha.example')"
	store_sql "UPDATE signal SET data = replace(data, 'but_one', 'l1@kaisha.example')"
	dl-watch log -q | grep -q 'l1@kaisha'
	local lead
	lead=$(dl-db dump -q | jq -r 'select(.record == "lead" and .email == "l1@kaisha.example").id')
	dl-db erase -q "$lead" >/dev/null
	! { dl-watch log -q; signals; } | grep -q 'l1@kaisha'
	[ "$(signals | grep -c '"(erased)"')" = 1 ]
	dl-db check -q
}

@test "killed at any moment: one signal in the end, and nothing half done" {
	require_tool python3 strace
	office 60
	store_copy before
	local origin=$DL_DB n total
	strace -f -o trace -e trace=fdatasync,pwrite64,write,sendto \
		dl-watch run -q >/dev/null 2>&1
	total=$(grep -c '(' trace)
	[ "$total" -gt 5 ]
	for n in $(seq 1 $((total / 6 + 1)) "$total"); do
		export DL_DB=$origin
		store_copy "killed$n"
		strace -f -o /dev/null -e trace=none \
			-e inject=fdatasync,pwrite64,write,sendto:signal=KILL:when="$n" \
			dl-watch run -q >/dev/null 2>&1 || true
		[ "$(signals | wc -l)" -le 1 ]
		dl-watch run -q >/dev/null
		[ "$(signals | wc -l)" -eq 1 ]
		dl-db check -q
	done
}

@test "no look ahead: what is judged day by day is what is found in one go" {
	require_tool python3
	office
	# From the ordinary days nothing follows.
	check dl-watch run
	says "1 watch, 1 step judged, 0 alarms"
	# Nobody looks for three days; of the second, 200 leads at once. What is
	# expected of a day is what it was before anything came of the next.
	seq 200 | sed 's/.*/{"email":"x&@b.example","source":"ad","created_at":"2026-01-16T10:00:00+09:00"}/' |
		dl-import leads -q --now 2026-01-18T00:00:00Z
	bounds='select(.time == "2026-01-15") | [.expected, .low, .high, .chance]'
	then=$(dl-watch run -n -q --replay --now 2026-01-16T00:00:00Z | jq -c "$bounds")
	[ -n "$then" ]
	check dl-watch run --now 2026-01-18T00:00:00Z
	[ "$(jq -c "$bounds" <<<"$output")" = "$then" ]
	says "1 watch, 3 steps judged, 2 alarms"
	[ "$(jq -r '"\(.time) \(.value) \(.direction)"' <<<"$output")" = \
'2026-01-15 0 down
2026-01-16 200 up' ]
	# Long after only the latest week is judged.
	check dl-watch run --now 2026-03-18T00:00:00Z
	says "1 watch, 7 steps judged"
}

@test "a week of it is told once, and again when it is graver" {
	require_tool python3
	office
	dl-watch run -q
	# 45 leads a day for five days, then 300; six days are judged one by one.
	for day in 15 16 17 18 19 20; do
		seq $((day == 20 ? 300 : 45)) |
			sed "s/.*/{\"email\":\"d$day-&@b.example\",\"created_at\":\"2026-01-${day}T10:00:00+09:00\"}/"
	done | dl-import leads -q --now 2026-01-21T00:00:00Z
	for day in 16 17 18 19 20 21; do
		dl-watch run -q --replay --now "2026-01-${day}T00:00:00Z"
	done >told
	signals >left
	[ "$(wc -l <told)" -eq "$(wc -l <left)" ]
	# Each is graver than the one before.
	[ "$(jq -r .severity told | uniq | wc -l)" -eq "$(wc -l <told)" ]
	[ "$(wc -l <told)" -le 3 ]
	[ "$(wc -l <told)" -ge 1 ]
	[ "$(jq -r .direction told | sort -u)" = up ]
}

@test "rates by their counts: 1 of 2 is no alarm, 2 of 40 is one" {
	require_tool python3
	new_store
	python3 - >deals <<-'END'
	import datetime, json
	first, n = datetime.date(2025, 4, 7), 0
	for week in range(41):
	    day = first + datetime.timedelta(weeks=week)
	    deals = 2 if week == 39 else 40
	    won = {39: 1, 40: 2}.get(week, 20 + week % 3 - 1)
	    for i in range(deals):
	        n += 1
	        print(json.dumps({"lead": f"L{n}", "time": f"{day}T03:00:00Z",
	            "type": "deal_won" if i < won else "deal_lost"}))
	END
	export DL_NOW=2026-01-11T00:00:00Z
	jq -c '{id: .lead, email: "\(.lead)@d.example", created_at: "2025-04-01"}' \
		deals | dl-import leads -q
	dl-import events -q <deals
	echo '{"metric":"win_rate","by":"week"}' | dl-watch define -q wins
	check dl-watch run --now 2026-01-12T00:00:00Z
	says "0 alarms"
	check dl-watch run --now 2026-01-19T00:00:00Z
	says "1 alarm"
	[ "$(jq -c '[.value, .of, .direction]' <<<"$output")" = '[0.05,40,"down"]' ]
	jq -r .text.ja <<<"$output" | grep -q \
		'^2026年1月12日（月）からの1週間の受注率は5.0％（40件中2件）で、通常の範囲（[0-9.]*％〜[0-9.]*％）を下回りました'
}

@test "groups: the part is named, and many series have no more false alarms" {
	require_tool python3
	office 60
	echo '{"metric":"leads","by":"day","group":"source"}' |
		dl-watch define -q by_source
	check dl-watch run -q by_source
	[ "$(jq -r '[.group, .part, .because | tostring] | @csv' <<<"$output")" = \
		'"source","web","[]"' ]
	[ "$(jq -r .headline.ja <<<"$output")" = \
		'リード数（流入元：web）が通常を上回っています（2026年1月14日（水））' ]
}

@test "from a spike to the manager: in the inbox and by mail, once" {
	require_tool python3
	smtp_server -k </dev/null
	mail_channel
	office
	dl-campaign-tick -q >/dev/null 2>&1
	leads 60 >all
	dl-import leads -q <all
	dl-watch remove -q leads_daily >/dev/null
	echo '{"metric":"leads","by":"day"}' | dl-watch define -q leads_daily
	for _ in 1 2 3; do
		dl-campaign-tick -q >>ticks 2>tick.err
		dl-notify -q >/dev/null
	done
	[ "$(jq -c 'select(.step == "watch")' ticks)" = \
		'{"step":"watch","watches":1,"alarms":1}' ]
	[ "$(dl-notify inbox tanaka@ao.example | jq -r .subject)" = \
		'【重大】リード数が通常を上回っています（2026年1月14日（水））' ]
	python3 - mail/*.eml <<-'END'
	import email, email.policy, sys
	assert len(sys.argv) == 2, sys.argv
	m = email.message_from_bytes(open(sys.argv[1], "rb").read().split(b"\r\n", 1)[1],
	    policy=email.policy.SMTP)
	assert m["To"] == "tanaka@ao.example", m["To"]
	assert m["Subject"].startswith("【重大】リード数が通常を上回っています"), m["Subject"]
	text = m.get_body(("plain",)).get_content()
	assert text.startswith("田中 一郎 様"), text
	assert "のリード数は82件で、通常の範囲" in text, text
	assert "流入元「web」" in text, text
	END
	# In English for who reads that, as a warning when it is less grave.
	[ "$(dl-template render metric_anomaly --locale en --sample |
		jq -r .subject)" = \
		'[Critical] leads above the usual (Thu, 15 January 2026)' ]
}

@test "signals of no lead: what needs one is refused" {
	new_store
	while IFS='|' read -r action why; do
		echo "{\"name\":\"a\",\"on\":\"metric.anomaly\",\"do\":[$action]}" >a.json
		check dl-automation define a.json
		exits 2
		says "$why"
	done <<-'END'
	{"action":"stage","stage":"mql"}|a: do[0]: stage: signals "metric.anomaly" are about no lead
	{"action":"close_tasks"}|close_tasks: signals "metric.anomaly" are about no lead
	{"action":"notify","template":"metric_anomaly","channels":"email","to":"lead"}|to: lead: signals
	{"action":"notify","template":"metric_anomaly","channels":"email","to":"owner"}|to: owner: signals
	{"action":"task","template":"task_hot_lead","assign":"lead"}|assign: lead: signals
	END
	echo '{"name":"a","on":"metric.anomaly","when":"score > 1","do":[{"action":"webhook","channel":"x"}]}' |
		dl-automation define 2>err && false
	grep -q 'it would never fire' err
	echo '{"name":"a","on":"metric.anomaly","do":[{"action":"notify","template":"metric_anomaly","channels":"email","to":["role:admin","cmo@x.example"]}]}' |
		dl-automation define -q
	check dl-automation check
	exits 0
}

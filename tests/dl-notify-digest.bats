#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-notify: several messages in one, once.
load helper
load fault.bash
load servers.bash
load automation.bash
load notify.bash

setup() {
	common_setup
}

# told N [MEMBERS [OPTION...]]: a message for the pager, of the group "night".
told() {
	jq -nc --arg n "$1" --argjson more "{${2-}}" '{channel: "pager",
		to: "abe@ao.example", subject: "件名 \($n)",
		text: "<本文> \($n)\nt\($n);", key: $n, group: "night",
		wait: "5m"} + $more' | dl-notify send -q "${@:3}" >/dev/null
}

pager() {
	new_store
	channel pager kind=exec "command=cat >>paged"
}

# fates: what became of how many, by channel.
fates() {
	dl-notify list | jq -r '"\(.channel) \(.state)"' | sort | uniq -c |
		sed 's/^ *//'
}

# said_in_mails: the lines "tN;" of the mails that came.
said_in_mails() {
	python3 - mail/*.eml <<-'END'
	import email, email.policy, re, sys
	for path in sys.argv[1:]:
	    text = open(path, "rb").read().split(b"\r\n", 1)[1]
	    m = email.message_from_bytes(text, policy=email.policy.SMTP)
	    assert m.defects == [], m.defects
	    body = m.get_body(("plain",)).get_content()
	    print(*re.findall(r"^t\d+;", body, re.M), sep="\n")
	END
}

@test "an automation's messages of a while are one for each owner" {
	company
	dl-automation -q >/dev/null
	dl-automation disable -q hot_lead mql_reached >/dev/null
	dl-automation define -q tell - <<-'END' >/dev/null
	{"on":"lead.hot","do":[{"action":"notify","template":"hot_lead",
	 "channels":["inbox"],"to":["owner","tanaka@ao.example"],
	 "group_by":"owner","wait":"5m"}]}
	END
	check dl-automation check
	exits 0
	dl-automation show tell | grep -q '"group_by": "owner"'
	dl-lead set -q L1 owner=abe@ao.example >/dev/null
	dl-lead set -q L2 owner=abe@ao.example >/dev/null
	dl-lead set -q L3 owner=baba@ao.example title=社長 >/dev/null
	happens demo_requested L1 L2 L3
	dl-score apply -q >/dev/null
	dl-automation -q >/dev/null
	check dl-notify
	prints_nothing
	check dl-notify -n --now +5m
	echo "$output" >plan
	check dl-notify --now +5m
	exits 0
	says "4 sent, 4 put together"
	# What was to be done is what was done.
	[ "$(jq -c '[.id, .state, .part_of]' <<<"$output" | sort)" = \
		"$(jq -c '[.id, .state, .part_of]' plan | sort)" ]
	# Her own two leads; for the manager one for each owner.
	[ "$(fates)" = "4 inbox merged
4 inbox sent" ]
	[ "$(dl-notify inbox abe@ao.example | jq -r .subject)" = \
	    "【ホットリード】株式会社アオゾラ 青木 空さん：スコア85点 ほか1件" ]
	[ "$(dl-notify inbox tanaka@ao.example | jq -r .subject | sort)" = \
"【ホットリード】川商事 川口 渡さん：スコア85点
【ホットリード】株式会社アオゾラ 青木 空さん：スコア85点 ほか1件" ]
	text=$(dl-notify inbox abe@ao.example | jq -r .text)
	[[ $text == お知らせが2件あります。*'◆ 1. '*青木*'◆ 2. '*有限会社みどり* ]]
	# One foot for all of them.
	[ "$(grep -c '^main$' <<<"$text")" = 1 ]
	# The ledger says which is part of which.
	id=$(dl-notify inbox abe@ao.example | jq -r .id)
	[ "$(dl-notify show "$id" | jq -r '.parts | length')" = 2 ]
	part=$(dl-notify show "$id" | jq -r '.parts[0]')
	[ "$(dl-notify show "$part" | jq -r .part_of)" = "$id" ]
	[ "$(dl-notify list | jq -r --arg id "$part" 'select(.id == $id).part_of')" = \
		"$id" ]
	check dl-notify retry "$part"
	exits 2
	says "is merged, nothing to retry"
	dl-db dump | grep -q '"part_of":"'"$id"
	dl-db check -q
	# Who is erased is in no digest any more; who else was in it still is.
	dl-notify read -q abe@ao.example --now +5m
	dl-db erase -q L2 --now +6m >/dev/null
	[ "$(dl-notify show "$id" | jq -r '.parts | length')" = 1 ]
	! dl-db dump | grep -q みどり
	dl-db check -q
	[ "$(dl-notify inbox abe@ao.example | jq -c '[.id, .subject, .text]')" = \
	    "[\"$id\",null,null]" ]
	check dl-notify --now +6m
	exits 0
	says "2 sent"
	[ "$(dl-notify inbox abe@ao.example | jq -r .subject)" = \
	    "【ホットリード】株式会社アオゾラ 青木 空さん：スコア85点" ]
	text=$(dl-notify inbox abe@ao.example | jq -r .text)
	[[ $text == お知らせが1件あります。*青木* && $text != *みどり* ]]
	[ "$(dl-notify inbox abe@ao.example | jq -r .read_at)" = 2026-01-15T00:05:00Z ]
	! dl-db dump | grep -q みどり
	# With the last of them it goes.
	dl-db erase -q L1 --now +7m >/dev/null
	[ -z "$(dl-notify inbox abe@ao.example)" ]
	check dl-notify --now +7m
	prints_nothing
	dl-db check -q
}

@test "what an erasure leaves of a digest is told, however late and though muted" {
	company
	dl-automation -q >/dev/null
	dl-automation disable -q hot_lead mql_reached >/dev/null
	dl-automation define -q tell - <<-'END' >/dev/null
	{"on":"lead.hot","do":[{"action":"notify","template":"hot_lead",
	 "channels":["inbox"],"to":["tanaka@ao.example"],"group_by":"recipient",
	 "wait":"5m"}]}
	END
	happens demo_requested L1 L2
	dl-score apply -q >/dev/null
	dl-automation -q >/dev/null
	dl-notify -q --now +10m >/dev/null
	[[ $(dl-notify inbox tanaka@ao.example | jq -r .subject) == *ほか1件 ]]
	dl-db erase -q L2 --now +11m >/dev/null
	dl-notify prefer set -q tanaka@ao.example mute=template:hot_lead >/dev/null
	check dl-notify deliver --now +3d --channel inbox
	exits 0
	says "1 sent"
	[[ $(dl-notify inbox tanaka@ao.example | jq -r .text) == *青木* ]]
	dl-db check -q
}

@test "one alone is itself; what is critical, or otherwise said, goes apart" {
	pager
	told 1
	told 2 '"group": "day"'
	told 3 '"to": "baba@ao.example"'
	told 4 '"critical": true'
	check dl-notify --now +5m
	exits 0
	says "4 sent"
	[ "$(jq -r .subject paged | sort | paste -sd ' ')" = \
		"件名 1 件名 2 件名 3 件名 4" ]
	# The first of the next ones begins anew.
	told 6 '' --now +6m
	told 7 '' --now +10m
	check dl-notify --now +10m
	prints_nothing
	check dl-notify --now +11m
	says "1 sent, 2 put together"
	[ "$(jq -r .subject paged | tail -1)" = "件名 6 ほか1件" ]
	# A command gets all of it.
	[ "$(tail -1 paged | jq -c '[.data.items[] | [.number, .subject, .text]]')" = \
	    '[[1,"件名 6","<本文> 6\nt6;"],[2,"件名 7","<本文> 7\nt7;"]]' ]
	[[ $(tail -1 paged | jq -r .html) == *'&lt;本文&gt; 7'* ]]
	[ "$(tail -1 paged | jq -r .id)" != "$(head -1 paged | jq -r .id)" ]
	dl-db check -q
	local more want
	while IFS='|' read -r more want; do
		check dl-notify send --now +11m <<<'{"channel":"pager","text":"x",'"$more}"
		exits 3
		says "$want"
	done <<-'END'
	"wait":"5m"|wait without group
	"digest":"x"|digest without group
	"group":"a"|wait: not a span like 5m or 2h
	"group":"a","wait":"soon"|wait: not a span
	"group":"a\nb","wait":"5m"|batch: a control character
	END
}

@test "more than a hundred are several; at night they gather; who has muted them gets none" {
	pager
	dl-db user add -q abe@ao.example --role sales >/dev/null
	dl-db tenant set -q main quiet_hours=08:00-10:00 >/dev/null
	seq 250 | jq -c '{channel: "pager", to: "abe@ao.example",
		text: "t\(.)", key: "\(.)", kind: "news", group: "n",
		wait: "1m"}' | dl-notify send -q >/dev/null
	check dl-notify --now +5m
	says "250 waiting"
	check dl-notify -n --now +1h
	[ "$(jq -r .state <<<"$output" | sort | uniq -c | xargs)" = \
		"250 merged 3 sent" ]
	check dl-notify --now +1h
	says "3 sent, 250 put together"
	[ "$(jq -r '.data.items[].text' paged | sort -u | wc -l)" = 250 ]
	[ "$(jq -r '.data.count' paged | paste -sd ' ')" = "100 100 50" ]
	told a '"kind": "news"' --now +61m
	told b '"kind": "news"' --now +61m
	dl-notify prefer set -q abe@ao.example mute=kind:news --now +61m >/dev/null
	check dl-notify --now +70m
	exits 3
	says "2 cancelled"
	dl-db check -q
}

@test "refused for now it comes again as one; in doubt it is so as a whole" {
	require_tool python3
	new_store
	smtp_server -k <<-'END'
	rcpt full@* 1/1 reply 452 4.2.2 mailbox full
	dot doubt@* cut
	END
	mail_channel
	for n in 1 2 3; do
		for to in full doubt; do
			told $n '"channel":"email","to":"'$to@a.jp'"'
		done
	done
	check dl-notify --now +5m
	exits 3
	[ "$(fates)" = "1 email doubtful
6 email merged
1 email retry" ]
	: >mail.rules
	smtp_server -k </dev/null
	forget_channels
	mail_channel
	# What comes meanwhile is not part of what was tried.
	told 4 '"channel":"email","to":"full@a.jp"' --now +6m
	check dl-notify --now +20m
	[ "$(arrived)" = "full@a.jp
full@a.jp" ]
	[ "$(said_in_mails | sort | paste -sd ' ')" = "t1; t2; t3; t4;" ]
	dl-db check -q
}

@test "killed whenever: each is said once, or its digest is in doubt" {
	require_tool python3
	new_store
	smtp_server -k </dev/null
	mail_channel sessions=2
	seq 60 | jq -c '{channel: "email", to: "p\(. % 6)@a.jp", text: "t\(.);",
		key: "\(.)", group: "g\(. % 2)", wait: "1m"}' |
		dl-notify send -q >/dev/null
	for ((turn = 1; turn < 12; turn++)); do
		pids=()
		for _ in 1 2; do
			dl-notify -q --now "+$((turn * 2))h" \
			    >/dev/null 2>&1 3>&- &
			pids+=($!)
		done
		sleep "0.0$((RANDOM % 50 + 5))"
		((turn > 8)) || kill -9 "${pids[@]}" 2>/dev/null || true
		wait "${pids[@]}" || true
		[ -n "$(dl-notify list | jq -r 'select(.next_at or
			.state == "sending").id')" ] || break
	done
	dl-db check -q
	[ "$(fates | grep -c 'sending\|queued\|retry')" = 0 ] || tell "$(fates)"
	said_in_mails | sort | uniq -c >came
	! grep -v '^ *1 ' came
	# Of what did not come the digest is in doubt.
	said=$(wc -l <came)
	doubt=$(dl-notify doubtful | jq -r .id | while read -r id; do
		dl-notify show "$id" | jq -r '.parts // [.id] | .[]'
	done | wc -l)
	[ $((said + doubt)) -ge 60 ] || tell "$said came, $doubt are in doubt"
}

@test "killed while messages are put together: all of them are, once" {
	require_engine sqlite
	require_tool strace
	strace -o /dev/null true 2>/dev/null || skip "no ptrace here"
	local n total whole=0
	fault_empty dl
	for n in 1 2 3; do
		told $n '"channel":"inbox"'
	done
	fault_keep before-digest
	begin() {
		fault_store dl digest
		rm -rf state
	}
	begin
	total=$(fault_calls pwrite64 dl-notify -q --now +5m)
	for ((n = 4; n <= total; n += 4)); do
		begin
		fault_inject pwrite64 signal=SIGKILL "$n" \
			dl-notify -q --now +5m || true
		[ "$(fates | grep -c merged)" = 0 ] || whole=$((whole + 1))
		dl-notify -q --now +5m >/dev/null || tell "$n of $total"
		[ "$(fates)" = "3 inbox merged
1 inbox sent" ] || tell "$n of $total: $(fates)"
		[ "$(dl-notify inbox abe@ao.example | jq -r .text |
			grep -c '^t[123];')" = 3 ]
	done
	# It was struck before and after that moment.
	[ "$whole" -gt 0 ] && [ "$whole" -lt $((total / 4 - 1)) ]
	dl-db check -q
}

@test "mail to a list says whose it is and how to leave it" {
	require_tool python3
	new_store
	smtp_server -k </dev/null
	mail_channel
	told 1 '"channel":"email","group":null,"wait":null,"list":{"id":"news.a.example",
		"name":"お知らせ","url":"https://a.example/u/x","mail":"mailto:u@a.example",
		"one_click":true}'
	told 2 '"channel":"email","group":null,"wait":null,
		"list":{"url":"http://a.example/"}'
	told 3 '"channel":"email","group":null,"wait":null,"list":{"ur1":"x"}'
	check dl-notify
	exits 3
	says "dead: List-Unsubscribe: not of its form" 'unknown member "ur1"'
	python3 - mail/1.eml <<-'END'
	import email, email.policy, sys
	text = open(sys.argv[1], "rb").read().split(b"\r\n", 1)[1]
	m = email.message_from_bytes(text, policy=email.policy.SMTP)
	assert m.defects == [], m.defects
	assert m["List-Id"].endswith("<news.a.example>"), m["List-Id"]
	assert m["List-Unsubscribe"].split() == ["<https://a.example/u/x>,",
	    "<mailto:u@a.example>"], m["List-Unsubscribe"]
	assert m["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
	END
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-notify: what is said, to whom, how often.
load helper
load servers.bash
load notify.bash

setup() {
	common_setup
	new_store
}

lead() { # lead: one, and who takes care of it
	dl-db user add -q sato@ao.example >/dev/null
	dl-db user set -q sato@ao.example name=佐藤 role=sales >/dev/null
	echo '{"id":"L1","email":"taro@kokyaku.example","company":"株式会社青空",'\
		'"name":"山田太郎","owner":"sato@ao.example"}' | dl-import leads -q
}

@test "nothing to send is nothing done" {
	check dl-notify
	exits 0
	prints_nothing
	[ -z "$stderr" ]
}

@test "one lead's alert goes out on every channel" {
	require_tool python3
	lead
	smtp_server -k </dev/null
	mail_channel
	http_server -k </dev/null
	web_channel slack sessions=20
	web_channel teams sessions=20
	web_channel webhook secret=himitsu
	channel pager kind=exec "command=cat >>paged"
	for name in email inbox slack teams webhook pager; do
		echo "{\"channel\":\"$name\",\"to\":\"owner\",\"lead\":\"L1\"," \
			"\"template\":\"hot_lead\",\"data\":{\"action\":\"電話\"}}"
	done | dl-notify send -q >queued
	check dl-notify -n
	[ "$(jq -r .state <<<"$output" | uniq)" = sent ]
	[ ! -s mail/journal ]
	[ "$(states | cut -d ' ' -f2 | uniq)" = queued ]
	check dl-notify
	exits 0
	says "6 sent"
	[ "$(states | uniq)" = "sato@ao.example sent" ]
	dl-db check -q
	# Inside, and through a pipe.
	[ "$(dl-notify inbox sato@ao.example | jq -r .subject)" = \
	    "$(jq -r .subject paged)" ]
	[[ $(jq -r .text paged) == *株式会社青空*電話* ]]
	# Mail, as another parser reads it.
	run python3 - mail/1.eml <<-'END'
	import email, email.policy, sys
	text = open(sys.argv[1], "rb").read().split(b"\r\n", 1)[1]
	m = email.message_from_bytes(text, policy=email.policy.SMTP)
	assert m.defects == [], m.defects
	print(m["Subject"], m["Message-ID"], m["Auto-Submitted"], sep="\n")
	assert "佐藤" in m.get_body(("plain",)).get_content()
	assert "株式会社青空" in m.get_body(("html",)).get_content()
	END
	[ "$status" -eq 0 ] || tell "$output"
	[ "${lines[0]}" = "$(jq -r .subject paged)" ]
	[[ ${lines[1]} == "<"*"@example.jp>" ]]
	# Requests: their form, their signature.
	judge_requests
}

# Bodies by the path of the request.
judge_requests() {
	python3 - web/*.request <<-'END'
	import hashlib, hmac, json, os, re, sys
	seen = {}
	for path in sys.argv[1:]:
	    head, body = open(path, "rb").read().split(b"\r\n\r\n", 1)
	    seen[head.split()[1].decode()] = head.decode(), body
	slack = json.loads(seen["/slack"][1])
	assert slack["blocks"][0]["type"] == "header"
	assert all(len(b["text"]["text"]) <= 3000 for b in slack["blocks"])
	assert "株式会社青空" in slack["blocks"][1]["text"]["text"]
	card = json.loads(seen["/teams"][1])["attachments"][0]
	assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
	assert card["content"]["version"] == "1.5"
	head, body = seen["/webhook"]
	sign = re.search(r"DL-Signature: t=(\d+),v1=([0-9a-f]+)", head)
	want = hmac.new("himitsu".encode(), sign[1].encode() + b"." + body,
	    hashlib.sha256).hexdigest()
	assert sign[2] == want
	assert json.loads(body)["data"] == {"action": "電話"}
	assert "Idempotency-Key: " + json.loads(body)["id"] in head
	END
}

@test "the same cause, recipient and channel are one message" {
	lead
	for again in 1 2; do
		echo '{"channel":"inbox","to":"owner","lead":"L1","key":"k1"' \
			',"text":"'$again'"}'
	done | dl-notify send -q >queued
	[ "$(wc -l <queued)" = 1 ]
	check dl-notify send -q - < <(echo '{"channel":"inbox","text":"3","key":"k1"' \
		',"to":"sato@ao.example"}')
	prints_nothing
	dl-notify -q >/dev/null
	dl-notify -q >/dev/null
	[ "$(dl-notify inbox sato@ao.example | jq -r .text)" = 1 ]
	# Without a key, what is said at one moment is one message.
	for moment in 1 1 2; do
		echo '{"channel":"inbox","to":"sato@ao.example","text":"x"}' |
		    dl-notify send -q --now "2026-01-15T00:00:0$moment" 
	done >queued
	[ "$(wc -l <queued)" = 2 ]
}

@test "what can be no message is refused, and the others are queued" {
	printf '%s\n' '{"channel":"inbox","to":"a@b.jp"}' \
	    '{"channel":"inbox","to":"a@b.jp","text":"ok"}' \
	    '{"channel":"in\nbox","to":"a@b.jp","text":"x"}' \
	    '{"channel":"inbox","to":"a@b.jp\r\nRCPT TO:<x@y.jp>","text":"x"}' \
	    '{"channel":"inbox","text":"x","lead":"nobody"}' \
	    '{"channel":"inbox","text":"x","texd":"x"}' \
	    '{"channel":"inbox","text":"x","template":"hot_lead"}' \
	    '{"channel":"inbox","text":"x","due":"soon"}' >records
	check dl-notify send records
	exits 3
	[ "$(wc -l <<<"$output")" = 1 ]
	says "records:1: nothing to say" "records:3: control character in channel" \
		"records:4: recipient: a control character" "records:5: " \
		'records:6: unknown field "texd"' "records:7: a template and" \
		"records:8: due: not a moment" "1 queued" "7 rejected"
}

@test "show: what a message says, whatever is in it" {
	jq -nc '{channel: "inbox", to: "abe@ao.example", subject: "件名",
		text: "一行目\n\u001b[31m赤\n"}' | dl-notify send -q >/dev/null
	id=$(dl-notify list | jq -r .id)
	check dl-notify show "${id:0:9}"
	[ "$(jq -c '[.subject, .text, .state]' <<<"$output")" = \
	    '["件名","一行目\n\u001b[31m赤\n","queued"]' ]
	check dl-notify show "$id" -f table
	[ "$(tail -4 <<<"$output")" = "件名

一行目
\\x1b[31m赤" ]
	# Its words come from a template that has gone.
	echo '{"locales":{"ja":{"text":"{{x}}でした"}},"sample":{"x":"1"}}' |
		dl-template define -q gone - >/dev/null
	echo '{"channel":"inbox","to":"abe@ao.example","template":"gone","data":{"x":"7"},"key":"k"}' |
		dl-notify send -q >queued
	id=$(jq -r .id queued)
	[ "$(dl-notify show "$id" | jq -r .text)" = 7でした ]
	dl-template remove -q gone >/dev/null
	dl-notify show "$id" | jq -e '.problem | test("gone")' >/dev/null
}

@test "a mistake in the configuration, or nowhere to say it, loses and doubles nothing" {
	echo '{"channel":"inbox","to":"a@b.jp","text":"x"}' >r.json
	check dl-notify send -o "$PWD/nodir/x" r.json
	exits 1
	check dl-notify send --now +1s -o "$PWD/nodir/x" r.json
	exits 1
	[ "$(dl-notify list | wc -l)" = 0 ]
	channel hook kind=webhook
	check dl-notify send r.json
	exits 0
	[ "$(dl-notify list | jq -r .state)" = queued ]
}

@test "refusals: for good, for now, for the sender; waits grow, and end" {
	smtp_server <<-'END'
	rcpt no@* reply 550 5.1.1 no such user
	rcpt full@* reply 452 4.2.2 mailbox full
	END
	mail_channel
	mails no@a.jp full@a.jp ok@a.jp
	check dl-notify
	exits 3
	says "dead: " "no such user"
	[ "$(states | paste -sd ,)" = "full@a.jp retry,no@a.jp dead,ok@a.jp sent" ]
	check dl-notify
	prints_nothing
	# Each time later, eight times in all.
	for attempt in 2 3 4 5 6 7 8; do
		next=$(dl-notify list --state retry | jq -r .next_at)
		check dl-notify --now "$next" --max-late 30d
	done
	exits 3
	[ "$(jq -r .state <<<"$output")" = dead ]
	id=$(dl-notify list --state dead | jq -r 'select(.recipient=="full@a.jp").id')
	[ "$(dl-notify show "$id" | jq -r '[.history[].state] | join(" ")')" = \
	    "retry retry retry retry retry retry retry dead" ]
	[ "$(dl-notify show "$id" | jq .attempts)" = 8 ]
	dl-db check -q
	# A person may think otherwise.
	check dl-notify retry "$id" --now 2026-02-01
	has '"from":"dead","state":"retry"'
	check dl-notify retry "${id:0:8}" --now 2026-02-01
	exits 0
	check dl-notify cancel "$id" --now 2026-02-01
	exits 0
	check dl-notify cancel "$id" --now 2026-02-01
	exits 2
	says "is cancelled, nothing to cancel"
}

@test "a server's fault is nobody's attempt" {
	smtp_server <<-'END'
	mail * reply 530 5.7.0 log in first
	END
	mail_channel
	mails a@a.jp b@a.jp
	check dl-notify
	[ "$(dl-notify list | jq -s 'map(.attempts) | add')" = 0 ]
	! states | grep -v 'retry\|queued'
	forget_channels
	channel email kind=email url=smtp://127.0.0.1:1 from=a@example.jp
	check dl-notify --now +3h
	exits 75
	says "email: "
	[ "$(dl-notify list | jq -s 'map(.attempts) | add')" = 0 ]
	forget_channels
	check dl-notify --now +3h
	exits 3
	says 'no channel "email" is configured for "main": its messages wait'
	# It comes back, and they go.
	smtp_server </dev/null
	mail_channel
	check dl-notify --now +4h
	exits 0
	[ "$(arrived | paste -sd ' ')" = "a@a.jp b@a.jp" ]
}

@test "no answer after the last byte is doubt, and stays so until someone decides" {
	smtp_server <<-'END'
	dot doubt@* cut
	END
	mail_channel
	mails doubt@a.jp doubt@b.jp doubt@c.jp sure@a.jp
	check dl-notify
	exits 3
	says "doubtful"
	[ "$(states | grep -c doubtful)" = 3 ]
	check dl-notify
	prints_nothing
	[ "$(dl-notify doubtful | jq -r .recipient | paste -sd ' ')" = \
	    "doubt@a.jp doubt@b.jp doubt@c.jp" ]
	id=$(dl-notify doubtful | jq -r 'select(.recipient == "doubt@b.jp").id')
	dl-notify cancel -q "$id" >/dev/null
	: >mail.rules
	smtp_server </dev/null
	forget_channels
	mail_channel
	id=$(dl-notify doubtful | jq -r 'select(.recipient == "doubt@c.jp").id')
	dl-notify retry -q "$id" >/dev/null
	check dl-notify
	[ "$(arrived)" = doubt@c.jp ]
	check dl-notify --resend-doubtful --now +3d
	[ "$(arrived | paste -sd ' ')" = "doubt@a.jp doubt@c.jp" ]
	[ "$(dl-notify doubtful)" = "" ]
	dl-db check -q
}

@test "answers of web servers: whose fault, and when to come back" {
	http_server <<-'END'
	POST /webhook 1/1 reply 400
	END
	web_channel webhook secret=x sessions=1
	for n in 1 2; do
		echo "{\"channel\":\"webhook\",\"data\":{\"n\":$n},\"key\":\"$n\"}"
	done | dl-notify send -q >queued
	check dl-notify
	exits 3
	[ "$(jq -r .state <<<"$output" | paste -sd ' ')" = "dead dead" ]
	http_server <<-'END'
	POST /webhook reply 429 Retry-After: 7200
	END
	forget_channels
	web_channel webhook secret=x sessions=1
	for n in 3 4; do
		echo "{\"channel\":\"webhook\",\"data\":{\"n\":$n},\"key\":\"$n\"}"
	done | dl-notify send -q >queued
	check dl-notify
	exits 75
	[ "$(wc -l <web/journal)" = 1 ]
	[ "$(dl-notify list --state retry | jq -r .next_at)" = 2026-01-15T02:00:00Z ]
	[ "$(dl-notify list --state queued | jq -r .next_at)" = 2026-01-15T02:00:00Z ]
	http_server <<-'END'
	POST /webhook cut
	END
	forget_channels
	web_channel webhook secret=x
	check dl-notify --now +2h
	exits 3
	[ "$(states | grep -c doubtful)" = 2 ]
	# A place inside is not the world, unless that is said.
	forget_channels
	channel slack kind=slack url=http://127.0.0.1:$PORT/ plain=yes
	echo '{"channel":"slack","text":"x"}' | dl-notify send -q --now +2h >queued
	check dl-notify --now +2h
	exits 75
	! grep -q $'POST\t/\t' web/journal
}

@test "a command: done, later, refused, stopped in the middle" {
	run_pager() {
		forget_channels
		channel pager kind=exec "$@"
		echo '{"channel":"pager","text":"x","key":"'$RANDOM'"}' |
		    dl-notify send -q >queued
		check dl-notify --channel pager
		state=$(jq -r .state <<<"$output" | head -1)
		dl-notify list | jq -r 'select(.state | test("retry|queued")).id' |
		    xargs -r dl-notify cancel -q >/dev/null
	}
	run_pager "command=jq -r .text >paged"
	[ "$state" = sent ] && [ "$(cat paged)" = x ]
	run_pager "command=exit 75"
	[ "$state" = retry ] && exits 75
	run_pager "command=exit 3"
	[ "$state" = retry ] && exits 0
	run_pager "command=kill -9 \$\$"
	[ "$state" = doubtful ] && exits 3
	run_pager "command=sleep 60" timeout=300ms
	[ "$state" = doubtful ]
}

@test "who must not be written to is not, whatever waits already" {
	smtp_server </dev/null
	mail_channel
	lead
	mails taro@kokyaku.example other@a.jp
	dl-notify suppress add -q --reason bounced ＴＡＲＯ@kokyaku.example >/dev/null
	check dl-notify
	exits 3
	says "suppressed: bounced"
	[ "$(arrived)" = other@a.jp ]
	# Erasure takes the address, and the ban stays.
	dl-db erase -q L1 >/dev/null
	[ "$(dl-notify suppress list | jq -r '.address // "-"')" = - ]
	! dl-db dump | grep -q taro@
	echo '{"channel":"email","to":"taro@kokyaku.example","text":"x","key":"n"}' |
	    dl-notify send -q >queued
	check dl-notify
	exits 3
	[ "$(arrived)" = other@a.jp ]
	check dl-notify suppress remove taro@kokyaku.example
	exits 0
	check dl-notify suppress remove taro@kokyaku.example
	exits 2
	dl-db check -q
}

@test "what is overdue by too much is told, not sent" {
	echo '{"channel":"inbox","to":"a@b.jp","text":"x","due":"2026-01-10"}' |
	    dl-notify send -q >queued
	check dl-notify
	exits 3
	says "overdue by more than 1d"
	[ "$(states)" = "a@b.jp cancelled" ]
	dl-notify retry -q "$(dl-notify list | jq -r .id)" >/dev/null
	check dl-notify
	exits 0
	[ "$(states)" = "a@b.jp sent" ]
	echo '{"channel":"inbox","to":"a@b.jp","text":"x","due":"2026-01-10T01:00"}' |
	    dl-notify send -q >queued
	check dl-notify --max-late 10d
	exits 0
	# And what is not due waits.
	echo '{"channel":"inbox","to":"a@b.jp","text":"y","due":"+1h"}' |
	    dl-notify send -q >queued
	check dl-notify
	prints_nothing
	check dl-notify --now +1h
	has sent
}

@test "a copy, a restored store, another user: they do not send" {
	require_engine sqlite
	told() {
		echo "{\"channel\":\"inbox\",\"to\":\"a@b.jp\",\"text\":\"$1\"}" |
		    dl-notify send -q "${@:2}" >queued
	}
	told first
	# Copied before anything was sent, and by our own copying.
	cp dl.db early.db
	check dl-notify -d early.db
	exits 1
	says "nothing sent: this store is a copy of $PWD/dl.db on " \
		"dl-notify adopt"
	dl-db copy -q dl.db copied.db >/dev/null 2>&1
	check dl-notify -d copied.db
	exits 1
	check dl-notify
	exits 0
	cp dl.db old.db
	told second
	check dl-notify
	exits 0
	# Restored to its place: older than what was sent.
	rm dl.db*
	cp old.db dl.db
	told third
	check dl-notify
	exits 1
	says "was it restored?"
	[ "$(dl-notify list --state queued | wc -l)" = 1 ]
	XDG_STATE_HOME=$PWD/other check dl-notify
	exits 1
	says "another user or machine"
	check dl-notify adopt
	exits 0
	check dl-notify
	exits 0
	[ "$(dl-db audit | jq -r .action | tail -1)" = "notify adopt" ]
	# A new store where one has sent.
	rm dl.db*
	new_store
	told fourth
	check dl-notify
	exits 1
	says "another store was here"
}

@test "killed while a server is silent: one doubt for each session, and no more" {
	smtp_server <<-'END'
	dot * stall
	END
	mail_channel sessions=3
	mails $(seq -f 'm%g@a.jp' 20)
	dl-notify -q >/dev/null 2>&1 3>&- &
	pid=$!
	for ((i = 0; i < 500; i++)); do
		[ "$(wc -l <mail/journal)" -lt 3 ] || break
		sleep 0.02
	done
	# Meanwhile a second one finds the channel taken.
	check dl-notify
	exits 0
	says "already at work on email"
	kill -9 $pid
	wait $pid || true
	smtp_server </dev/null
	forget_channels
	mail_channel sessions=3
	check dl-notify
	exits 3
	says "3 messages in doubt since a program ended"
	[ "$(states | grep -c doubtful)" = 3 ]
	[ "$(arrived | uniq | wc -l)" = 17 ]
	[ "$(dl-notify doubtful | jq -r .recipient | cat - <(arrived) | sort -u |
		wc -l)" = 20 ]
	dl-db check -q
}

@test "what a dead program was to send next is sent; not after the machine went down" {
	smtp_server </dev/null
	mail_channel
	mails {a,b,c,d}@a.jp
	now=$(cat /proc/sys/kernel/random/boot_id)
	reserve() { # reserve RUN RECIPIENT
		store_sql "UPDATE outbox SET run = '$1', next_at = NULL
			WHERE recipient = '$2'"
	}
	reserve "$now/x/1/1" a@a.jp
	reserve "$now/x/1/1" b@a.jp
	reserve "00000000-before/x/1/1" c@a.jp
	dl-notify cancel -q "$(jq -r 'select(.recipient == "b@a.jp").id' queued)" \
		>/dev/null
	check dl-notify
	exits 3
	# A server may have failed alone: there nothing is known.
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		says "1 message in doubt since a program ended"
		[ "$(states | paste -sd ' ')" = \
"a@a.jp sent b@a.jp cancelled c@a.jp doubtful d@a.jp sent" ]
	else
		says "2 messages in doubt since a program ended"
	fi
	dl-notify show "$(jq -r 'select(.recipient == "c@a.jp").id' queued)" |
		jq -ec '[.tries, (.history | length), .history[0].state] ==
			[1, 1, "doubtful"]'
	check dl-notify --resend-doubtful
	exits 0
	[ "$(arrived)" = "$(printf '%s\n' a@a.jp c@a.jp d@a.jp)" ]
	dl-db check -q
}

@test "figures by day and channel, and the history of an inbox" {
	smtp_server <<-'END'
	rcpt no@* reply 550 5.1.1 no such user
	dot cut@* cut
	END
	mail_channel
	mails no@a.jp a@a.jp b@a.jp cut@a.jp
	echo '{"channel":"inbox","to":"a@b.jp","text":"x\ny","critical":true}' |
	    dl-notify send -q >queued
	dl-notify -q >sent 2>&1 || true
	check dl-notify stats
	[ "$(jq -r '"\(.day) \(.channel) \(.accepted) \(.bounced) \(.doubtful) \(.dead) \(.rate)"' \
		<<<"$output" | paste -sd ,)" = \
	    "2026-01-15 email 2 1 1 0 50,2026-01-15 inbox 1 0 0 0 100" ]
	check dl-notify inbox --unread a@b.jp
	has '"critical":true' '"text":"x\ny"'
	check dl-notify read a@b.jp
	says "1 read"
	check dl-notify inbox --unread A@B.jp
	prints_nothing
	check dl-notify inbox -f table a@b.jp
	has "2026-01-15 09:00"
}

@test "channels are the operator's: mistakes are told with their line, values never" {
	wrong() { # wrong MESSAGE SETTING...
		local message=$1
		shift
		forget_channels
		channel x "$@"
		check dl-notify channels
		exits 2
		says "$message"
		[[ $stderr != *himitsu* ]] || tell "a secret is shown"
	}
	wrong "no such kind" kind=himitsu
	wrong "has no kind" url=himitsu
	wrong "email needs url and from" kind=email url=himitsu
	wrong "webhook needs url and secret" kind=webhook secret=himitsu
	wrong 'unknown setting "urll" of a channel; did you mean "url"?' urll=himitsu
	wrong "secret is nothing for the kind slack" kind=slack url=a secret=himitsu
	wrong "user needs password" kind=email url=a from=a@b.jp user=himitsu
	wrong "sessions: not a number from 1 to 100" sessions=himitsu
	wrong "starttls: neither yes nor no" starttls=himitsu
	forget_channels
	channel x kind=exec
	sed -i "s/x.kind/x/" "$XDG_CONFIG_HOME/dl/config"
	check dl-notify channels
	exits 2
	says "config:1: expected channel.NAME.SETTING"
	forget_channels
	channel team kind=slack url=https://hooks.slack.com/services/himitsu
	channel ours kind=exec command=himitsu tenants=other
	check dl-notify channels
	prints '{"channel":"inbox","kind":"inbox"}
{"channel":"team","kind":"slack","to":"hooks.slack.com"}'
}

@test "a trial of a channel says what is wrong with it" {
	smtp_server -u app -p himitsu </dev/null
	mail_channel user=app "passwordeval=echo himitsu"
	check dl-notify test email a@b.jp
	exits 0
	has '"state":"sent"'
	forget_channels
	mail_channel user=app password=himitsu2
	check dl-notify test email a@b.jp
	exits 75
	says "535"
	[[ $stderr != *himitsu* ]]
	check dl-notify test fax
	exits 2
	says 'no such channel: "fax"'
}

@test "who logs in may stand in a netrc: by host and user, for nobody else to read" {
	smtp_server -k -u app -p "hi mi\"tsu" </dev/null
	umask 077
	cat >netrc <<-'END'
	machine localhost login app password wrong1himitsu
	machine 127.0.0.1 login other password wrong2himitsu
	machine 127.0.0.1 login app password "hi mi\"tsu"
	default login app password wrong3himitsu
	END
	mail_channel user=app netrc=netrc
	mails a@b.jp
	check dl-notify -vv
	exits 0
	says "1 sent"
	[[ $stderr$output != *himitsu* && $stderr$output != *"hi mi"* ]]
	[[ $(store_sql "SELECT content, answer FROM outbox") != *"hi mi"* ]]
	# The first of the host, where no user is named.
	forget_channels
	mail_channel netrc=netrc
	check dl-notify test email a@b.jp
	exits 75
	says "535"
	sed -i 2d netrc
	check dl-notify test email a@b.jp
	exits 0
	# Other servers of the channel have passwords of their own.
	forget_channels
	channel email kind=email from=a@b.jp user=app netrc=nothing \
	    "server.a.url=smtp://127.0.0.1:$PORT" server.a.netrc=netrc
	check dl-notify test email a@b.jp
	exits 0
	forget_channels
	mail_channel user=nobody netrc=netrc
	check dl-notify test email a@b.jp
	exits 75
	says "netrc: no password for this user at 127.0.0.1"
	chmod 640 netrc
	check dl-notify test email a@b.jp
	exits 75
	says "netrc: others may read or write it; chmod 600 it"
	forget_channels
	mail_channel user=app netrc=netrc password=x
	check dl-notify channels
	exits 2
	says "one of them"
}

@test "a webhook logs in by its netrc" {
	http_server -k </dev/null
	umask 077
	echo "machine 127.0.0.1 login hook password 秘密" >netrc
	web_channel webhook secret=himitsu netrc=netrc
	echo '{"channel":"webhook","text":"x"}' | dl-notify send -q >queued
	check dl-notify
	exits 0
	[ "$(grep -ah '^Authorization: ' web/*.request | tr -d '\r')" = \
	    "Authorization: Basic $(printf 'hook:秘密' | base64)" ]
	forget_channels
	web_channel slack netrc=netrc
	check dl-notify channels
	exits 2
	says "netrc is nothing for the kind slack"
}

@test "killed again and again: nothing twice, nothing lost, all accounted for" {
	RANDOM=7
	run storm 150 6 60
	[ "$status" -eq 0 ] || tell "$output"
	[[ ${lines[-1]} =~ ^sent\ 1[0-9]+, ]]
}

@test "whatever a lead calls itself stays in its field, on every channel" {
	require_tool python3
	local leads=hostile.ndjson
	cat >$leads <<-'END'
	{"id":"h1","email":"h1@a.jp","name":"\r\nBcc: x@evil.example","company":"<!channel> <script>alert(1)</script>"}
	{"id":"h2","email":"h2@a.jp","name":"{{{email}}} {{lead.id}}","company":"*太字* [here](http://evil.example) `x`"}
	{"id":"h3","email":"h3@a.jp","name":"\u202e\u2066gnol\u0007\u001b[31m","company":"=?UTF-8?Q?x?= \"; <a@b>, ("}
	END
	python3 -c 'import json; print(json.dumps({"id": "h4", "email": "h4@a.jp",
	    "name": "長" * 3000, "company": "\u0000".join(["a", "b"]).replace("\u0000", " ")}))' >>$leads
	if [ -e "${DL_SHARED-}/corpora/naughty-strings/blns.json" ]; then
		jq -c 'to_entries[] | select(.key % 12 == 0) |
			select(.value | test("\u0000") | not) |
			{id: "n\(.key)", email: "n\(.key)@a.jp", name: .value,
			company: .value}' \
		    "$DL_SHARED/corpora/naughty-strings/blns.json" >>$leads
	fi
	dl-import leads -q $leads 2>/dev/null || true
	smtp_server -k </dev/null
	mail_channel sessions=20
	http_server -k </dev/null
	web_channel slack sessions=20
	web_channel teams sessions=20
	channel pager kind=exec "command=cat >>paged"
	dl-db dump | jq -r 'select(.record == "lead").id' >ids
	for name in email slack teams; do
		jq -Rc --arg c $name '{channel: $c, to: "lead", lead: .,
			template: "hot_lead", data: {}}' ids
	done | dl-notify send -q >queued
	head -5 ids | jq -Rc '{channel: "pager", lead: ., template: "hot_lead",
		data: {}}' | dl-notify send -q >>queued
	check dl-notify -q
	exits 0
	[ "$(dl-notify list --state sent | wc -l)" = "$(wc -l <queued)" ]
	jq -es 'all(.subject | test("\n") | not)' paged >/dev/null
	python3 - "$(wc -l <ids)" mail/*.eml <<-'END'
	import email, email.policy, sys
	assert len(sys.argv) - 2 == int(sys.argv[1])
	for path in sys.argv[2:]:
	    head, text = open(path, "rb").read().split(b"\r\n", 1)
	    m = email.message_from_bytes(text, policy=email.policy.SMTP)
	    assert m.defects == [], (path, m.defects)
	    assert sorted(m.keys()) == ["Auto-Submitted", "Content-Type", "Date",
	        "From", "MIME-Version", "Message-ID", "Subject", "To"], m.keys()
	    html = m.get_body(("html",)).get_content()
	    assert "<script" not in html.lower(), path
	END
	judge_cards
}

# Every body: JSON, within the limits, nothing that Slack or Teams would act on.
judge_cards() {
	python3 - "${DL_SHARED-}/corpora/adaptive-cards/schema-1.5.json" \
	    web/*.request <<-'END'
	import json, os, re, sys
	check = lambda card: None
	if os.path.exists(sys.argv[1]):
	    try:
	        import jsonschema
	        schema = json.load(open(sys.argv[1]))
	        judge = jsonschema.validators.validator_for(schema)(schema)
	        check = judge.validate
	    except ImportError:
	        pass
	for path in sys.argv[2:]:
	    head, body = open(path, "rb").read().split(b"\r\n\r\n", 1)
	    doc = json.loads(body)
	    if "blocks" in doc:
	        assert len(doc["blocks"]) <= 50
	        for b in doc["blocks"]:
	            text = b["text"]["text"]
	            if b["type"] == "header":
	                assert 0 < len(text) <= 150 and "\n" not in text
	            else:
	                assert 0 < len(text) <= 3000
	                for mark in re.findall("<[^>]*>", text):
	                    assert re.match("<https?://", mark), mark
	        assert "<" not in doc["text"]
	    else:
	        card = doc["attachments"][0]["content"]
	        assert len(body) < 28 * 1024
	        check(card)
	        for b in card["body"]:
	            for m in re.finditer(r"(?<!\\)(?:\\\\)*\]\(([^)]*)", b["text"]):
	                assert b["text"].startswith("[http"), b["text"]
	END
}

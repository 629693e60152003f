#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-notify: a channel of mail with several servers.
load helper
load servers.bash
load notify.bash

setup() {
	common_setup
	new_store
	channel email kind=email "from=営業部 <alerts@example.jp>" \
		hello=app.example.jp
}

# came NAME...: recipients in the journals of these servers, sorted.
came() {
	local name
	for name; do
		cut -f2,4 "$name/journal"
	done | awk '$1 != "refused" && $1 != "lost" { print $2 }' | sort
}

many() { # many FROM TO
	# shellcheck disable=SC2046
	mails $(seq -f 'm%g@a.jp' "$1" "$2")
}

@test "the work is shared; few messages go by the first" {
	server a sessions=2 </dev/null
	server b sessions=2 </dev/null
	check dl-notify channels
	has '"to":"127.0.0.1:'
	many 1 60
	check dl-notify
	exits 0
	says "60 sent"
	[ "$(came a b | uniq | wc -l)" = 60 ]
	[ "$(came a | wc -l)" -ge 1 ]
	[ "$(came b | wc -l)" -ge 1 ]
	many 61 62
	before=$(came b | wc -l)
	check dl-notify
	[ "$(came b | wc -l)" = "$before" ]
	dl-db check -q
}

# at TIME: it is so late from now on.
at() {
	export DL_NOW=2026-01-15T$1Z
}

@test "one that fails is set aside, for longer each time, while there is another" {
	server a </dev/null
	server b </dev/null
	sed -i 's/server.a.url.*/server.a.url = smtp:\/\/127.0.0.1:1/' \
		"$XDG_CONFIG_HOME/dl/config"
	many 1 5
	check dl-notify
	exits 0
	says "5 sent, set aside: email: server a: "
	[ "$(came b | wc -l)" = 5 ]
	# It works again, and nobody asks before the time.
	server a </dev/null
	at 00:04:00
	many 6 7
	check dl-notify
	exits 0
	[ "$(came a)" = "" ]
	at 00:06:00
	many 8 9
	check dl-notify
	[ "$(came a | paste -sd ' ')" = "m8@a.jp m9@a.jp" ]
	[ "$(store_sql "SELECT count(*) FROM aside")" = 0 ]
	# Refused five times in a row is enough, too.
	server a sessions=1 <<<'mail * reply 451 4.3.0 not now'
	server b sessions=1 rate=1/1h </dev/null
	many 10 30
	check dl-notify
	says "set aside: email: server a: 4.3.0 not now"
	[ "$(jq -r .state <<<"$output" | sort | uniq -c | xargs)" = \
		"5 retry 1 sent" ]
	# What it had refused goes by the other.
	channel email server.b.rate=1000/1s
	at 00:09:00
	check dl-notify
	says "20 sent"
	[ "$(came b | uniq | wc -l)" = 21 ]
	[ "$(store_sql "SELECT failures FROM aside")" = 1 ]
	# A second time in a row it is ten minutes.
	server a <<<'connect - reply 421 4.3.2 too many'
	at 00:12:00
	many 41 42
	check dl-notify
	says "2 sent, set aside: email: server a: " "too many"
	at 00:21:00
	many 51 52
	check dl-notify
	says "2 sent"
	[[ $stderr != *aside* ]] || tell "it was asked too early"
	[ "$(store_sql "SELECT failures FROM aside")" = 2 ]
	dl-db check -q
}

@test "when all have failed, all are tried" {
	channel email server.a.url=smtp://127.0.0.1:1 \
		server.b.url=smtp://127.0.0.1:2 server.b.user=me \
		"server.b.passwordeval=exit 1"
	many 1 2
	for again in 1 2; do
		check dl-notify
		exits 75
		says "email: server a: " "server b: passwordeval: the command failed"
	done
	[ "$(dl-notify list --state queued | wc -l)" = 2 ]
	server a </dev/null
	check dl-notify
	exits 0
	says "2 sent"
	[ "$(came a | wc -l)" = 2 ]
}

@test "each has its own rate; together they have the channel's" {
	server a "rate=3/1h" </dev/null
	server b "rate=4/1h" </dev/null
	channel email rate=12/1d
	many 1 20
	check dl-notify -n
	[ "$(wc -l <<<"$output")" = 7 ]
	check dl-notify
	exits 0
	says "7 sent" "email until 2026-01-15T01:00:0" "waits for its limit"
	[ "$(came a | wc -l) $(came b | wc -l)" = "3 4" ]
	check dl-notify --now +30m
	prints_nothing
	check dl-notify --now +61m
	says "5 sent"
	check dl-notify --now +3h
	prints_nothing
	[ "$(came a b | uniq -c | awk '$1 == 1' | wc -l)" = 12 ]
	check dl-notify test email x@a.jp --now +3h
	exits 0
}

@test "what one may have taken no other is given" {
	server a sessions=2 <<-'END'
	dot doubt* cut
	dot later* reply 451 4.3.0 not now
	END
	server b sessions=1 <<<'connect - reply 421 4.3.2 too many'
	mails doubt1@a.jp doubt2@a.jp later@a.jp sure@a.jp
	check dl-notify
	exits 3
	server a </dev/null
	server b </dev/null
	check dl-notify --now +10m
	exits 0
	[ "$(came a b)" = later@a.jp ]
	[ "$(dl-notify doubtful | wc -l)" = 2 ]
	dl-db check -q
}

@test "killed again and again between two in a bad mood: nothing twice, all accounted for" {
	mood() {
		cat <<-'END'
		connect - 1/9 reply 421 4.3.2 too many
		mail * 1/23 cut
		rcpt * 1/13 reply 450 4.2.1 try again later
		dot * 1/17 cut
		dot * 1/19 lose
		dot * 1/11 reply 451 4.3.0 not now
		END
	}
	server a sessions=2 < <(mood)
	server b sessions=2 rate=30/1h < <(mood)
	many 1 70
	for ((turn = 1; turn < 60; turn++)); do
		pids=()
		for _ in 1 2; do
			dl-notify -q --max-late 30d --now "+$((61 * turn))m" \
			    >/dev/null 2>&1 3>&- &
			pids+=($!)
		done
		if ((turn < 6)); then
			sleep "0.0$((RANDOM % 60 + 10))"
			kill -9 "${pids[@]}" 2>/dev/null || true
		fi
		wait "${pids[@]}" || true
		[ -n "$(dl-notify list | jq -r 'select(.next_at or
			.state == "sending").id')" ] || break
	done
	dl-db check -q
	mkdir mail
	cat a/journal b/journal >mail/journal
	storm_judge 70 24 >told || tell "$(cat told)"
}

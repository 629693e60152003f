#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-notify: what is not sent now, though it is due: quiet hours, what people do
# not want, and what is more than may be. (It is Thursday, nine o'clock in
# Tokyo.)
load helper
load servers.bash
load notify.bash

setup() {
	common_setup
	new_store
	channel pager kind=exec "command=jq -r .text >>paged"
}

# people ADDRESS...: of the tenant.
people() {
	local one
	for one; do
		dl-db user add -q "$one" --role sales >/dev/null
	done
}

# says_to TO TEXT [JSON-MEMBERS]: a message for the pager.
says_to() {
	echo '{"channel":"pager","to":"'"$1"'","text":"'"$2"'","key":"'"$2"'"' \
		"${3:+,$3}}" | dl-notify send -q >/dev/null
}

paged() {
	[ ! -e paged ] || paste -sd ' ' paged
}

# pages N [OPTION...]: as many messages for the pager, to different people.
pages() {
	seq "$1" | jq -c '{channel: "pager", to: "p\(.)@x.example",
		text: "\(.)", key: "\(.)"}' | dl-notify send -q "${@:2}" >/dev/null
}

count_paged() {
	cat paged 2>/dev/null | wc -l
}

@test "what falls into quiet hours is due at their end; what is critical is not held up" {
	dl-db tenant set -q main quiet_hours=18:00-09:30,sat-sun >/dev/null
	says_to abe@ao.example waits
	says_to abe@ao.example fire '"critical":true'
	echo '{"channel":"inbox","to":"abe@ao.example","text":"inside"}' |
		dl-notify send -q >/dev/null
	check dl-notify -n
	[ "$(jq -c '[.channel, .state, .next_at, .answer]' <<<"$output" | sort)" = \
'["inbox","sent",null,null]
["pager","queued","2026-01-15T00:30:00Z","quiet hours"]
["pager","sent",null,null]' ]
	[ -z "$(paged)" ]
	check dl-notify
	exits 0
	says "2 sent, 1 waiting"
	[ "$(paged)" = fire ]
	[ "$(dl-notify list --state queued |
		jq -c '[.due_at, .next_at, .answer]')" = \
	    '["2026-01-15T00:30:00Z","2026-01-15T00:30:00Z","quiet hours"]' ]
	check dl-notify --now +29m
	prints_nothing
	check dl-notify --now +30m
	has '"state":"sent"'
	# What waited from Friday evening to Monday is not too late then.
	export DL_NOW=2026-01-16T11:00:00Z
	says_to abe@ao.example weekend
	check dl-notify --now 2026-01-16T20:00:00+09:00
	[ "$(jq -r .next_at <<<"$output")" = 2026-01-19T00:30:00Z ]
	check dl-notify --now 2026-01-19T10:00:00+09:00
	has '"state":"sent"'
	[ "$(paged)" = "fire waits weekend" ]
	dl-db check -q
}

@test "a channel has quiet hours of its own; none at all, or even the inbox" {
	dl-db tenant set -q main quiet_hours=08:00-10:00 quiet.pager=none \
		quiet.inbox=08:00-12:00 >/dev/null
	says_to abe@ao.example now
	echo '{"channel":"inbox","to":"abe@ao.example","text":"noon"}' |
		dl-notify send -q >/dev/null
	check dl-notify
	says "1 sent, 1 waiting"
	[ "$(paged)" = now ]
	[ "$(dl-notify list --state queued | jq -r .next_at)" = \
		2026-01-15T03:00:00Z ]
	check dl-db tenant set main quiet.pager=
	has '{"tenant":"main","setting":"quiet.pager","old":"none","new":null}'
	says_to abe@ao.example later
	check dl-notify
	has '"next_at":"2026-01-15T01:00:00Z"'
	local set want
	while IFS='|' read -r set want; do
		check dl-db tenant set "$set"
		exits 2
		says "$want"
	done <<-'END'
	quiet_hours=21-8|quiet_hours: not like 21:00-08:00, sat-sun or
	quiet_hours=sat-sun,mon-fri|quiet_hours: no time of the week is left
	quiet_hours=fun|quiet_hours: not like
	quiet.pager=24:00-08:00|quiet: not like
	quiet.=none|quiet: name missing
	END
}

@test "a person's own quiet hours, and what they do not want" {
	people abe@ao.example baba@ao.example
	check dl-notify prefer set Abe@ao.example quiet=08:00-10:00
	exits 0
	prints '{"user":"abe@ao.example","quiet":"08:00-10:00"}'
	check dl-notify prefer set abe@ao.example quiet=08:00-10:00
	prints_nothing
	dl-notify prefer set -q baba@ao.example \
		"mute=slack, template:task_due,kind:gossip" >/dev/null
	says_to abe@ao.example quiet
	says_to baba@ao.example heard
	says_to baba@ao.example muted '"kind":"gossip"'
	says_to abe@ao.example gossip '"kind":"gossip","critical":true'
	check dl-notify
	exits 3
	says "cancelled: the recipient has muted it" "2 sent, 1 cancelled, 1 waiting"
	[ "$(paged)" = "heard gossip" ]
	# By channel, whatever else; critical or not.
	dl-notify prefer set -q abe@ao.example quiet= mute=pager >/dev/null
	says_to ABE@ao.example never '"critical":true'
	check dl-notify
	exits 3
	[ "$(paged)" = "heard gossip" ]
	# They may change their mind: what was only held up goes out.
	dl-notify prefer set -q abe@ao.example mute= >/dev/null
	check dl-notify --now +1h
	[ "$(paged)" = "heard gossip quiet" ]
	check dl-notify prefer list
	prints '{"user":"baba@ao.example","mute":["slack","template:task_due","kind:gossip"],"updated_at":"2026-01-15T00:00:00Z"}'
	[ "$(dl-db audit | jq -r 'select(.action == "notify prefer").object' |
		sort | uniq -c | xargs)" = "3 abe@ao.example 1 baba@ao.example" ]
	dl-db dump | grep -q '"record":"preference"'
	dl-db check -q
	local arg want
	while IFS='|' read -r arg want; do
		# shellcheck disable=SC2086
		check dl-notify prefer set $arg
		exits 2
		says "$want"
	done <<-'END'
	nobody@ao.example mute=a|no such user
	abe@ao.example mute=a,,b|not a mute name
	abe@ao.example mute=tag:x|mute: not a channel, template:NAME or kind:NAME
	abe@ao.example quiet=noon|quiet: not like
	abe@ao.example use.=pager|not a use name
	abe@ao.example volume=3|a person says quiet, mute and use.CHANNEL, not "volume"
	abe@ao.example mute|not KEY=VALUE
	END
}

@test "quiet words that leave no time together hold up, and say so" {
	people abe@ao.example
	dl-db tenant set -q main quiet_hours=00:00-12:00 >/dev/null
	dl-notify prefer set -q abe@ao.example quiet=12:00-24:00 >/dev/null
	says_to abe@ao.example never
	check dl-notify
	has '"next_at":"2026-01-16T00:00:00' "leave no time of the week"
}

@test "somebody is told by the channel of their choice, where it reaches people" {
	channel email kind=email url=smtp://127.0.0.1:1 from=a@ao.example
	people abe@ao.example
	dl-automation -q >/dev/null
	dl-automation define -q tell - <<-'END' >/dev/null
	{"on":"lead.created","do":[{"action":"notify","template":"mql_reached",
	 "channels":["email","inbox"],"to":"abe@ao.example"}]}
	END
	asked() { # by which channels abe is told of one lead more
		echo '{"id":"L'$1'","email":"l'$1'@x.example"}' | dl-import leads -q
		dl-automation -q 2>/dev/null | jq -r .channel | paste -sd ' '
	}
	[ "$(asked 1)" = "email inbox" ]
	dl-notify prefer set -q abe@ao.example use.email=inbox >/dev/null
	[ "$(asked 2)" = inbox ]
	# One that carries nothing to people, one that is not there.
	dl-notify prefer set -q abe@ao.example use.email=pager use.inbox=fax \
		>/dev/null
	[ "$(asked 3)" = "email inbox" ]
	check dl-notify prefer set abe@ao.example use.email= use.inbox=email
	has '"use":{"inbox":"email"}'
	[ "$(asked 4)" = email ]
}

@test "a channel's rate holds over runs, for two at once, for all tenants together" {
	forget_channels
	channel pager kind=exec "command=jq -r .text >>paged" rate=3/1h
	dl-db tenant add -q other
	pages 8 -t main
	pages 4 -t other
	check dl-notify -n -t main
	[ "$(wc -l <<<"$output")" = 3 ]
	dl-notify -q -t main >/dev/null 3>&- &
	dl-notify -q -t other >/dev/null 3>&- &
	wait
	[ "$(count_paged)" = 3 ]
	check dl-notify -t main
	exits 0
	says "pager until 2026-01-15T01:00:0" "waits for its limit"
	prints_nothing
	for hour in 1 2 3 4; do
		[ "$(count_paged)" = $((3 * hour)) ]
		for tenant in other main; do
			# An hour and a little: what has begun has begun later.
			check dl-notify -t "$tenant" --max-late 90m \
			    --now "2026-01-15T0$hour:00:1$hour"
			exits 0
		done
	done
	[ "$(count_paged)" = 12 ]
	[ "$(sort -n paged | uniq -c | awk '$1 == 2' | wc -l)" = 4 ]
	[ "$(dl-notify list -t main --state sent | wc -l)" = 8 ]
	dl-db check -q
}

@test "for a limit of little time a run waits" {
	forget_channels
	channel pager kind=exec "command=jq -r .text >>paged" \
		"rate=4/100ms, 100/1h"
	pages 10
	check dl-notify
	exits 0
	says "10 sent"
	smtp_server </dev/null
	mail_channel rate=5/50ms
	# shellcheck disable=SC2046
	mails $(seq -f 'm%g@a.jp' 23)
	check dl-notify
	says "23 sent"
	[ "$(arrived | uniq | wc -l)" = 23 ]
	forget_channels
	channel pager kind=exec command=true rate=soon
	check dl-notify
	exits 2
	says "config:3: rate: not like 10/1s or 10/1s,500/1h"
}

@test "nobody gets more than so many; each that waits has a place of its own" {
	forget_channels
	channel pager kind=exec "command=jq -r .text >>paged" per_recipient=2/1h
	for n in 1 2 3 4 5; do
		says_to abe@ao.example "a$n"
	done
	says_to baba@ao.example b1
	says_to ABE@ao.example fire '"critical":true'
	check dl-notify
	exits 0
	says "4 sent, 3 waiting"
	[ "$(paged)" = "a1 a2 b1 fire" ]
	[ "$(dl-notify list --state queued |
		jq -r '"\(.next_at[11:16]) \(.answer)"' | sort | uniq -c |
		sed 's/^ *//')" = \
'2 01:00 the recipient has got as many as may be for now
1 02:00 the recipient has got as many as may be for now' ]
	check dl-notify --now +59m
	prints_nothing
	check dl-notify --now +62m
	says "2 sent"
	# The tenant may be stricter, and the operator has the last word.
	dl-db tenant set -q main per_recipient.pager=1/1d --now +62m >/dev/null
	check dl-notify --now +125m
	says "1 waiting"
	check dl-notify --now +27h
	says "1 sent"
	dl-db check -q
	# Erased with the person.
	echo '{"id":"L1","email":"baba@ao.example"}' |
		dl-import leads -q --now +27h
	dl-db erase -q L1 --now +27h >/dev/null
	[ "$(store_sql "SELECT count(*) FROM pace WHERE whom LIKE 'baba%'")" = 0 ]
}

@test "killed whenever: no more than may be, none lost, none twice" {
	forget_channels
	channel pager kind=exec "command=jq -r .text >>paged" rate=7/1h \
		per_recipient=3/2h
	seq 24 | jq -c '{channel: "pager", to: "p\(. % 4)@x.example",
		text: "\(.)", key: "\(.)"}' | dl-notify send -q >/dev/null
	for ((hour = 1; hour < 20; hour++)); do
		for _ in 1 2; do
			dl-notify -q --max-late 12h --now "+$((61 * hour))m" \
			    >/dev/null 2>&1 3>&- &
		done
		if ((hour < 5)); then
			sleep "0.0$((RANDOM % 80 + 10))"
			kill -9 $(jobs -p) 2>/dev/null || true
		fi
		wait
		# A command outlives who has started it.
		[ "$(count_paged)" -le $((7 * hour)) ] || tell "too many at $hour"
		[ -n "$(dl-notify list | jq -r 'select(.next_at or
			.state == "sending").id')" ] || break
	done
	[ "$(sort paged | uniq -d)" = "" ]
	[ "$(dl-notify list | jq -r 'select(.state == "sent" or
		.state == "doubtful").id' | wc -l)" = 24 ]
	dl-db check -q
}

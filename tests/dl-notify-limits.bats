#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-notify: what is not sent now, though it is due: quiet hours, and what
# people do not want. (It is Thursday, nine o'clock in Tokyo.)
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

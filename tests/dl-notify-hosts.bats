#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-notify: a tenant says which hosts of the web its messages may go to, among
# those that the operator's channels lead to.
load helper
load servers.bash
load notify.bash

setup() {
	common_setup
	new_store
}

# hook [OPTION...]: a message for the channel webhook.
hook() {
	local key=$((++hooks))
	jq -nc --arg key "$key" '{channel: "webhook", text: "x", key: $key}' |
	    dl-notify send -q "$@"
}

# asked: how often the server was.
asked() {
	find web -name '*.request' | wc -l
}

@test "what the tenant does not allow is not sent, nor queued, and says so" {
	http_server -k </dev/null
	web_channel webhook secret=himitsu
	web_channel slack
	channel pager kind=exec "command=cat >>paged"
	hook >queued
	check dl-db tenant set main webhook_hosts=hooks.example.jp,.example.com
	exits 0
	check dl-notify -n
	has '"state":"cancelled"'
	check dl-notify
	exits 3
	says "webhook_hosts does not have 127.0.0.1" "1 cancelled"
	[ "$(asked)" = 0 ]
	# It is known when it is queued; by channel, not by what else there is.
	check hook
	exits 3
	prints_nothing
	says "channel: webhook_hosts does not have 127.0.0.1"
	echo '{"channel":"pager","text":"x"}' | dl-notify send -q >queued
	check dl-notify
	exits 0
	has '"channel":"pager"' '"state":"sent"'
	[ "$(dl-notify channels | jq -c '[.channel, .allowed]')" = \
'["inbox",null]
["webhook",false]
["slack",false]
["pager",null]' ]
	check dl-notify test slack
	[ "$status" -ne 0 ]
	says "not allowed"
	[ "$(asked)" = 0 ]
	# A person lets it, and says that it is to be sent after all.
	dl-db tenant set -q main webhook_hosts=127.0.0.1 >/dev/null
	dl-notify retry -q "$(dl-notify list --channel webhook | jq -r .id)" >/dev/null
	check dl-notify
	exits 0
	[ "$(asked)" = 1 ]
	dl-db tenant set -q main webhook_hosts=none >/dev/null
	check hook
	exits 3
	dl-db tenant set -q main webhook_hosts= >/dev/null
	hook >queued
	check dl-notify
	exits 0
	[ "$(asked)" = 2 ]
}

@test "it only narrows: what the operator has not is not there" {
	http_server -k </dev/null
	channel webhook kind=webhook secret=x "url=http://127.0.0.1:$PORT/" plain=yes
	dl-db tenant set -q main webhook_hosts=127.0.0.1 >/dev/null
	hook >queued
	check dl-notify
	exits 75
	says "leads to an address that is not allowed"
	[ "$(asked)" = 0 ]
	forget_channels
	web_channel webhook secret=x tenants=other
	check dl-notify --now +2h
	[ "$status" -ne 0 ]
	says 'no channel "webhook" is configured for "main"'
	[ "$(asked)" = 0 ]
}

@test "one tenant's list is nothing to another" {
	http_server -k </dev/null
	web_channel webhook secret=himitsu
	dl-db tenant add -q other
	dl-db tenant set -q main webhook_hosts=none >/dev/null
	hook -t other >queued
	check hook -t main
	exits 3
	check dl-notify -t other
	exits 0
	[ "$(asked)" = 1 ]
	[ "$(dl-db tenant show other | jq -r .webhook_hosts)" = any ]
	dl-db tenant set -q main webhook_hosts= >/dev/null
	dl-db tenant set -q other webhook_hosts=hooks.example.jp >/dev/null
	hook -t main >queued
	check dl-notify -t main
	exits 0
	[ "$(asked)" = 2 ]
}

@test "a list that is changed while messages wait counts for the next one" {
	http_server -k <<-'END'
	ANY * wait 200
	END
	web_channel webhook secret=himitsu sessions=1
	for _ in 1 2 3 4 5 6 7 8; do hook; done >queued
	dl-notify -q >went 2>err 3>&- &
	for _ in {1..500}; do [ "$(asked)" = 0 ] || break; sleep 0.02; done
	dl-db tenant set -q main webhook_hosts=none >/dev/null
	wait $! || true
	[ "$(dl-notify list --state sent | wc -l)" -lt 8 ]
	[ "$(dl-notify list --state cancelled | wc -l)" -ge 1 ]
	[ "$(asked)" = "$(dl-notify list --state sent | wc -l)" ]
}

@test "what is no list of hosts is refused" {
	while IFS= read -r value; do
		check dl-db tenant set main "webhook_hosts=$value"
		exits 2
		says "webhook_hosts: not any, none or hosts like"
	done <<-'END'
	a,,b
	https://hooks.example.jp
	hooks.example.jp:443
	*.example.jp
	..example.jp
	example.jp.
	例え.jp
	a b
	END
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-notify: leads that are called what breaks programs, all of them, on every
# channel; what arrives is read back and compared.
# runs long
load helper
load servers.bash
load notify.bash

setup() {
	require_tool python3
	require_shared corpora/naughty-strings/blns.json
	common_setup
	new_store
	jq -c 'to_entries[] | {id: "n\(.key)", email: "n\(.key)@a.jp",
		name: .value, company: .value}' \
	    "$DL_SHARED/corpora/naughty-strings/blns.json" >leads
	[ "$(wc -l <leads)" -gt 500 ]
	dl-import leads -q leads
	dl-template define -q naughty - >/dev/null <<-'END'
	{"locales":{"ja":{"subject":"件名 [{{name|無名}}]",
	 "text":"お客様\n[{{name|無名}}]\n以上","html":"<p>[{{name|無名}}]</p>"}}}
	END
	# Chats have no field of the lead's own to know it by.
	dl-template define -q naughty_chat - >/dev/null <<-'END'
	{"locales":{"ja":{"subject":"{{lead.id}} 件名 [{{name|無名}}]",
	 "text":"お客様\n[{{name|無名}}]\n以上"}}}
	END
}

# about CHANNEL TEMPLATE TO: of each lead.
about() {
	jq -c --arg channel "$1" --arg template "$2" --arg to "$3" \
	    '{channel: $channel, template: $template, to: $to, lead: .id}' leads
}

# told CHANNEL...: all of it went, and came as it was.
told() {
	dl-notify send -q messages >queued
	[ "$(wc -l <queued)" = "$(($# * $(wc -l <leads)))" ]
	check dl-notify -q
	exits 0
	[ "$(dl-notify list --state sent | wc -l)" = "$(wc -l <queued)" ]
	mkdir -p mail web
	touch paged
	dl-notify inbox sato@ao.example >inbox
	run python3 "$top/tests/tools/naughty-judge.py" "$PWD" "$@"
	[ "$status" -eq 0 ] || tell "$output"
	has ", 0 differences"
	dl-db check -q
}

@test "mail, inbox and webhook bring every name back" {
	smtp_server -k </dev/null
	mail_channel sessions=20
	http_server -k </dev/null
	web_channel webhook secret=himitsu sessions=20
	{
		about email naughty lead
		about inbox naughty sato@ao.example
		about webhook naughty ""
	} >messages
	told email inbox webhook
}

@test "slack, teams and a command bring every name back" {
	http_server -k </dev/null
	web_channel slack sessions=20
	web_channel teams sessions=20
	channel pager kind=exec "command=cat >>paged"
	{
		about slack naughty_chat ""
		about teams naughty_chat ""
		about pager naughty ""
	} >messages
	told slack teams exec
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# From an event to a call, with real servers on every channel: a lead becomes
# hot, somebody is told by mail, Slack, Teams and inside and has a task; what
# nobody does is reminded of, then escalated.
load helper
load servers.bash
load notify.bash
load automation.bash

setup() {
	common_setup
	company
	dl-score define -q rules - <<-'END' >/dev/null
	{"rules":[{"name":"役職あり","type":"attribute","when":"title exists","points":40},
	 {"name":"フォーム","type":"behavior","event":"form_submitted","points":25},
	 {"name":"デモ","type":"behavior","event":"demo_requested","points":45}]}
	END
	smtp_server -k </dev/null
	mail_channel
	http_server -k </dev/null
	web_channel slack
	web_channel teams
	dl-campaign-tick -q >/dev/null
}

# beat [OPTION...]: what cron does.
beat() {
	dl-campaign-tick -q "$@" >/dev/null
	dl-notify -q "$@" >/dev/null
}

# mails_told: recipient and subject of what the mail server has, sorted.
mails_told() {
	python3 - mail/*.eml <<-'END' | sort
	import email, email.policy, sys
	for path in sys.argv[1:]:
	    text = open(path, "rb").read().split(b"\r\n", 1)[1]
	    m = email.message_from_bytes(text, policy=email.policy.SMTP)
	    assert m.defects == [], (path, m.defects)
	    print(m["To"], m["Subject"])
	END
}

tasks() {
	dl-task list -q --sort creation "$@" |
		jq -r '"\(.title) \(.assignee) \(.priority) \(.due_at[8:13])"'
}

@test "hot: told on four channels, one task to call, in turn; reminded, escalated" {
	require_tool python3
	happens demo_requested L1
	happens form_submitted L2
	beat
	[ "$(tasks)" = \
'【ホットリード】株式会社アオゾラ 青木 空さんへの架電 abe@ao.example high 16T00
【MQL】有限会社みどり 林 翠さんのフォロー baba@ao.example medium 18T00' ]
	mails_told >told
	[ "$(cut -c1-40 told | grep -c '^abe@ao.example .*ホットリード')" -eq 1 ]
	[ "$(grep -c '^baba@ao.example .*MQL' told)" -eq 1 ]
	[ "$(wc -l <told)" -eq 2 ]
	# Slack and Teams once each, with what there is to know for the call.
	[ "$(cut -f3 web/journal | sort)" = "$(printf '%s\n' /slack /teams)" ]
	for said in web/*.request; do
		grep -q アオゾラ "$said" && grep -q デモ "$said"
	done
	dl-notify inbox abe@ao.example | jq -es '
		length == 1 and (.[0].text | test("青木 空") and test("デモ"))'
	# Nothing is told or done twice.
	beat
	beat --now +1h
	[ "$(mails_told | wc -l)" -eq 2 ]
	[ "$(wc -l <web/journal)" -eq 2 ]

	# One is done in time. Of the other, of three days, a reminder comes a
	# day before, and when it is late its manager hears of it.
	dl-task done -q 1 --now +20h >/dev/null
	dl-task stats --now +21h | jq -es '
		.[] | select(.assignee == "abe@ao.example") |
		[.done, .on_time, .overdue] == [1, 1, 0]' ||
		dl-task stats --now +21h | tell
	beat --now 2026-01-16T23:59:59Z
	[ "$(mails_told | wc -l)" -eq 2 ]
	beat --now 2026-01-17T00:00:00Z
	[ "$(mails_told | comm -13 told - | cut -d' ' -f1)" = baba@ao.example ]
	mails_told >told
	beat --now 2026-01-17T23:59:59Z
	mails_told | cmp - told
	beat --now 2026-01-18T00:00:00Z
	[ "$(mails_told | comm -13 told -)" = "tanaka@ao.example \
【期限超過】【MQL】有限会社みどり 林 翠さんのフォロー（期限：2026年1月18日（日）09:00）" ]
	dl-notify inbox tanaka@ao.example | jq -es '
		length == 1 and (.[0].text | test("馬場 花"))'
	beat --now 2026-01-25T00:00:00Z
	[ "$(mails_told | wc -l)" -eq 4 ]
	[ "$(dl-notify list | jq -r .state | sort -u)" = sent ]
	dl-db check -q
}

@test "one lead, one person: hot and MQL at once, hot after MQL, an owner" {
	# Hot and MQL at once is a call, and nothing beside it.
	happens demo_requested L1
	beat
	[ "$(tasks | wc -l)" -eq 1 ]
	# Who follows up a lead calls it when it becomes hot.
	happens form_submitted L2
	beat
	happens demo_requested L2
	beat
	[ "$(dl-task list -q -l L2 | jq -r '"\(.kind) \(.assignee)"' | sort)" = \
"call baba@ao.example
follow-up baba@ao.example" ]
	# The owner has the task, whosever turn it is.
	dl-lead set -q L3 owner=abe@ao.example title=部長 >/dev/null
	happens demo_requested L3
	beat
	[ "$(dl-task list -q -l L3 | jq -r .assignee)" = abe@ao.example ]
	[ "$(dl-notify list | jq -r 'select(.template == "hot_lead" and
		.channel == "email") | .recipient' | sort | uniq -c | xargs)" = \
		"2 abe@ao.example 1 baba@ao.example" ]
}

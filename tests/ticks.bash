# SPDX-License-Identifier: ISC
# ticks: a flow from an import to tasks and messages, to be disturbed: what is
# left must be what an undisturbed one leaves. After fault.bash; in the current
# directory.

# ticks_world LEADS: people who take turns, one of whom is told in another way;
# rules; automations, one of which says several things in one message; a task to
# remind of. The job's stages: leads, events, score, run (automations), tick.
ticks_world() {
	local who
	mkdir -p config/dl
	install -m 600 /dev/stdin config/dl/config <<-'END'
	channel.email.kind = email
	channel.email.url = smtp://127.0.0.1:1
	channel.email.from = a@ao.example
	END
	fault_empty making || return
	{
		dl-db user add -q ueda@ao.example --role manager
		for who in abe baba chiba; do
			dl-db user add -q $who@ao.example --role sales \
				--manager ueda@ao.example
		done
		dl-notify prefer set -q baba@ao.example use.email=inbox
		dl-score define -q rules - <<-'END'
		{"rules":[{"name":"役職あり","type":"attribute","when":"title exists","points":40},
		 {"name":"フォーム","type":"behavior","event":"form_submitted","points":25},
		 {"name":"デモ","type":"behavior","event":"demo_requested","points":45}]}
		END
		dl-segment define -q 熱 -w 'score >= 60'
		dl-automation -q
		dl-automation define -q tell - <<-'END'
		{"on":"lead.hot","do":[{"action":"notify","template":"hot_lead",
		 "channels":["inbox"],"to":"manager","group_by":"owner","wait":"5m"}]}
		END
		dl-task add -q 電話 --due 26h --assign round-robin
		dl-campaign-tick -q
	} >/dev/null || return
	export DL_NOW=2026-01-15T04:00:00Z
	seq "$1" | awk '{ printf "{\"id\":\"L%d\",\"email\":\"l%d@a.jp\",\"name\":\"名前%d\",\"company\":\"会社\",\"title\":\"部長\"}\n", $1, $1, $1 }' \
		>leads.ndjson
	seq "$1" | awk '{ printf "{\"lead\":\"L%d\",\"type\":\"%s\",\"time\":\"2026-01-14T23:00:00Z\"}\n", $1, $1 % 2 ? "demo_requested" : "form_submitted" }' \
		>events.ndjson
	cat >job <<-'JOB'
		#!/bin/sh
		# All of it, or a stage; the first failure ends it with its
		# status. (What is nobody's to hear is told, with 3.)
		case ${1-} in
		leads) exec dl-import leads -q leads.ndjson ;;
		events) exec dl-import events -q events.ndjson ;;
		score) exec dl-score apply -q >/dev/null ;;
		run) exec dl-automation -q >/dev/null ;;
		tick) exec dl-campaign-tick -q >/dev/null ;;
		esac
		for stage in leads events score run tick; do
			"$0" $stage || [ $? -eq 3 ] || exit
		done
	JOB
	chmod +x job
	fault_undisturbed leads events score run tick >/dev/null
}

# ticks_dump: what there is, in the end also in the inboxes; but for what was
# audited.
ticks_dump() {
	rm -rf state
	dl-notify adopt -q >/dev/null &&
		dl-notify -q --channel inbox --now +10m >/dev/null || return
	dl-db dump | grep -a -v '"record":"audit"'
}

fault_told() {
	ticks_dump
}

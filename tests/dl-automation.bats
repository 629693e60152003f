#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-automation: what follows from what happened, once.
load helper
load automation.bash
load notify.bash

setup() {
	common_setup
	company
}

# signals: what scores and stages leave.
signals() {
	dl-score apply -q >/dev/null
	dl-stage apply -q >/dev/null
}

# fired: "automation lead tasks messages", sorted.
fired() {
	dl-automation log -q "$@" |
		jq -r '"\(.automation) \(.lead // "-") \(.tasks) \(.messages)"' |
		sort
}

@test "a hot lead is a task in turn and messages on the channels there are" {
	channel email kind=email url=smtp://127.0.0.1:1 from=a@ao.example
	channel slack kind=slack url=https://hooks.slack.com/services/x
	dl-automation -q >/dev/null
	dl-automation disable -q mql_reached >/dev/null
	happens demo_requested L1 L2
	signals
	check dl-automation
	exits 0
	says 'channel "teams" is not configured' '4 signals, 2 firings: 2 tasks'
	[ "$(grep -c teams <<<"$stderr")" -eq 1 ]
	[ "$(jq -r '"\(.lead) \(.action) \(.assignee // .channel) \(.to // "")"' \
		<<<"$output")" = 'L1 task abe@ao.example 
L1 notify email abe@ao.example
L1 notify slack 
L1 notify inbox abe@ao.example
L2 task baba@ao.example 
L2 notify email baba@ao.example
L2 notify slack 
L2 notify inbox baba@ao.example' ]
	check dl-task show 1
	[ "$(jq -r '"\(.title) \(.priority) \(.due_at)"' <<<"$output")" = \
	    "【ホットリード】株式会社アオゾラ 青木 空さんへの架電 high 2026-01-16T00:00:00Z" ]
	[ "$(jq -r .body <<<"$output" | tail -8)" = '■ スコア 85点（属性 40点／行動 45点）
・役職あり：40点（title exists (title is "部長")）
・デモ：45点（1 × demo_requested: 2026-01-15 08:00）

■ おすすめの次のアクション
24時間以内にお電話でデモの日程を決め、導入の目的とご予算、決裁の流れをお聞きください。
（理由：最も効いた属性：「役職あり」（40点）、最近の行動：「デモのお申し込み」（2026-01-15 08:00））' ]
	[ "$(fired)" = "hot_lead L1 1 3
hot_lead L2 1 3" ]
	[ "$(dl-notify list | jq -r .state | sort | uniq -c | xargs)" = \
		"6 queued" ]
	# Nothing is left over, and nothing comes twice.
	check dl-automation
	exits 0
	prints_nothing
	[ -z "$stderr" ]
	dl-db check -q
}

@test "signals from before anybody listened fire nothing" {
	happens demo_requested L1
	signals
	check dl-automation
	says "listening from now on; no signals wait"
	prints_nothing
	# Nor do those from before this one was switched on.
	dl-automation disable -q hot_lead mql_reached >/dev/null
	happens demo_requested L2
	signals
	dl-automation enable -q mql_reached >/dev/null
	dl-automation enable -q hot_lead >/dev/null
	check dl-automation
	prints_nothing
	[ -z "$(fired)" ]
	# They are there to look at.
	[ "$(dl-automation preview -q hot_lead | jq -r .lead | xargs)" = "L1 L2" ]
}

@test "who became a customer long ago is not welcomed when imported" {
	channel email kind=email url=smtp://127.0.0.1:1 from=n@ao.example
	dl-automation -q >/dev/null
	printf '{"lead":"%s","type":"deal_won","time":"%s"}\n' \
		L1 2025-03-01T00:00:00Z L2 2026-01-13T00:00:00Z |
		dl-import events -q
	signals
	# At is when it happened, also in the past.
	[ "$(dl-automation preview -q welcome | jq -r .lead)" = L2 ]
	check dl-automation
	[ "$(jq -r 'select(.action == "notify") | .to' <<<"$output")" = \
		b@midori.example ]
	# By hand it happens now.
	dl-stage move -q L3 customer >/dev/null
	check dl-automation
	[ "$(jq -r 'select(.action == "notify") | .to' <<<"$output")" = \
		c@kawa.example ]
}

@test "a hot lead of nobody is the managers'" {
	dl-automation -q >/dev/null
	dl-automation define -q hot_lead - <<-'END' >/dev/null
	{"on":"lead.hot","do":[{"action":"notify","template":"hot_lead",
	 "channels":"inbox","to":"owner"}]}
	END
	dl-automation disable -q mql_reached >/dev/null
	dl-lead set -q L1 owner=gone@ao.example >/dev/null
	happens demo_requested L1
	signals
	check dl-automation
	exits 0
	[ "$(jq -r .to <<<"$output")" = tanaka@ao.example ]
}

@test "definitions: on, where, when, do" {
	cat >big.json <<-'END'
	{
	  "name": "big",
	  "on": "stage.changed",
	  "where": "to = 'mql'",
	  "when": "title = '部長'",
	  "do": [
	    {
	      "action": "stage",
	      "stage": "sql",
	      "reason": "部長"
	    },
	    {
	      "action": "notify",
	      "template": "sql_reached",
	      "channels": "inbox",
	      "to": [
	        "manager",
	        "role:sales"
	      ]
	    }
	  ]
	}
	END
	check dl-automation define big.json
	exits 0
	prints '{"automation":"big","change":"defined"}'
	dl-automation show -q big | cmp - big.json
	check dl-automation define big.json
	prints_nothing
	dl-automation disable -q mql_reached sql_reached hot_lead >/dev/null
	happens demo_requested L1 L2
	signals
	check dl-automation
	[ "$(jq -r '"\(.lead) \(.action) \(.to)"' <<<"$output")" = \
"L1 stage sql
L1 notify tanaka@ao.example
L1 notify abe@ao.example
L1 notify baba@ao.example" ]
	[ "$(dl-stage history L1 | jq -r .user | tail -1)" = "automation big" ]
	check dl-automation remove hot_lead
	exits 2
	check dl-automation remove big
	prints '{"automation":"big","change":"removed"}'
	check dl-automation show bigg
	exits 2
}

@test "a tenant's own takes the place of one that ships" {
	dl-automation show -q hot_lead | sed 's/"due": "24h"/"due": "3d"/' \
		>own.json
	dl-automation define -q own.json >/dev/null
	[ "$(dl-automation list | jq -r 'select(.origin != "shipped") |
		"\(.name) \(.origin)"')" = "hot_lead overridden" ]
	happens demo_requested L1
	signals
	dl-automation run -q >/dev/null 2>&1
	[ "$(dl-task show 1 | jq -r .due_at)" = 2026-01-18T00:00:00Z ]
	dl-automation remove -q hot_lead >/dev/null
	[ "$(dl-automation list | jq -r .origin | sort -u)" = shipped ]
}

@test "check names what cannot work" {
	check dl-automation check
	exits 0
	[ -z "$stderr" ]
	wrong() { # wrong DOCUMENT MESSAGE
		echo "$1" >x.json
		check dl-automation check x.json
		exits 4
		says "$2"
		check dl-automation define x.json
		exits 2
	}
	wrong '{"name":"x","on":"lead.hot","do":[]}' 'do: not 1 to 20 actions'
	wrong '{"name":"x","on":"lead.hot","do":[{"action":"mail"}]}' \
		'do[0].action: not notify, task'
	wrong '{"name":"x","on":"lead.hot","do":[{"action":"task","template":"no"}]}' \
		'x: do[0]: no such template: "no"'
	wrong '{"name":"x","on":"lead.hot","when":"scoer > 1","do":[{"action":"close_tasks"}]}' \
		'did you mean'
	wrong '{"name":"x","on":"lead.hot","do":[{"action":"task","template":"task_mql","due":"soon"}]}' \
		'not a span like 24h or 3d'
	wrong '{"name":"x","on":"lead.hot","do":[{"action":"notify","template":"welcome","channels":"email","to":"boss"}]}' \
		'not owner, assignee'
	echo '{"name":"x","on":"lead.hto","do":[{"action":"close_tasks"}]}' >x.json
	check dl-automation check x.json
	exits 0
	says 'did you mean lead.hot'
}

@test "an action that cannot be done stops no other, and is not tried again" {
	# Of a hot lead there is no task to remind of.
	cat >x.json <<-'END'
	{"name":"x","on":"lead.hot","do":[
	 {"action":"task","template":"task_due"},
	 {"action":"notify","template":"welcome","channels":"inbox","to":"lead"},
	 {"action":"task","template":"task_onboarding"}]}
	END
	dl-automation define -q x.json >/dev/null
	dl-automation disable -q hot_lead mql_reached >/dev/null
	happens demo_requested L1
	signals
	check dl-automation
	exits 3
	says "automation x: lead L1: task: " "notify: nobody to tell on inbox"
	[ "$(jq -r .title <<<"$output")" = \
	    "【導入支援】株式会社アオゾラ 青木 空さんの初回打ち合わせ" ]
	[ "$(fired)" = "x L1 1 0" ]
	dl-automation log | jq -e '.problem | length > 20' >/dev/null
	check dl-automation
	exits 0
	prints_nothing
}

@test "a dry run prints what a run prints, and changes nothing" {
	dl-automation -q >/dev/null
	happens demo_requested L1
	signals
	dl-db dump >before
	dl-automation -n -q >planned 2>/dev/null
	dl-db dump | cmp - before
	dl-automation -q >done 2>/dev/null
	cmp planned done
	[ -s done ]
}

@test "backtest says when it was over" {
	dl-automation disable -q hot_lead mql_reached >/dev/null
	happens demo_requested L1 L2
	signals
	dl-lead set -q L1 title= >/dev/null
	dl-score apply -q --now 2026-01-15T06:00:00Z >/dev/null
	check dl-automation backtest hot_lead --now 2026-01-16
	[ "$(jq -r '"\(.lead) \(.hours)"' <<<"$output")" = "L1 6
L2 null" ]
	says "2 firings, 2 leads, 1 over, after 6.0 h (median)"
	echo '{"name":"x","on":"lead.hot","when":"title exists","do":[{"action":"close_tasks"}]}' >x.json
	[ "$(dl-automation preview -q ./x.json | jq -r .lead)" = L2 ]
	[ -z "$(dl-automation preview -q hot_lead --since 2026-01-16)" ]
}

@test "what to do next is a table of the tenant's" {
	check dl-automation recommend L3
	[ "$(jq -r .action <<<"$output")" = \
	    "24時間以内にお電話で、課題とご検討時期をお聞きください。" ]
	happens site_visited L3
	[ "$(dl-automation recommend L3 | jq -r .action_reason)" = \
	    "最近の行動：「サイトの閲覧」（2026-01-15 08:00）" ]
	echo '{"rows":[{"rule":"役職","ja":"訪問"},{"stage":null,"ja":"待つ"}]}' |
		dl-automation table define -q -
	[ "$(dl-automation recommend L1 L3 | jq -r .action | xargs)" = "訪問 待つ" ]
	dl-automation table show -q >t.json
	dl-automation table define t.json 2>&1 | grep -q unchanged
	dl-automation table reset -q
	dl-automation table show -q | jq -S . | cmp - \
		<(jq -S . "$top/common/automation/recommend.json")
	echo '{"rows":[{"ja":1}]}' >t.json
	check dl-automation table define t.json
	exits 2
	says 'rows[0].ja'
}

@test "one who was erased leaves nothing to do" {
	dl-automation -q >/dev/null
	happens demo_requested L1 L2
	signals
	dl-db erase -q L1 >/dev/null
	[ "$(dl-automation -q 2>/dev/null | jq -r .lead | sort -u)" = L2 ]
	dl-db erase -q L2 >/dev/null
	[ -z "$(fired)" ]
	dl-db check -q
}

@test "two at once deal with each signal once" {
	dl-automation -q >/dev/null
	sample leads 300 | sed 's/"id":"/"id":"s/' >leads
	dl-import leads -q leads
	jq -r .id leads | while read -r id; do
		echo "{\"lead\":\"$id\",\"type\":\"demo_requested\",\"time\":\"2026-01-14T23:00:00Z\"}"
	done | dl-import events -q
	dl-lead set -q L1 title=長 >/dev/null
	echo '{"rules":[{"name":"all","type":"attribute","when":"id exists","points":90}]}' |
		dl-score define -q rules - >/dev/null
	signals
	for i in 1 2 3; do dl-automation -q >/dev/null 2>&1 & done
	wait
	dl-automation -q >/dev/null 2>&1
	[ "$(fired | grep -c '^hot_lead')" -eq 303 ]
	[ "$(dl-task list -q | grep -c ホットリード)" -eq 303 ]
	dl-db check -q
}

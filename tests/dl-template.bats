#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-template: definitions, what checking finds, what a lead gets to read.

load helper

# hello TEXT [SAMPLE]: a template of that name with one text.
hello() {
	jq -nc --arg text "$1" --argjson sample "${2:-{\}}" \
	    '{name: "hello", locales: {ja: {text: $text}}, sample: $sample}'
}

# A store with two leads, one of them nearly unknown, and who takes care.
two_leads() {
	new_store
	dl-db user add -q suzuki@example.jp --name 鈴木花子 --role sales
	dl-import leads -q - <<-'END'
	{"id":"L1","name":"佐藤 健一","company":"株式会社みなと製作所","email":"sato@minato-works.example","company_size":1200,"owner":"Suzuki@example.jp","created_at":"2026-01-10T00:00:00Z","予算":"あり"}
	{"id":"L2","email":"info@minato-works.example","created_at":"2026-01-11T00:00:00Z"}
	END
}

@test "what ships is listed, shown byte for byte and right" {
	new_store
	check dl-template
	exits 0
	[ "$(jq -r .name <<<"$output" | tr '\n' ' ')" = 'attachments digest export_done footer hot_lead '\
'layout metric_anomaly mql_reached proposal sql_reached task_due task_hot_lead task_mql '\
'task_onboarding task_overdue welcome ' ]
	[ "$(jq -r .origin <<<"$output" | sort -u)" = shipped ]
	for name in $(jq -r .name <<<"$output"); do
		check dl-template show "$name"
		exits 0
		says "$name: shipped"
		dl-template show -q "$name" |
		    cmp - "$top/common/template/$name.json"
	done
	check dl-template check
	exits 0
	[ -z "$stderr" ]
	check dl-template remove hot_lead
	exits 2
	says 'hot_lead ships with the toolkit'
}

@test "a template of the tenant's own overrides, and its removal restores" {
	new_store
	dl-template show -q footer | sed 's/{{tenant.name}}/サンプル社/' >f.json
	check dl-template define f.json
	exits 0
	says 'footer: defined'
	prints '{"template":"footer","change":"defined"}'
	check dl-template define footer f.json
	says 'footer: unchanged'
	prints_nothing
	dl-template show -q footer | cmp - f.json
	[ "$(dl-template list | jq -c 'select(.name == "footer") |
		[.origin, .updated_at]')" = \
		'["overridden","2026-01-15T00:00:00Z"]' ]
	dl-template render welcome --sample --part text | grep -q '^サンプル社$'
	check dl-template remove footer -n
	dl-template show footer 2>&1 | grep -q 'footer: overridden'
	check dl-template remove footer
	exits 0
	says 'footer: removed, the shipped one is back'
	prints '{"template":"footer","change":"removed"}'
	check dl-template show footer
	says 'footer: shipped'
	check dl-template remove footer
	exits 2
	[ "$(dl-db audit | jq -r .action | tail -2 | tr '\n' ' ')" = \
		'template define template remove ' ]
}

@test "define -n prints the difference and changes nothing" {
	new_store
	hello '{{name|お客様}}' | dl-template define -q
	check dl-template define -n <<<"$(hello '{{name|ご担当者様}}')"
	exits 0
	prints '-       "text": "{{name|お客様}}"
+       "text": "{{name|ご担当者様}}"'
	dl-template show -q hello | grep -q お客様
}

@test "define refuses what check would, and tells what it breaks elsewhere" {
	new_store
	check dl-template define <<<"$(hello '{{nmae}}様')"
	exits 2
	says 'hello/ja/text:1:1: nmae: nothing has this name' \
	    'did you mean "name"?' 'hello: a mistake, nothing stored'
	check dl-template show hello
	exits 2
	says 'no such template: "hello"'
	check dl-template define - <<<'{"name":"hello","locales":{"ja":{}}}'
	exits 2
	says '<stdin>:1:' 'locales.ja: no parts'
	check dl-template define footer - <<<"$(hello 'a')"
	exits 0
	says 'layout/ja/html:14:1: footer has no html in ja'
	check dl-template check
	exits 4
	dl-template remove -q footer
	check dl-template check
	exits 0
}

@test "check needs no store for files, which see each other and what ships" {
	hello '{{>part}}{{>footer}}' >a.json
	hello 'x' | jq '.name = "part"' >b.json
	check dl-template check a.json b.json
	exits 0
	[ -z "$stderr" ]
	check dl-template check a.json
	exits 4
	says 'hello/ja/text:1:1: no such template: "part"'
	hello '{{#a}}' >c.json
	echo '{' >d.json
	check dl-template check c.json d.json b.json
	exits 4
	says 'hello/ja/text:1:1: no end of {{a}}' 'd.json:2:1:'
	hello '{{company:date|x}}' >e.json
	check dl-template check e.json
	exits 0
	says 'company: no moment, so "date" does nothing'
	check dl-template check missing.json
	exits 1
}

@test "render fills in the lead, its owner and what the sender adds" {
	two_leads
	hello '{{owner.name|x}} {{company|y}} {{name:sama|御中}} {{attrs.予算|z}} {{company_size:number|0}} {{lead.owner|w}} {{created_at:date}} {{event}}' \
	    '{"event":"展示会"}' | dl-template define -q
	check dl-template render hello --lead L1 --sample
	exits 0
	[ "$(jq -r '[.lead, .template, .locale] | @tsv' <<<"$output")" = \
		$'L1\thello\tja' ]
	[ "$(jq -r .text <<<"$output")" = '鈴木花子 株式会社みなと製作所 '\
'佐藤 健一 様 あり 1,200 Suzuki@example.jp 2026年1月10日（土） 展示会' ]
	echo '{"event":"セミナー"}' |
	    dl-template render hello --lead info@minato-works.example \
		--data - --part text >out
	[ "$(cat out)" = \
		'x y 御中 z 0 w 2026年1月11日（日） セミナー' ]
	[ "$(dl-template render hello --lead info@minato-works.example \
	    --sample | jq -r .lead)" = L2 ]
	check dl-template render hello --lead nobody
	exits 2
	check dl-template render hello
	exits 2
	says 'about whom?'
}

@test "a hole is an error with its place, and the other messages are made" {
	two_leads
	hello '{{name|}} {{event}}' '{"event":"展示会"}' |
	    dl-template define -q
	check dl-template render hello --lead L1
	exits 3
	prints_nothing
	says 'hello/ja/text:1:11: event: missing, and without a default'
	check dl-template render hello --data - <<-'END'
	{"lead":"L1","event":"A"}
	{"lead":"L2","event":" "}
	{"email":"info@minato-works.example","event":"B"}
	{"lead":"L9","event":"C"}
	{"lead":
	END
	exits 3
	[ "$(jq -r .text <<<"$output")" = $'佐藤 健一 A\n B' ]
	says '<stdin>:2: hello/ja/text:1:11: event: missing' '<stdin>:4: ' \
	    '<stdin>:5:'
}

@test "Japanese and English: the tenant's language, or as asked" {
	two_leads
	check dl-template render hot_lead -l L1 --part subject
	prints '【ホットリード】株式会社みなと製作所 佐藤 健一さん：スコア–点'
	check dl-template render hot_lead -l L1 --part subject --locale en
	prints '[Hot lead] 佐藤 健一, 株式会社みなと製作所: score -'
	dl-db tenant set locale=en -q
	check dl-template render task_due -l L1 --sample --part subject
	has '[Task due] ' '(Fri, 16 January 2026, 18:00)'
	dl-db tenant set zone=America/New_York -q
	check dl-template render task_due -l L1 --sample --part subject
	has '(Fri, 16 January 2026, 04:00)'
	hello 'x' | dl-template define -q
	check dl-template render hello -l L1 --part text
	prints x
	check dl-template render hello -l L1 --locale en
	exits 3
	says 'hello: there is none in en'
	check dl-template render hello -l L1 --locale fr
	exits 2
	check dl-template render hello -l L1 --part body
	exits 2
}

@test "an alert takes its reasons from dl-score, one pipe" {
	store_with_leads
	dl-score define -q --reference
	dl-score apply -q >/dev/null
	lead=$(dl-score explain --top 1 | jq -r .lead)
	dl-score explain "$lead" >why.json
	check dl-template render hot_lead --data why.json -f table
	exits 0
	has "スコア $(jq .score why.json)点" \
	    "・$(jq -r '.rules[0].rule' why.json)："
	check dl-template render hot_lead --data why.json --part html
	has '<html lang="ja">' '<li>'
}

@test "leads that mean harm stay data" {
	new_store
	jq -nc '{id: "L1", name: "{{{x}}}<img src=x>\r\nBcc: a@example.jp",
	    company: ("A" * 10000), title: "\u202e部長\u001b[31m",
	    created_at: "2026-01-01"}' | dl-import leads -q -
	check dl-template render hot_lead -l L1 --part subject
	exits 0
	[ "${#output}" -le 256 ]
	[ "$(wc -l <<<"$output")" -eq 1 ]
	check dl-template render hot_lead -l L1 --part html
	exits 0
	lacks '<img' $'\e' $'\u202e'
	has '{{{x}}}&lt;img src=x&gt;'
	check dl-template render hot_lead -l L1 -f table
	lacks $'\e' $'\u202e'
}

@test "whatever a lead calls itself, the mail has the same tags" {
	require_shared corpora/naughty-strings/blns.json
	new_store
	jq -c 'to_entries[] | {id: "N\(.key)", company: .value,
	    name: .value, created_at: "2026-01-01"}' \
	    "$DL_SHARED/corpora/naughty-strings/blns.json" |
	    dl-import leads -q --rejects /dev/null - || [ $? -eq 3 ]
	dl-db dump | jq -c 'select(.record == "lead") | {lead: .id}' >who
	[ "$(wc -l <who)" -gt 400 ]
	dl-template render hot_lead --data who >mails
	[ "$(wc -l <mails)" -eq "$(wc -l <who)" ]
	[ "$(jq '.html | [match("<"; "g")] | length' mails |
	    sort -u | wc -l)" -eq 1 ]
	[ "$(jq -r .subject mails | wc -l)" -eq "$(wc -l <who)" ]
}

@test "templates go along in dumps and copies" {
	new_store
	hello '{{name|お客様}}' | dl-template define -q
	dl-db dump | jq -e 'select(.record == "template").document.name ==
		"hello"'
	check dl-db check
	exits 0
}

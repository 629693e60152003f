#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-task: who does what by when.
load helper

setup() {
	common_setup
	new_store
	dl-db user add -q abe@ao.example --role sales --region 東京都
	dl-db user add -q baba@ao.example --role sales --region 大阪府 \
		--manager abe@ao.example
	dl-db user add -q chiba@ao.example --role sales --region 東京都
	dl-db user add -q doi@ao.example --role marketing
	dl-import leads -q <<-'END'
	{"id":"L1","email":"a@aozora.example","name":"青木 空","company":"株式会社アオゾラ","region":"東京都","owner":"BABA@ao.example"}
	{"id":"L2","email":"b@midori.example","company":"有限会社みどり","region":"沖縄県","owner":"gone@ao.example"}
	END
}

add() { # add OPTIONS...: who got it
	dl-task add -q "$@" | jq -r '.assignee // "-"' | cut -d@ -f1
}

@test "turns go round, by region and over all, and pass over who is away" {
	[ "$(for i in 1 2 3 4; do add t; done | tr '\n' ' ')" = \
		"abe baba chiba abe " ]
	[ "$(for i in 1 2 3; do add t -l L1 --assign region; done | tr '\n' ' ')" = \
		"abe chiba abe " ]
	[ "$(add t -l L2 --assign region)" = baba ]
	[ "$(add t -l L1 --assign owner)" = baba ]
	[ "$(add t -l L2 --assign owner)" = chiba ]
	[ "$(add t --assign none)" = - ]
	[ "$(add t --assign Doi@AO.example)" = doi ]
	# Open by now: abe 4, baba 3, chiba 3 of those in turn.
	[ "$(add t --assign least-busy)" = baba ]
	dl-task away -q abe@ao.example 2026-01-14 2026-01-15
	dl-task away -q chiba@ao.example 2026-01-16
	[ "$(add t --assign region -l L1)" = chiba ]
	[ "$(add t)" = baba ]
	[ "$(add t)" = chiba ]
	[ "$(add t)" = baba ]
	[ "$(dl-task away | wc -l)" -eq 2 ]
	dl-task away -q --remove abe@ao.example 2026-01-01 2026-02-01
	[ "$(dl-task away | wc -l)" -eq 1 ]
	dl-db user set -q baba@ao.example active=no
	[ "$(add t)" = chiba ]
	# The owner, else who has the lead already, else in turn.
	dl-lead set -q L1 owner=chiba@ao.example >/dev/null
	[ "$(add t -l L1 --assign lead)" = chiba ]
	dl-task assign -q 10 abe@ao.example >/dev/null
	[ "$(add t -l L2 --assign lead)" = abe ]
	check dl-task add t --assign nobody@ao.example
	exits 2
	says 'dl-task: no such user: "nobody@ao.example"'
	check dl-task add t --assign turns
	exits 2
	check dl-task away abe@ao.example 2026-02-30
	exits 2
	dl-db check -q
}

@test "a task's life is kept, with who and when" {
	dl-task add -q 架電 -l L1 --due 24h --priority critical --as sato >/dev/null
	check dl-task start 1 --note 不在 --as abe
	prints '{"task":1,"change":"started","note":"不在"}'
	check dl-task start 1
	prints_nothing
	dl-task note -q 1 折返し待ち >/dev/null
	dl-task assign -q 1 chiba@ao.example >/dev/null
	dl-task put-off -q 1 2026-01-20T01:00:00Z >/dev/null
	dl-task done -q 1 >/dev/null
	check dl-task cancel 1
	exits 2
	says "dl-task: task 1 is done already"
	dl-task reopen -q 1 >/dev/null
	[ "$(dl-task show 1 | jq -c '[.notes[] | [.user, .action, .note]]')" = \
		'[["sato","added",null],["sato","assigned","abe@ao.example"],["abe","started","不在"],["root","note","折返し待ち"],["root","assigned","chiba@ao.example"],["root","due","2026-01-20T01:00:00Z"],["root","done",null],["root","reopened",null]]' ] ||
		[ "$(id -un)" != root ]
	check dl-task follow-up 1 再架電
	jq -e '.follows == 1 and .lead == "L1" and .assignee == "chiba@ao.example"' \
		<<<"$output"
	check dl-task show 9
	exits 2
	says "dl-task: no such task: 9"
	check dl-task add ''
	exits 2
	dl-db check -q
}

@test "lists: order, conditions on tasks, leads from standard input" {
	printf '%s\n' '{"lead":"L1"}' '{"email":"b@midori.example"}' '{"id":"L9"}' >in
	check dl-task add 資料送付 -l - --due 3d <in
	exits 3
	[ "${#lines[@]}" -eq 2 ]
	dl-task add -q 急ぎ --due 1h --priority high >/dev/null
	dl-task add -q いつか --priority critical >/dev/null
	dl-task cancel -q 2 >/dev/null
	[ "$(dl-task list -q | jq .task | tr '\n' ' ')" = "3 1 4 " ]
	[ "$(dl-task list -q --sort priority | jq .task | tr '\n' ' ')" = "4 3 1 " ]
	[ "$(dl-task list -q --closed --sort creation --limit 2 | jq .task | tr '\n' ' ')" = "1 2 " ]
	[ "$(dl-task list -q -w "company contains 'ｱｵｿﾞﾗ' and status = 'open'" | jq .task)" = 1 ]
	[ "$(dl-task list -q -w 'overdue = true' --now +2h | jq .task)" = 3 ]
	[ "$(dl-task list -q -l L1 | jq .task)" = 1 ]
	[ "$(dl-task list -q --assignee BABA@ao.example | jq .task)" = 2 ] ||
		[ "$(dl-task list -q --closed --assignee BABA@ao.example | jq .task)" = 2 ]
	check dl-task list -w 'prioriti = 1'
	exits 2
	grep -q 'did you mean priority' <<<"$stderr"
	COLUMNS=80 check dl-task board -f table
	has "open (3)" "done (0)" "#1 資料送付" "  株式会社アオゾラ"
}

@test "a board keeps its columns under wide titles" {
	local line
	dl-task add -q '【ホットリード】株式会社とても長い名前のお客様 御担当者さんへの架電' \
		-l L1 >/dev/null
	dl-task add -q ＡＢＣ１２３ -l L2 >/dev/null
	dl-task start -q 2 >/dev/null
	dl-task board -f table >board
	[ "$(grep -c '…' board)" -ge 1 ]
	# The second column begins where its head does, in terminal columns.
	python3 - <<'END' || require_tool python3
import unicodedata
def wide(s): return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in s)
lines = open('board', encoding='utf-8').read().split('\n')
at = wide(lines[0][:lines[0].index('started')])
card = next(l for l in lines if '#2' in l)
assert wide(card[:card.index('#2')]) == at, (at, card)
END
}

@test "working time: evenings, weekends and holidays do not count" {
	dl-db tenant set -q main due_clock=working
	printf '国民の祝日・休日月日,国民の祝日・休日名称\n2026/1/12,成人の日\n2026/2/11,建国記念の日\n2026/2/23,天皇誕生日\n' |
		iconv -t CP932 >syukujitsu.csv
	check dl-task holidays --encoding cp932 syukujitsu.csv
	exits 0
	says "dl-task: 3 new, 0 rejected"
	[ "$(dl-task holidays | jq -r .name | head -1)" = 成人の日 ]
	local now due want
	while read -r now due want; do
		[ "$(dl-task add -q t --replay --now "$now" --due "$due" | jq -r .due_at)" = "$want" ] ||
			tell "$now + $due is not $want"
	done <<-'END'
	2026-01-15T01:00:00Z 4h 2026-01-15T05:00:00Z
	2026-01-15T08:30:00Z 1h 2026-01-16T00:30:00Z
	2026-01-15T12:00:00Z 1h 2026-01-16T01:00:00Z
	2026-01-09T08:00:00Z 2h 2026-01-13T01:00:00Z
	2026-01-09T02:00:00Z 24h 2026-01-13T02:00:00Z
	2026-01-10T02:00:00Z 24h 2026-01-14T00:00:00Z
	2026-02-10T03:00:00Z 2d 2026-02-13T03:00:00Z
	2026-02-20T08:59:00Z 12h 2026-02-25T02:59:00Z
	2026-02-20T09:00:00Z 9h 2026-02-24T09:00:00Z
	END
	echo 'x,y
2026-13-01,bad' >bad.csv
	check dl-task holidays bad.csv
	exits 3
	check dl-db tenant set main working_hours=18:00-09:00
	exits 2
	check dl-db tenant set main working_days=mon,moo
	exits 2
}

@test "a reminder a day before, an alarm when it is late, each once" {
	dl-task add -q 三日 -l L1 --due 72h --assign baba@ao.example >/dev/null
	dl-task add -q 一日 --due 24h >/dev/null
	kinds() { dl-task remind -q "$@" | jq -r '"\(.signal) \(.task)"' | tr '\n' ' '; }
	[ -z "$(kinds)" ]
	[ "$(kinds --now 2026-01-16T00:00:00Z)" = "task.overdue 2 " ]
	[ -z "$(kinds --now 2026-01-16T23:59:59Z)" ]
	[ "$(kinds --now 2026-01-17T00:00:00Z)" = "task.due 1 " ]
	[ -z "$(kinds --now 2026-01-17T00:00:00Z)" ]
	check dl-task remind --now 2026-01-18T00:00:00Z
	[ "$(jq -c '[.signal, .task, .lead, .manager]' <<<"$output")" = \
		'["task.overdue",1,"L1","abe@ao.example"]' ]
	[ -z "$(kinds --now 2026-02-18T00:00:00Z)" ]
	dl-task put-off -q 1 2026-03-01T00:00:00Z --now 2026-02-18T00:00:00Z >/dev/null
	[ "$(kinds --now 2026-02-28T00:00:00Z)" = "task.due 1 " ]
	dl-task done -q 1 --now 2026-02-28T00:00:00Z >/dev/null
	[ -z "$(kinds --now 2026-03-02T00:00:00Z)" ]
	[ "$(dl-db dump | jq -r 'select(.record == "signal") | .kind' |
		grep -c '^task\.')" -eq 4 ]
}

@test "figures by person: what goes on counts as longer" {
	local i
	for i in 1 2 3 4; do
		dl-task add -q t --assign abe@ao.example --due 4h >/dev/null
	done
	dl-task add -q t --assign baba@ao.example >/dev/null
	dl-task start -q 1 2 3 --now +1h >/dev/null
	dl-task done -q 1 --now +2h >/dev/null
	dl-task done -q 2 --now +6h >/dev/null
	dl-task cancel -q 4 --now +6h >/dev/null
	check dl-task stats --now +8h
	exits 0
	[ "$(jq -c 'select(.assignee == "abe@ao.example") | [.tasks, .open, .overdue, .done, .cancelled, .completion, .on_time, .touch_hours, .done_hours]' \
		<<<"$output")" = '[4,1,1,2,1,0.6667,0.3333,1,6]' ] || tell "$output"
	[ "$(jq -r .assignee <<<"$output" | tail -1)" = "(all)" ]
}

@test "two who add at once take turns all the same; erasing takes tasks along" {
	local i
	for i in 1 2 3 4 5 6; do
		dl-task add -q "$i" >"out.$i" &
	done
	wait
	[ "$(cat out.* | jq -r .assignee | sort | uniq -c | awk '{print $1}' | tr '\n' ' ')" = "2 2 2 " ]
	dl-task add -q 秘密の件 -l L1 >/dev/null
	dl-db erase -q L1 >/dev/null
	[ "$(dl-task list -q | wc -l)" -eq 6 ]
	! dl-db dump | grep -q 秘密
	dl-db check -q
}

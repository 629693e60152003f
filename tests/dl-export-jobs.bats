#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-export jobs: a history, going on after a kill, files that expire.

load helper
load fault

# cut_short [OPTION...]: a job "big" that finds no room for its file when it
# is between 10,000 and 20,000 rows.
cut_short() {
	(
		ulimit -f 5000
		exec dl-export leads --job big -o big.ndjson "$@"
	) 2>err && tell "no error"
	grep -q "File too large" err
	[ ! -e big.ndjson ]
	[ "$(state big)" = failed ]
}

state() {
	dl-export jobs -q "$1" | head -1 | jq -r .state
}

@test "a job has a history" {
	store_with_leads
	dl-export leads -q --job weekly -w "industry = 'IT'" -f csv -o it.csv \
		--as sato@example.jp --manifest it.json
	dl-export leads -q -c id >/dev/null
	check dl-export jobs
	exits 0
	jq -e '.job == "weekly" and .what == "leads" and .format == "csv" and
		.where == "industry = '"'IT'"'" and
		.user == "sato@example.jp" and .state == "done" and
		.written == .read and
		.expires_at == "2026-01-16T00:00:00Z"' <<<"$output" >/dev/null
	[ "$(jq -r .sha256 <<<"$output")" = \
		"$(sha256sum <it.csv | cut -d' ' -f1)" ]
	[ "$(jq -r .sha256 it.json)" = "$(jq -r .sha256 <<<"$output")" ]
	[ "$(jq -r .bytes <<<"$output")" = "$(stat -c %s it.csv)" ]
	[ "$(jq -r .file <<<"$output")" = "$PWD/it.csv" ]
	[ "$(stat -c %a it.csv)" = 600 ]
	[ "$(dl-export jobs -q --all | wc -l)" -eq 2 ]
	# What it wrote is the same as without a name.
	dl-export leads -q -w "industry = 'IT'" -f csv >want
	same want it.csv
	dl-export leads -q --job weekly -f csv -o it.csv
	[ "$(dl-export jobs -q weekly | jq -r .state | xargs)" = \
		"done replaced" ]
	[ "$(dl-export jobs -q | wc -l)" -eq 1 ]
	check dl-export leads --job weekly
	exits 2
	says "-o FILE"
	check dl-export resume weekly
	exits 0
	says "nothing to go on with"
	check dl-export resume weakly
	exits 2
	# Every kind of records can be a job.
	for what in events scores segments stages tasks messages; do
		dl-export $what -q --job $what -o $what.csv
		[ "$(state $what)" = "done" ]
	done
	dl-db check -q >/dev/null
}

@test "what was cut short goes on where it stopped, and says so" {
	store_with_leads 25000 bare
	dl-export leads -q -o want.ndjson
	cut_short
	check dl-export resume big
	exits 0
	says "big: goes on after 10,000 rows, which are of an earlier moment"
	says "dl-export: 25,000 read, 25,000 written, 0 rejected"
	same want.ndjson big.ndjson
	[ "$(state big)" = "done" ]
	[ "$(dl-export jobs -q big | jq -c '[.moments[].rows]')" = \
		"[10000,15000]" ]
	[ -z "$(find . -name '.dl-export-*')" ]
	# Of another moment, in which there is one more and one is changed.
	rm big.ndjson
	cut_short --manifest big.json
	echo '{"id":"new","company":"新"}' | dl-import leads -q \
		--now 2026-01-16T00:00:00Z
	printf '%s\n' '{"id":"L0000001","company":"変"}' \
		'{"id":"L0020001","company":"変"}' |
		dl-import leads -q --now 2026-01-16T00:00:00Z
	dl-export resume -q big --now 2026-01-17T00:00:00Z
	[ "$(jq -c .moments big.json)" = \
'[{"as_of":"2026-01-15T00:00:00Z","rows":10000},{"as_of":"2026-01-17T00:00:00Z","rows":15001}]' ]
	[ "$(jq -r .sha256 big.json)" = \
		"$(sha256sum <big.ndjson | cut -d' ' -f1)" ]
	[ "$(jq -r 'select(.company == "変").id' big.ndjson)" = L0020001 ]
	tail -1 big.ndjson | grep -q 新
	# All of one moment, when that is wanted.
	rm big.ndjson
	cut_short
	check dl-export resume big --snapshot
	says "big: starts over: --snapshot"
	dl-export leads -q -o want.ndjson
	same want.ndjson big.ndjson
	[ "$(dl-export jobs -q | jq .moments)" = null ]
	dl-db check -q >/dev/null
}

@test "csv goes on without a second header; events too; a limit is kept" {
	store_with_leads 25000 bare
	sample events 3000 | dl-import events -q -
	dl-export leads -q -f csv --encoding cp932 --replace --limit 22000 \
		-o want.csv
	cut_short -f csv --encoding cp932 --replace --limit 22000
	dl-export resume -q big
	same want.csv big.ndjson
	dl-export events -q -f tsv -o want.tsv
	(
		ulimit -f 600
		exec dl-export events -q --job ev -f tsv -o ev.tsv
	) 2>err && tell "no error"
	dl-export resume -q ev 2>err
	same want.tsv ev.tsv
}

@test "a workbook starts over, and so does what is in order" {
	store_with_leads 25000 bare
	cut_short --sort -id
	check dl-export resume big
	says "big: starts over: what is in order, or no NDJSON"
	dl-export leads -q --sort -id >want
	same want big.ndjson
	(
		ulimit -f 600
		exec dl-export leads -q --job book -o book.xlsx
	) 2>err && tell "no error"
	# Nobody can go on with it, so it does not lie about.
	[ -z "$(find . -name '.dl-export-*')" ]
	check dl-export resume book
	says "book: starts over"
	dl-export leads -q -o want.xlsx
	cmp want.xlsx book.xlsx
}

@test "who was erased is not in what goes on" {
	store_with_leads 25000 bare
	dl-export leads -q --job asked -w "email = 'nobody@example.jp' or
		email = '$(dl-export leads -q --limit 5 -c email |
		tail -1 | jq -r .email)'" -o asked.csv
	cut_short
	grep -q '"L0000004"' .dl-export-*.part
	dl-db erase -q L0000004 >/dev/null
	check dl-export resume big
	exits 0
	says "big: starts over: somebody was erased meanwhile"
	if grep -q '"L0000004"' big.ndjson; then tell "erased, and there"; fi
	[ "$(wc -l <big.ndjson)" -eq 24999 ]
	[ -z "$(find . -name '.dl-export-*')" ]
	# What was made before says so, and can be purged.
	[ "$(dl-export jobs -q asked | jq .erased_since)" = true ]
	dl-export jobs -q asked | grep -q "(erased)"
	[ "$(dl-db audit | grep -c "(erased)")" -ge 1 ]
	[ "$(dl-export purge -q --erased | jq -r .job)" = asked ]
	[ ! -e asked.csv ] && [ -e big.ndjson ]
}

@test "a file that is not as it was left is not gone on with" {
	store_with_leads 25000 bare
	dl-export leads -q -o want.ndjson
	cut_short
	printf 'x' | dd of="$(ls .dl-export-*.part)" bs=1 seek=100 \
		conv=notrunc status=none
	check dl-export resume big
	says "big: starts over: its file is not as it was left"
	same want.ndjson big.ndjson
	rm big.ndjson
	cut_short
	part=$(ls .dl-export-*.part)
	mv "$part" other
	ln -s other "$part"
	check dl-export resume big
	says "starts over"
	same want.ndjson big.ndjson
	[ -s other ]
	# Other masks are in force now.
	rm -f big.ndjson .dl-export-*
	cut_short --as ito
	echo '{"roles":{"*":{"mask":"email"}}}' | dl-export policy define -q \
		>/dev/null
	check dl-export resume big --as ito
	says "big: starts over: other columns or masks are in force"
	if jq -r '.email // empty' big.ndjson | grep -v '^.\*\*\*@'; then
		tell "not masked"
	fi
	[ "$(wc -l <big.ndjson)" -eq 25000 ]
}

@test "a new run gives up what an old one left; one at a time" {
	store_with_leads 25000 bare
	cut_short
	dl-export leads -q --job big -o big.ndjson
	[ "$(dl-export jobs -q big | jq -r .state | xargs)" = "done abandoned" ]
	[ -z "$(find . -name '.dl-export-*')" ]
	now=$(($(date +%s) * 1000))
	store_sql "INSERT INTO lease (tenant_id, job, owner, taken_at,
		renewed_at) VALUES (1, 'export big', 'elsewhere/1:1:x', $now,
		$now)"
	check dl-export leads --job big -o big.ndjson
	exits 75
	says "big: already at work"
	check dl-export resume big
	exits 75
}

@test "a policy that was tightened meanwhile holds for what goes on" {
	local count policy
	store_with_leads 25000 bare
	dl-export leads -q -o want.ndjson
	for policy in '"deny":true' '"rows":9999' '"rows_per_day":9999'; do
		cut_short --as ito
		echo "{\"roles\":{\"*\":{$policy}}}" |
			dl-export policy define -q >/dev/null
		check dl-export resume big --as ito
		exits 1
		[ ! -e big.ndjson ]
		# What may not be had any more does not lie about.
		if [ "$policy" != '"rows_per_day":9999' ]; then
			says "the policy of exports refuses"
			[ -z "$(find . -name '.dl-export-*')" ]
		fi
		dl-export policy remove -q >/dev/null
		check dl-export resume big --as ito
		exits 0
		same want.ndjson big.ndjson
		rm big.ndjson
	done
	# Whoever goes on has the rows: they are counted as his.
	cut_short --as ito
	echo '{"roles":{"*":{"rows_per_day":40000}}}' |
		dl-export policy define -q >/dev/null
	dl-export leads -q --as mori --limit 16000 >/dev/null
	check dl-export resume big --as mori
	exits 1
	says "more than the 24000 rows that are allowed"
	dl-export resume -q big --as kato
	same want.ndjson big.ndjson
	[ "$(dl-export jobs -q big | head -1 | jq -r .user)" = kato ]
	check dl-export leads --as kato
	exits 1
	says "more than the 15000 rows"
	# Also on another day than it was begun.
	dl-export leads -q --as kato --now 2026-01-17T00:00:00Z >/dev/null
}

@test "a job replaces a file, and nothing else" {
	store_with_leads 20
	mkfifo pipe
	mkdir folder
	for place in pipe folder; do
		check dl-export leads --job x -o $place
		exits 2
		says "not a file, and a job puts one in its place"
	done
	[ -p pipe ] && [ -d folder ]
	check dl-export leads -o out.csv --manifest out.csv
	exits 2
	[ ! -e out.csv ]
}

@test "a manifest is no other name for what is exported to" {
	local job place
	store_with_leads 20
	mkdir jj
	ln -s jj kk
	echo '{"a":1}' >in.ndjson
	for place in ./jj/out.csv jj//out.csv kk/out.csv "$PWD/jj/out.csv"; do
		for job in "" "--job j1"; do
			check dl-export leads $job -f csv -o jj/out.csv \
				--manifest "$place"
			exits 2
			says "is what is exported to"
			[ ! -e jj/out.csv ]
		done
		check dl-export --input in.ndjson -f csv -o jj/out.csv \
			--manifest "$place"
		exits 2
		[ ! -e jj/out.csv ]
	done
	dl-export leads -q --job j1 -f csv -o jj/out.csv --manifest out.csv
	[ "$(jq -r .sha256 out.csv)" = \
		"$(sha256sum <jj/out.csv | cut -d' ' -f1)" ]
	ln jj/out.csv link
	check dl-export leads -f csv -o jj/out.csv --manifest link
	exits 2
}

@test "two jobs of one file: it is the latest one's, and expires as that" {
	store_with_leads 20
	dl-export leads -q --job a --expires 1h -o out.csv
	dl-export leads -q --job b --expires 30d -o out.csv
	[ "$(state a) $(state b)" = "replaced done" ]
	dl-export purge -q --now 2026-01-16T00:00:00Z
	[ -e out.csv ]
}

@test "killed at any moment: the old file or the new one, and it goes on" {
	require_tool strace
	strace -o /dev/null true 2>/dev/null || skip "no ptrace here"
	store_with_leads 25000 bare
	dl-export leads -q -c id,company,phone -f csv -o want.csv
	echo old >old
	for at in fdatasync:{1,2,3,4} renameat:{1,2} fsync:{1,2} \
	    pwrite64:{1,4,8,15} write:{2,9,19}; do
		call=${at%:*} n=${at#*:}
		cp old big.csv
		rm -f .dl-export-*
		fault_inject $call signal=SIGKILL $n \
			dl-export leads -q --job big -f csv \
			-c id,company,phone -o big.csv && continue
		cmp -s big.csv old || same want.csv big.csv
		if dl-export jobs -q big 2>/dev/null | head -1 |
			grep -q running; then
			dl-export resume -q big 2>err
			same want.csv big.csv
			[ "$(state big)" = "done" ]
		elif [ -n "$(dl-export jobs -q big)" ]; then
			dl-export resume -q big 2>err
			[ "$(state big)" = "done" ] ||
				[ "$(state big)" = abandoned ]
		fi
		[ -z "$(find . -name '.dl-export-*')" ]
	done
	dl-db check -q >/dev/null
}

@test "stopped by hand it is on record, and goes on" {
	store_with_leads 25000 bare
	dl-export leads -q >want
	dl-export leads --job big -o big.ndjson 2>err &
	until compgen -G '.dl-export-*.part' >/dev/null || [ -e big.ndjson ]; do
		sleep 0.001
	done
	kill -TERM $! 2>/dev/null || true
	wait $! || true
	if [ ! -e big.ndjson ]; then
		[ "$(state big)" = stopped ]
		dl-export resume -q big 2>/dev/null
	fi
	same want big.ndjson
}

@test "what was stopped by hand does not lie about when it is made anew" {
	store_with_leads 25000 bare
	for try in $(seq 20); do
		dl-export leads --job big -o big.ndjson 2>err &
		until compgen -G '.dl-export-*.part' >/dev/null ||
			[ -e big.ndjson ]; do
			sleep 0.001
		done
		kill -TERM $! 2>/dev/null || true
		wait $! || true
		[ "$(state big)" = stopped ] && break
		rm -f big.ndjson
	done
	[ "$(state big)" = stopped ]
	compgen -G '.dl-export-*.part' >/dev/null
	dl-export leads -q --job big -o big.ndjson
	[ "$(dl-export jobs -q big | jq -r .state | head -2 | xargs)" = \
		"done abandoned" ]
	[ -z "$(find . -name '.dl-export-*')" ]
}

@test "files expire; only what a job wrote, as it wrote it, is removed" {
	store_with_leads
	for job in a b c; do
		dl-export leads -q --job $job -o $job.csv
	done
	dl-export leads -q --job d --expires never -o d.csv
	dl-export leads -q --job e --expires 30d -o e.csv
	echo more >>b.csv
	rm c.csv
	check dl-export purge
	exits 0
	says "0 files purged, 0 kept"
	export DL_NOW=2026-01-16T00:00:01Z
	check dl-export purge -n
	says "2 files purged, 1 kept (dry run)"
	[ -e a.csv ]
	check dl-export purge
	exits 0
	[ "$(jq -r '[.job,.change,.why // ""] | join(" ")' <<<"$output")" = \
"a purged 
b kept somebody has changed it
c purged it was not there any more" ]
	[ ! -e a.csv ] && [ -e b.csv ] && [ -e d.csv ] && [ -e e.csv ]
	check dl-export purge
	[ "$output" = "" ]
	[ "$(state a) $(state b) $(state d)" = "purged kept done" ]
	# A link in its place is not followed.
	export DL_NOW=2026-03-01T00:00:00Z
	cp e.csv kept
	ln -sf kept e.csv
	dl-export purge -q | jq -e '.change == "kept"' >/dev/null
	[ -s kept ]
	check dl-export leads --job f --expires soon -o f.csv
	exits 2
}

@test "who waits is told, once; automations hear of it" {
	store_with_leads
	dl-db user add -q boss@example.jp --name 部長 >/dev/null
	dl-export leads -q --job weekly -o weekly.csv \
		--notify inbox=boss@example.jp,hook
	[ "$(dl-notify list -q -f ndjson | jq -r \
		'[.channel, .recipient // "", .template, .kind] | join(" ")' |
		sort)" = \
"hook  export_done report
inbox boss@example.jp export_done report" ]
	dl-export resume -q weekly
	[ "$(dl-notify list -q -f ndjson | wc -l)" -eq 2 ]
	dl-notify -q --channel inbox >/dev/null
	dl-notify inbox boss@example.jp -q -f ndjson >told
	grep -q "【エクスポート完了】weekly（200件）" told
	grep -q "$PWD/weekly.csv" told
	dl-db dump | grep -q '"kind":"export.done"'
	check dl-export leads --job x -o x.csv --notify inbox --as root
	exits 2
	says "whose inbox"
}

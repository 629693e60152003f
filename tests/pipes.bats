#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Programs that write to one store at both ends of a pipe: whoever reads from
# the pipe does not hold the store while it waits for the other one.
load helper

setup() {
	common_setup
	new_store
	echo '{"id":"L1","email":"l1@old.example"}' | dl-import leads -q
}

# More than a pipe holds, of nothing: once it is gone somebody reads.
nothing() {
	head -c 300000 /dev/zero | tr '\0' '\n'
}

# feeds RECORD COMMAND...: the command reads nothing for a while, then the
# record, while the other end imports a lead in between.
feeds() {
	local record=$1
	shift
	{
		nothing
		echo "{\"id\":\"L2\",\"title\":\"$*\"}" |
			dl-import leads -q || echo "import: $?" >failed
		echo "$record"
	} | "$@" >out 2>err
	[ ! -e failed ]
}

@test "leads that are named on standard input" {
	feeds '{"lead":"L2"}' dl-lead tag - new
	[ "$(cat out)" = '{"lead":"L2","field":"tags","old":null,"new":["new"]}' ]
	feeds '{"lead":"L2"}' dl-stage move - sql
	grep -q '"to":"sql"' out
	feeds '{"lead":"L2"}' dl-task add call -l -
	grep -q '"lead":"L2"' out
	dl-segment define -q all --static -w "id = 'none'" >/dev/null
	feeds '{"lead":"L2"}' dl-segment include all -
	grep -q '"change":"entered"' out
}

@test "messages, holidays, policies" {
	feeds '{"channel":"inbox","to":"a@b.example","text":"t"}' \
		dl-notify send -
	grep -q '"channel":"inbox"' out
	feeds $'day,name\n2026-05-03,x' dl-task holidays -
	[ "$(dl-task holidays | wc -l)" -eq 1 ]
	feeds '{"roles":{}}' dl-export policy define -
	dl-export policy show | grep -q roles
}

# others: somebody who writes again and again until ./enough is there.
others() {
	local i=0
	while [ ! -e enough ]; do
		dl-lead tag -q L1 "t$((i++))" >/dev/null || touch refused
	done
}

@test "many leads are changed in steps beside others, and all of them once" {
	local pid

	sample leads 3000 | dl-import leads -q
	dl-segment define -q all --static -w "id = 'none'" >/dev/null
	sample leads 3000 | jq -c '{id}' >names
	others &
	pid=$!
	cat names names | dl-segment include all - >out
	touch enough
	wait "$pid"
	[ ! -e refused ]
	[ "$(wc -l <out)" -eq 3000 ]
	[ "$(dl-segment members all | wc -l)" -eq 3000 ]
	dl-segment include all - <names >out
	[ ! -s out ]
}

@test "what an operand names must be there, or nothing is changed" {
	dl-segment define -q all --static -w "id = 'none'" >/dev/null
	dl-db dump >before
	check dl-segment include all L1 nobody
	exits 2
	says 'no lead has the id or e-mail "nobody"'
	prints_nothing
	check dl-segment include all - nobody <<<'{"lead":"L1"}'
	exits 2
	check dl-segment include nosuch L1
	exits 2
	says "nosuch"
	check dl-stage move L1 nosuch
	exits 2
	check dl-lead tag - vip -o no/such/out <<<'{"lead":"L1"}'
	exits 1
	dl-db dump >after
	same before after
}

@test "records that name nobody are told, the others are done; a dry run does none" {
	dl-segment define -q all --static -w "id = 'none'" >/dev/null
	printf '%s\n' '{"lead":"L1"}' '{"id":"nobody"}' '{"x":1}' nonsense >in
	dl-db dump >before
	check dl-segment include all - -n <in
	exits 3
	has '"lead":"L1","override":"included","change":"entered"'
	dl-db dump >after
	same before after
	check dl-segment include all - <in
	exits 3
	has '"lead":"L1","override":"included","change":"entered"'
	says '<stdin>:2: no lead has the id or e-mail "nobody"' \
		"<stdin>:3: no lead, id or email" "<stdin>:4:"
	[ "$(dl-segment members all | jq -r .lead)" = L1 ]
	# By hand before the latest work: not without being asked to.
	check dl-lead tag - old --now 2020-01-01 <<<'{"lead":"L1"}'
	exits 2
	check dl-lead tag - old --now 2020-01-01 --replay <<<'{"lead":"L1"}'
	exits 0
}

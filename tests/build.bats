# SPDX-License-Identifier: ISC
# The tools that build and lint: what they make and what they refuse.
load helper

sql2c() { # sql2c MODE FILE...
	local mode=$1
	shift
	run --separate-stderr awk -v mode="$mode" -f "$top/scripts/sql2c.awk" "$@"
}

statement() { # statement TEXT...: room/x.sql with these lines
	mkdir -p room
	printf '%s\n' "$@" >room/x.sql
}

@test "a named statement becomes C with its text and its types" {
	statement '-- name: lead_count' '-- Counts leads.' \
		'-- $1 tenant bigint' '-- $2 share double precision' \
		'SELECT count(*) -- all of them' "  FROM lead WHERE a = '--' || \$1" \
		'  AND "b" < $2;'
	sql2c c room/x.sql
	exits 0
	has '#include "room/x.sql.h"' 'sql_lead_count = { "lead_count",' \
		'"SELECT count(*)\n"' "'--' || \$1" '\"b\" < $2",' '"ir" };'
	lacks 'all of them' 'Counts leads'
	sql2c h room/x.sql
	has 'extern const struct sql sql_lead_count;' '#include "store/store.h"'
}

@test "a bulk declaration may span lines and becomes columns" {
	statement '-- bulk: event (seq bigint,' '--   name text,' \
		'--   share real, raw blob)'
	sql2c c room/x.sql
	exits 0
	has "{ \"seq\", 'i' }" "{ \"name\", 't' }" "{ \"share\", 'r' }" \
		"{ \"raw\", 'b' }" 'columns_event, 4'
}

@test "the closed list compiles, with statements and without any" {
	statement '-- name: one' '-- One.' 'SELECT 1;' '-- bulk: b (a text)'
	sql2c all room/x.sql /dev/null
	printf '%s\n' "$output" >all.c
	sql2c c room/x.sql
	printf '%s\n' "$output" >one.c
	sql2c h room/x.sql
	printf '%s\n' "$output" >room/x.sql.h
	sql2c all /dev/null
	printf '%s\n' "$output" >none.c
	awk -f "$top/scripts/migrations2c.awk" /dev/null >migrations.c
	for f in all.c one.c none.c migrations.c; do
		cc -Wall -Wextra -Werror -I"$top/common" -I. -c -o x.o "$f"
	done
}

@test "a statement that does not hold together is refused with its line" {
	statement '' '-- name: a' '-- A.' 'SELECT $1;'
	sql2c c room/x.sql
	exits 1
	says "room/x.sql:2: statement 'a' uses \$1, which is not declared"

	statement '-- name: a' '-- A.' '-- $1 x bigint' 'SELECT 1;'
	sql2c c room/x.sql
	exits 1
	says "room/x.sql:1: statement 'a' declares \$1 and does not use it"

	statement '-- name: a' 'SELECT 1;'
	sql2c c room/x.sql
	exits 1
	says "room/x.sql:1: statement 'a' lacks a description"

	statement '-- name: a' '-- A.' 'SELECT 1'
	sql2c c room/x.sql
	exits 1
	says "statement 'a' does not end in ';'"

	statement '-- name: a' '-- A.' '-- $1 x number' 'SELECT $1;'
	sql2c c room/x.sql
	exits 1
	says "room/x.sql:3: \$1: not a type: 'number'"

	statement '-- name: a' '-- A.' 'SELECT 1;' '-- name: a' '-- B.' 'SELECT 2;'
	sql2c all room/x.sql /dev/null
	exits 1
	says "room/x.sql:4: statement 'a' is already named"
}

@test "migrations are numbered without gaps" {
	printf 'CREATE TABLE "a\\b" (\n\tc bigint\n);\n' >0001_first.sql
	printf 'SELECT 1;\n' >0003_third.sql
	check awk -f "$top/scripts/migrations2c.awk" 0001_first.sql /dev/null
	exits 0
	has '{ 1, "first",' '"CREATE TABLE \"a\\b\" (\n"' '"\tc bigint\n"'
	check awk -f "$top/scripts/migrations2c.awk" 0001_first.sql \
		0003_third.sql /dev/null
	exits 1
	says "0003_third.sql:1: migration 3 follows 1"
}

@test "a room that includes a higher floor or a neighbour is named" {
	mkdir -p common/base common/cli common/csv
	printf '%s\n' '# floors' base 'cli csv' >FLOORS
	echo '#include "cli/cli.h"' >common/base/a.c
	printf '%s\n' '#include <stdio.h>' '#include "csv/csv.h"' >common/cli/b.c
	printf '%s\n' '#include "base/base.h"' '#include "csv/c_priv.h"' \
		>common/csv/c.c
	check awk -f "$top/scripts/lint-floors" FLOORS common/*/*.c
	exits 1
	prints "common/base/a.c:1: room base may not include cli
common/cli/b.c:2: room cli may not include csv"
}

@test "another room's private header is out of bounds" {
	mkdir -p common/base common/cli
	printf '%s\n' base cli >FLOORS
	echo '#include "base/base_priv.h"' >common/cli/b.c
	check awk -f "$top/scripts/lint-floors" FLOORS common/cli/b.c
	exits 1
	prints "common/cli/b.c:1: base/base_priv.h is private to room base"
}

@test "the sample is the same every time, and its streams agree" {
	sample leads 300 >a
	sample leads 300 >b
	same a b
	sample events 300 >e
	# Nothing happens before its lead came, or later than the moment.
	jq -rn --slurpfile l a --arg now "$DL_NOW" '
		($l | map({(.id): .created_at}) | add) as $came
		| [inputs | select(.time < $came[.lead] or .time >= $now)]
		| length' e >early
	[ "$(cat early)" = 0 ]
	[ "$(jq -r .id e | sort -u | wc -l)" = "$(wc -l <e)" ]
	[ "$(jq -r .email a | sort -u | wc -l)" -ge 290 ]
	make-sample leads 300 --seed 8 >c
	! cmp -s a c
}

@test "in the sample, who buys depends on what it is and does" {
	sample leads 20000 >l
	sample events 20000 >e
	jq -r 'select(.type == "deal_won") | .lead' e | sort -u >won
	jq -r 'select(.type == "demo_requested") | .lead' e | sort -u >demo
	jq -r 'select(.attrs."予算" == "あり") | .id' l | sort -u >budget
	jq -r 'select(.attrs."予算" == "なし") | .id' l | sort -u >none
	awk -v all=20000 -v won="$(wc -l <won)" \
		-v demo="$(wc -l <demo)" -v demo_won="$(comm -12 won demo | wc -l)" \
		-v yes="$(wc -l <budget)" -v yes_won="$(comm -12 won budget | wc -l)" \
		-v no="$(wc -l <none)" -v no_won="$(comm -12 won none | wc -l)" '
		BEGIN { exit !(won / all > 0.03 && won / all < 0.1 &&
			demo_won / demo > 2 * won / all &&
			yes_won / yes > 3 * no_won / no) }'
}

@test "make install puts everything in place, and uninstall takes it away" {
	local program
	make -s -C "$top" install DESTDIR="$PWD/root" PREFIX=/usr
	for program in "$top"/cmd/dl-*.c; do
		program=$(basename "$program" .c)
		[ -x "root/usr/bin/$program" ]
		[ -s "root/usr/share/bash-completion/completions/$program" ]
		[ -s "root/usr/share/zsh/site-functions/_$program" ]
		[ -s "root/usr/share/fish/vendor_completions.d/$program.fish" ]
	done
	[ -s root/usr/share/man/man7/dl.7 ]
	[ "$(find root -name '*.[157]' | wc -l)" = "$(ls "$top"/man/* | wc -l)" ]
	make -s -C "$top" uninstall DESTDIR="$PWD/root" PREFIX=/usr
	[ -z "$(find root -type f)" ]
}

@test "make dist holds the tree under a folder of its version" {
	git -C "$top" rev-parse HEAD >/dev/null 2>&1 || skip "no git here"
	git clone -q "$top" tree 2>/dev/null || skip "cannot clone"
	make -s -C tree dist
	tar tzf tree/diagnoleads-*.tar.gz | grep -q '^diagnoleads-[0-9.]*/Makefile$'
}

@test "what a cluster would refuse is found" {
	cat >schema.sql <<-'END'
	CREATE TABLE tenant (
		tenant_id bigint NOT NULL PRIMARY KEY,
		name text NOT NULL UNIQUE
	) {{CLUSTERED}};
	CREATE TABLE a (
		tenant_id bigint NOT NULL,
		x bigint NOT NULL,
		PRIMARY KEY (tenant_id, x)
	) {{CLUSTERED}};
	END
	cat >good.sql <<-'END'
	-- name: one
	-- One row.
	SELECT a.x FROM a AS a JOIN a AS b ON b.tenant_id = a.tenant_id
		AND b.x = a.x WHERE a.tenant_id = $1;
	-- name: two
	-- Rows in bulk.
	INSERT INTO a (tenant_id, x) SELECT $1, b.x FROM bulk_a AS b WHERE true
	ON CONFLICT (tenant_id, x) DO NOTHING;
	-- name: three
	-- across tenants: the count of all
	SELECT count(*) FROM a;
	END
	check "$top/scripts/check-distributed" "$PWD/schema.sql" phase=1 "$PWD/good.sql"
	exits 0
	local sql want
	while IFS='|' read -r sql want; do
		printf -- '-- name: bad\n-- What it does.\n%s;\n' "$sql" >bad.sql
		check "$top/scripts/check-distributed" "$PWD/schema.sql" phase=1 "$PWD/bad.sql"
		exits 1
		has "bad.sql:1: bad: $want"
	done <<-'END'
	SELECT x FROM a WHERE x = $1|a is not asked for one tenant
	DELETE FROM a WHERE x = $1|a is not asked for one tenant
	UPDATE a SET x = 1 WHERE x = $1|a is not asked for one tenant
	SELECT a.x FROM a AS a JOIN a AS b ON b.x = a.x WHERE a.tenant_id = $1|b is not asked for one tenant
	SELECT a.x FROM a AS a JOIN a AS b ON b.tenant_id = a.tenant_id|no tenant is given
	INSERT INTO a (x, tenant_id) VALUES ($1, $2)|puts rows in without tenant_id first
	INSERT INTO a (tenant_id, x) VALUES ($1, $2) ON CONFLICT (x) DO NOTHING|a conflict that is not
	INSERT INTO a (tenant_id, x) SELECT $1, b.x FROM bulk_a AS b|rows in bulk without ON CONFLICT
	WITH RECURSIVE r AS (SELECT 1) SELECT 1 FROM r|refused in a cluster: recursive
	UPDATE a SET tenant_id = $2 WHERE tenant_id = $1|moves a row to another tenant
	SELECT x FROM elsewhere|which table is elsewhere?
	END
	while IFS='|' read -r sql want; do
		printf 'CREATE TABLE b (\n\ttenant_id bigint NOT NULL,\n\tx bigint NOT NULL,\n\t%s\n);\n' "$sql" >bad.sql
		check "$top/scripts/check-distributed" "$PWD/bad.sql" phase=1 "$PWD/good.sql"
		exits 1
		has "$want"
	done <<-'END'
	PRIMARY KEY (x, tenant_id)|the primary key does not begin with tenant_id
	y text UNIQUE|a unique key that does not begin with tenant_id
	z bigint REFERENCES a (x)|a foreign key that does not begin with tenant_id
	n bigserial|not to be had in a cluster: serial
	z bigint|no primary key
	END
}

# distributed FILE: the statements in it keep to the rules, given the schema.
distributed() {
	check "$top/scripts/check-distributed" \
	    "$top"/common/store/migrate/*.sql phase=1 "$1"
}

@test "what the condition compiler composes could be distributed" {
	cat >conditions <<-'END'
	score between 60 and 79 and industry in ('IT', '製造業')
	count(email_opened, 30d) >= 1 or company contains 'システム'
	not in segment 'customers' and attrs."予算" = 'あり' and phone exists
	last(site_visited) within 7d and first(email_opened) not within 1d
	not (score >= 10 or not (band = 'hot' and is_hot = true))
	count(site_visited, 14d, where page contains '料金') > 2
	attrs.budget > 5 and attrs.since within 30d and tags contains 'a'
	email_domain = 'x.example' and is_free_email = false and seniority >= 3
	END
	composed-sql <conditions >composed.sql
	distributed "$PWD/composed.sql"
	exits 0
	[ "$(grep -c '^-- name' composed.sql)" -eq 16 ]
	# And it is looked at: without its tenant each table is found.
	sed 's/e\.tenant_id = l\.tenant_id AND//' composed.sql >bad.sql
	! cmp -s composed.sql bad.sql || tell "no events in it"
	distributed "$PWD/bad.sql"
	exits 1
	has "e is not asked for one tenant"
	sed 's/sm\.tenant_id = l\.tenant_id AND//' composed.sql >bad.sql
	distributed "$PWD/bad.sql"
	exits 1
	has "sm is not asked for one tenant"
}

@test "what the programs really run could be distributed" {
	local verb
	require_engine sqlite # the text is the same on both
	store_with_leads 30
	export DL_DB
	{
		dl-score define -vv reference "$top/common/score/reference.json"
		dl-score apply -vv
		dl-lead set -vv L0000002 company=変更社 "attrs.メモ=a b"
		dl-lead tag -vv L0000003 x
		dl-score apply -vv --all --now 2026-02-15T00:00:00Z
		for verb in "db dump" "db audit" "db check" "db stats" \
		    "db user list" "db person L0000003" "lead search 株式会社" \
		    "lead show L0000005" "score explain L0000007" \
		    "score explain --all" "score history L0000007" \
		    "score backtest" "db erase L0000004" "db copy $DL_DB copy.db"; do
			# shellcheck disable=SC2086
			dl-$verb -vv
		done
	} 2>trace >/dev/null || true
	# One statement a line, with $1 where the tenant's number stands.
	sed -n 's/^dl-[a-z]*: [0-9.]* ms: //p' trace |
	    grep -E '^(SELECT|INSERT|UPDATE|DELETE|WITH)' |
	    sed 's/\\[nt]/ /g; s/tenant_id = [0-9]*/tenant_id = $1/g' | sort -u |
	    awk '{ printf "-- name: ran_%d\n%s;\n", NR, $0 }' >ran.sql
	[ "$(grep -c '^-- name' ran.sql)" -ge 60 ]
	grep -q 'INSERT INTO lead (tenant_id, lead_id, id' ran.sql
	distributed "$PWD/ran.sql"
	exits 0
}

#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-db copy: a store in another place, whatever the engines. Stores on
# PostgreSQL are looked at where $DL_TEST_PG has a server, whatever the engine
# of the rest.
#	DL_TEST_ROUNDS	how often a copy is killed (3)
# runs long
load helper
. "$BATS_TEST_DIRNAME/pg.bash"

require_server() {
	[ -n "${DL_TEST_PG-}" ] || skip "no PostgreSQL server (DL_TEST_PG)"
}

# new_base NAME: an empty database; its URI is printed.
new_base() {
	local name
	name=$(pg_name "$PWD/copy-$1")
	pg_drop "$name"
	pg_database "$name" || return 1
	echo "$name" >>"$BATS_TEST_TMPDIR/.databases"
	pg_uri "$name"
}

# full_store [N]: a bit of everything, in two tenants.
full_store() {
	store_with_leads "${1:-200}"
	echo '{"name":"x","rules":[{"name":"a","type":"behavior","event":"email_opened","points":5,"half_life":"30d"}]}' >rules
	dl-score define -q x rules >/dev/null
	dl-score apply -q >/dev/null
	dl-lead set -q L0000002 company=変更社 "attrs.メモ=a b" >/dev/null
	dl-score apply -q --now 2026-02-15T00:00:00Z >/dev/null
	dl-lead set -q L0000003 company=後で --now 2026-02-16 >/dev/null
	dl-db user add -q a@x.example --name 青木 >/dev/null
	dl-db tenant set -q -t main hot_threshold=70 >/dev/null
	dl-db tenant add -q 青空 >/dev/null
	echo '{"id":"1","name":"他社"}' | dl-import leads -q -t 青空 -
}

# dumps STORE NAME: what both tenants have.
dumps() {
	dl-db dump -d "$1" -t main >"$2"
	dl-db dump -d "$1" -t 青空 >>"$2"
}

# The server of its own that a test did not get to stop.
teardown_file() {
	local server
	server=$(cat "$BATS_FILE_TMPDIR/server" 2>/dev/null) || return 0
	[ ! -d "$server" ] || pg_stop "$server" immediate
}

@test "a copy is the same store: dump, audit, queue, what a score comes to" {
	full_store
	check dl-db copy "$DL_DB" copy.db
	exits 0
	says "2 tenants"
	has '"tenant":"main","table":"lead","rows":200,"before":0,"checksum":"'
	lacks '"rows":0' lease
	[ "$(stat -c %a copy.db)" = 600 ]
	dumps "$DL_DB" one
	dumps copy.db two
	same one two
	local verb
	for verb in "db audit" "score history L0000002" "db stats"; do
		# shellcheck disable=SC2086
		dl-$verb -t main 2>/dev/null | jq -c '.tenants? // .' >one || true
		# shellcheck disable=SC2086
		dl-$verb -t main -d copy.db 2>/dev/null | jq -c '.tenants? // .' >two || true
		same one two
	done
	# Work goes on there as here.
	dl-score apply -q --now 2026-03-01 -t main >one
	dl-score apply -q --now 2026-03-01 -t main -d copy.db >two
	same one two
	[ -s one ]
	check dl-db check -q -d copy.db
	exits 0
}

# odd_content: what is easily lost on the way.
odd_content() {
	printf '%s\n' \
	    '{"id":"a\\b","name":"\\. \\N \\x00 \"q\" '"'q'"' ;-- $1 {{END}}","company":"ｶﾌﾞｼｷ㌍👨‍👩‍👧"}' \
	    '{"id":"one","name":"a\u0001b\u0002c","attrs":{"k":"\u0001\u0001"}}' \
	    '{"id":"é","name":"one"}' '{"id":"é","name":"two"}' \
	    '{"id":"e","name":"one\r\ntwo\tthree\u2028","title":"　"}' \
	    '{"id":"n","attrs":{"n":12345678901234567890,"f":1e308,"m":-0.0,"d":[[{"a":"\\"}]]}}' \
	    '{"id":"\udbff\udfff","name":"\uffff\ufdd0","tags":["a","b,c","\"d\""]}' |
	    dl-import leads -q -t main --now 2026-03-01 -
}

@test "there and back: the same dump, the same checksums" {
	require_server
	local base first
	full_store
	odd_content
	[ "$(dl-db stats | jq '.tenants[] | select(.tenant == "main").leads')" -ge 206 ]
	base=$(new_base there)
	check dl-db copy "$DL_DB" "$base"
	exits 0
	first=$output
	check dl-db check -q -d "$base"
	exits 0
	check dl-db copy "$base" back.db
	exits 0
	prints "$first"
	dumps "$DL_DB" one
	dumps "$base" two
	dumps back.db three
	same one two
	same one three
}

@test "from one database into another" {
	require_server
	local one two
	full_store
	one=$(new_base one)
	two=$(new_base two)
	dl-db copy -q "$DL_DB" "$one" >first
	dl-db copy -q "$one" "$two" >second
	same first second
}

@test "one tenant, into a store that has others" {
	full_store
	dl-db init -q -d copy.db -t other >/dev/null
	echo '{"id":"9"}' | dl-import leads -q -d copy.db -
	dl-db dump -d copy.db >before
	check dl-db copy -t 青空 "$DL_DB" copy.db
	exits 0
	says "1 tenant, "
	dl-db dump -d copy.db -t other >after
	same before after
	dl-db dump -t 青空 >one
	dl-db dump -t 青空 -d copy.db >two
	same one two
	# Now it is there, the same, and nothing is left to do.
	check dl-db copy -t 青空 "$DL_DB" copy.db
	exits 0
	prints_nothing
	says "0 tenants, 0 rows; 1 was there already"
	# What differs is not written over, and nothing else is done either.
	dl-lead set -q -d copy.db -t 青空 1 company=別社 --now 2026-03-01 >/dev/null
	dl-db dump -t 青空 -d copy.db >two
	check dl-db copy "$DL_DB" copy.db
	exits 2
	says 'has a tenant "青空" already, and it is not the same (table lead)'
	dl-db dump -t 青空 -d copy.db >three
	same two three
	check dl-db tenant show -d copy.db main
	exits 2
	check dl-db copy -t nobody "$DL_DB" copy.db
	exits 2
	says "no such tenant"
}

@test "what cannot be copied is said, and nothing is made of it" {
	new_store
	check dl-db copy missing.db copy.db
	exits 1
	says "no such store"
	[ ! -e copy.db ]
	check dl-db copy "$DL_DB" nowhere/copy.db
	exits 1
	check dl-db copy "$DL_DB" postgresql://u:secret@/x
	exits 2
	says "password"
	echo text >file
	check dl-db copy "$DL_DB" file
	exits 1
	[ "$(cat file)" = text ]
	check dl-db copy "$DL_DB" "$DL_DB"
	exits 2
	dl-db init -q -d one.db -t x >/dev/null
	ln -s one.db two.db
	check dl-db copy one.db two.db
	exits 2
	says "is the store itself"
}

# killed FROM TO: a copy that is killed again and again comes to the same; a
# rerun goes on where the last one stopped.
killed() {
	local round pid rounds=${DL_TEST_ROUNDS:-3}
	for ((round = 1; round <= rounds; round++)); do
		dl-db copy -q "$1" "$2" >/dev/null 2>&1 &
		pid=$!
		sleep "0.$(printf %03d $((300 * round / rounds - 60)))"
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		# Nobody sees a tenant that is not complete.
		dl-db tenant list -d "$2" 2>/dev/null |
			jq -r .tenant | while read -r name; do
			dl-db dump -d "$2" -t "$name" >seen
			dl-db dump -d "$1" -t "$name" >want
			same want seen
		done
	done
	# The holder of the lease is dead, or all was complete already.
	check dl-db copy -q "$1" "$2"
	exits 0
	dumps "$1" one
	dumps "$2" two
	same one two
	check dl-db check -q -d "$2"
	exits 0
}

@test "killed at any moment, a rerun completes it" {
	full_store 3000
	killed "$DL_DB" copy.db
}

@test "killed at any moment on a server, a rerun completes it" {
	require_server
	full_store 3000
	killed "$DL_DB" "$(new_base killed)"
}

@test "the server is killed amid a copy: try again later, and that completes it" {
	require_server
	local server=$DL_TEST_PG-$$ uri n lost=0
	echo "$server" >"$BATS_FILE_TMPDIR/server"
	pg_start "$server" >/dev/null 2>&1 || skip "no second server here"
	full_store 3000
	"$(pg_bin)/createdb" -h "$server" -U dl moved
	uri="postgresql://dl@/moved?host=$server"
	dl-db init -q -d "$uri" >/dev/null
	for n in 0.1 0.2 0.3; do
		(sleep "$n" && pg_kill "$server") &
		check dl-db copy -q "$DL_DB" "$uri"
		wait
		pg_again "$server" || {
			pg_stop "$server" immediate
			tell "the server does not start again"
		}
		[ "$status" -ne 75 ] || lost=1
		[ "$status" -eq 0 ] || [ "$status" -eq 75 ] || break
	done
	check dl-db copy -q "$DL_DB" "$uri"
	[ "$status" -eq 0 ] || tell "no copy"
	dumps "$DL_DB" one
	dumps "$uri" two
	pg_stop "$server" immediate
	same one two
	[ "$lost" -eq 1 ] || skip "the copy was done before the server went"
}

@test "a tenant comes to be when all of it is there" {
	require_tool sqlite3
	require_engine sqlite
	full_store
	dl-db copy -q "$DL_DB" copy.db >/dev/null
	# As if it had been killed amid the events.
	sqlite3 copy.db "DELETE FROM tenant WHERE name = 'main';
		INSERT INTO counter SELECT 0, 'copy ' || created_at || ' 青空', 2
			FROM tenant WHERE name = '青空';
		INSERT INTO counter VALUES (0, 'copy ' ||
			$(sqlite3 "$DL_DB" "SELECT created_at FROM tenant WHERE name = 'main'") ||
			' main', 1);
		DELETE FROM work WHERE tenant_id = 1;
		DELETE FROM event WHERE tenant_id = 1 AND event_id >
			(SELECT event_id FROM event ORDER BY 1 LIMIT 1 OFFSET 99)"
	check dl-db copy "$DL_DB" copy.db
	exits 0
	has '"table":"event"' '"before":100'
	lacks 青空
	dumps "$DL_DB" one
	dumps copy.db two
	same one two
}

@test "what changed in between is found, and --again begins anew" {
	require_tool sqlite3
	require_engine sqlite
	full_store
	dl-db copy -q "$DL_DB" copy.db >/dev/null
	sqlite3 copy.db "DELETE FROM tenant WHERE name = 'main';
		INSERT INTO counter SELECT 0, 'copy ' || created_at || ' 青空', 2
			FROM tenant WHERE name = '青空';
		INSERT INTO counter VALUES (0, 'copy ' ||
			$(sqlite3 "$DL_DB" "SELECT created_at FROM tenant WHERE name = 'main'") ||
			' main', 1)"
	dl-lead set -q -t main L0000001 company=新 --now 2026-03-01 >/dev/null
	check dl-db copy "$DL_DB" copy.db
	exits 1
	says 'tenant "main", table lead: rows differ: it has changed since the copy began; --again begins anew'
	check dl-db tenant show -d copy.db main
	exits 2
	check dl-db copy --again "$DL_DB" copy.db
	exits 0
	dumps "$DL_DB" one
	dumps copy.db two
	same one two
}

@test "complete but for the last word, a rerun finds nothing to do" {
	require_tool sqlite3
	require_engine sqlite
	local created
	full_store
	dl-db copy -q "$DL_DB" copy.db >/dev/null
	check dl-db copy "$DL_DB" copy.db
	exits 0
	says "0 tenants, 0 rows; 2 were there already"
	# Killed before the marks were taken away, one tenant is not compared,
	# for work may have begun there.
	created=$(sqlite3 copy.db "SELECT created_at FROM tenant WHERE name = 'main'")
	sqlite3 copy.db "INSERT INTO counter VALUES (0, 'copy $created main', 1)"
	dl-lead set -q -d copy.db -t main L0000001 company=新 --now 2026-03-01 >/dev/null
	check dl-db copy "$DL_DB" copy.db
	exits 0
	says "2 were there already"
	check dl-db copy "$DL_DB" copy.db
	exits 2
	says 'has a tenant "main" already, and it is not the same (table lead)'
	# A tenant of the same name that came to be by itself.
	dl-db init -q -d other.db -t main >/dev/null
	check dl-db copy -t main "$DL_DB" other.db
	exits 2
	says 'is not the same (table '
}

@test "distribute: a file cannot be, a server without citus is left alone" {
	new_store
	if [ "${DL_TEST_ENGINE:-sqlite}" = sqlite ]; then
		check dl-db distribute
		exits 2
		says "is one file"
		return
	fi
	dl-db dump >one
	check dl-db distribute
	exits 4
	says "without the extension citus nothing can be done"
	prints_nothing
	dl-db dump >two
	same one two
}

# SPDX-License-Identifier: ISC
# pg: the figures on PostgreSQL; read by scripts/bench, whose functions and
# inputs it uses. The server is its own, syncs its log and is gone afterwards;
# what ours is compared with runs on it too, in psql.
# shellcheck shell=bash disable=SC2154
. "$top/tests/pg.bash"

folder=$(mktemp -d "${TMPDIR:-/tmp}/dl-bench-XXXXXX")
trap 'pg_stop "$folder"' EXIT
DL_TEST_FSYNC=on pg_start "$folder" || exit 1
export DL_TEST_PG=$folder

# As the superuser, who may send autovacuum away too.
drop() {
	psql_on postgres -c "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" \
	    2>/dev/null
}
# again NAME FROM: a database as it was.
again() {
	drop "$1"
	pg_database "$1" "$2" || exit 1
	psql_on "$1" -c CHECKPOINT
}
psql_on() {
	local name=$1
	shift
	"$(pg_bin)/psql" -q -h "$folder" -U postgres -d "$name" \
	    -v ON_ERROR_STOP=1 "$@"
}
cpu() { sort -n -k 4 "cost.$1" | awk 'NR == 1 { print $4 }'; }

forget pgleads pgfull
pg_database leads || exit 1
cost pgleads sh -c "dl-db copy -q leads.db '$(pg_uri leads)' >/dev/null"
psql_on leads -c 'VACUUM ANALYZE'

# --- moving there --------------------------------------------------------

if wants copy || wants score || wants idle; then
	pg_database full || exit 1
	cost pgfull sh -c "dl-db copy -q full.db '$(pg_uri full)' >/dev/null"
	psql_on full -c 'VACUUM ANALYZE'
fi
if wants copy; then
	figure "copy $leads leads there" "$(best pgleads)" \
		"s, $(peak pgleads) MB peak" ""
	figure "and with $events events" "$(best pgfull)" \
		"s, $(peak pgfull) MB peak" ""
	forget pgback
	rm -f back.db*
	cost pgback sh -c "dl-db copy -q '$(pg_uri full)' back.db >/dev/null"
	figure "and back" "$(best pgback)" "s, $(peak pgback) MB peak" ""
	if cmp -s <(dl-db dump -d full.db) <(dl-db dump -d back.db); then
		tell "there and back: the same dump"
	else
		tell "MISSED: the dump differs after there and back"
	fi
	rm -f back.db*
fi

# --- importing events ----------------------------------------------------

if wants import; then
	forget pgimport pgcopy
	for ((i = 0; i < runs; i++)); do
		again run leads
		cost pgimport dl-import events -q -d "$(pg_uri run)" \
			first.ndjson
		[ -s first.csv ] ||
			psql_on run -c "\copy dl.event to 'first.csv' csv"
		drop run
		again peer leads
		psql_on peer -c 'CREATE TABLE event (LIKE dl.event INCLUDING ALL)'
		cost pgcopy "$(pg_bin)/psql" -q -h "$folder" -U postgres \
			-d peer -c "\copy event from 'first.csv' csv"
		drop peer
	done
	rm -f first.csv
	row "import $first events" "$(best pgimport)" "\\copy $(best pgcopy) + parsing" \
		"$(awk -v a="$(best pgcopy)" -v b="$(cpu pgimport)" \
			'BEGIN { print a + b }')" 2.2
	tell "  (parsing: the $(cpu pgimport) s of processor that dl-import used)"
fi

# --- scoring -------------------------------------------------------------

if wants score || wants idle; then
	forget pgscore pgsql pgidle
	# The peer's statement, with what PostgreSQL calls min and max of two.
	sed 's/max(0, min(100,/greatest(0, least(100,/
		s/\* min(/* least(/' "$top/tests/bench/peer_score.sql" >pg.sql
	sed 's/) WITHOUT ROWID;/);/; s/ours\./dl./
		s/FROM dl.lead ORDER BY.*/FROM dl.lead;/
		s/FROM dl.event ORDER BY.*/FROM dl.event;/' \
		"$top/tests/bench/peer_schema.sql" >pg-schema.sql
	again peer full
	psql_on peer -c 'CREATE SCHEMA peer' -c 'SET search_path TO peer' \
		-f pg-schema.sql
	for ((i = 0; i < runs; i++)); do
		again run full
		dl-score define -q -d "$(pg_uri run)" bench "$rules" \
			>/dev/null || exit 1
		cost pgscore sh -c "exec dl-score apply --all -q \
			-d '$(pg_uri run)' >/dev/null"
		again peer-run peer
		cost pgsql env PGOPTIONS='-c search_path=peer' \
			"$(pg_bin)/psql" -q -h "$folder" -U postgres \
			-d peer-run -f pg.sql
	done
	row "score $leads leads, 20 rules" "$(best pgscore)" \
		"psql UPDATE FROM" "$(best pgsql)" 1.5
	figure "peak memory of apply" "$(peak pgscore)" MB 64
	ours=$(psql_on run -At -c 'SELECT sum(score), count(*) FROM dl.score')
	theirs=$(psql_on peer-run -At \
		-c 'SELECT sum(score), count(*) FROM peer.lead')
	if [ "$ours" = "$theirs" ]; then
		tell "both come to the same sum of scores: ${ours%|*}"
	else
		tell "MISSED: sums of scores differ: ours $ours, theirs $theirs"
	fi
	drop peer-run
	drop peer
	for ((i = 0; i < 21; i++)); do
		cost pgidle sh -c "exec dl-score apply -q \
			-d '$(pg_uri run)' >/dev/null"
	done
	figure "apply, nothing to do" "$(middle pgidle)" s 0.030
	drop run
fi

# --- memory --------------------------------------------------------------

if wants memory; then
	forget pgsmall pglarge pgsmalldump pglargedump
	head -n "$(scaled 100000)" events.ndjson >small.ndjson
	head -n "$(scaled 3000000)" events.ndjson >large.ndjson
	for size in small large; do
		again run leads
		cost "pg$size" dl-import events -q -d "$(pg_uri run)" \
			"$size.ndjson"
		cost "pg${size}dump" sh -c \
			"exec dl-db dump -d '$(pg_uri run)' >/dev/null"
		drop run
	done
	figure "import, memory of 3M to 100k" \
		"$(awk -v a="$(peak pglarge)" -v b="$(peak pgsmall)" \
			'BEGIN { printf "%.2f", a / b }')" \
		"($(peak pglarge) MB)" 1.3
	figure "dump, memory of 3M to 100k" \
		"$(awk -v a="$(peak pglargedump)" -v b="$(peak pgsmalldump)" \
			'BEGIN { printf "%.2f", a / b }')" \
		"($(peak pglargedump) MB)" 1.3
	rm -f small.ndjson large.ndjson
fi

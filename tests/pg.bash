#!/bin/bash
# SPDX-License-Identifier: ISC
# pg: a PostgreSQL server of the tests' own, run or sourced.
#	tests/pg.bash start FOLDER	makes and starts one; prints its version
#	tests/pg.bash stop FOLDER [MODE]	stops it (fast) and removes it
#	tests/pg.bash kill FOLDER; tests/pg.bash again FOLDER
#	tests/pg.bash store NAME	a new store in $DL_TEST_PG; prints its URI
# It listens on a unix socket in FOLDER and nowhere else. Its login is `dl`,
# no superuser but one that may make databases and roles. The server refuses
# to run as root; then it runs as postgres or nobody. Databases sort as
# Japanese people do, so that a text compared otherwise than by bytes shows.
#	DL_TEST_PG	such a FOLDER, for the tests that want one
#	DL_TEST_FSYNC	on: as if the machine could stop any time (off)

# Where the newest server of version 15 or later is; 1 when there is none.
pg_bin() {
	local dir best=0 version found=
	for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
	    "$(dirname "$(command -v initdb 2>/dev/null || echo /none/x)")"; do
		[ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] || continue
		version=$("$dir/postgres" --version |
		    sed -n 's/.* \([0-9][0-9]*\)[.a-z].*/\1/p')
		if [ "${version:-0}" -ge 15 ] && [ "$version" -gt "$best" ]; then
			best=$version
			found=$dir
		fi
	done
	[ -n "$found" ] && echo "$found"
}

# As somebody who may run a server.
pg_as() {
	if [ "$(id -u)" != 0 ]; then
		"$@"
	elif id postgres >/dev/null 2>&1; then
		(cd / && runuser -u postgres -- "$@")
	else
		(cd / && runuser -u nobody -- "$@")
	fi
}

pg_owner() {
	if id postgres >/dev/null 2>&1; then
		echo postgres
	else
		echo nobody
	fi
}

pg_start() {
	local folder=$1 bin
	bin=$(pg_bin) || {
		echo "no PostgreSQL server of version 15 or later here" >&2
		return 1
	}
	mkdir -p "$folder" && chmod 0755 "$folder" || return 1
	[ "$(id -u)" != 0 ] || chown "$(pg_owner)" "$folder"
	pg_as "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 \
	    --locale=C --locale-provider=icu --icu-locale=ja \
	    --no-sync >"$folder/initdb.log" 2>&1 ||
	    pg_as "$bin/initdb" -D "$folder/data" -U postgres -A trust \
		-E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 || {
		cat "$folder/initdb.log" >&2
		return 1
	}
	pg_as tee -a "$folder/data/postgresql.conf" >/dev/null <<-END
	listen_addresses = ''
	unix_socket_directories = '$folder'
	fsync = ${DL_TEST_FSYNC:-off}
	max_connections = 100
	shared_buffers = 128MB
	max_wal_size = 1GB
	timezone = 'UTC'
	END
	pg_again "$folder" || return 1
	"$bin/psql" -q -h "$folder" -U postgres -d postgres -c \
	    'CREATE ROLE dl LOGIN CREATEDB CREATEROLE' || return 1
	"$bin/postgres" --version
}

pg_again() {
	# (No descriptor of bats stays open in the server: bats waits for it.)
	pg_as "$(pg_bin)/pg_ctl" -D "$1/data" -w -t 60 -l "$1/log" start \
	    >"$1/start.log" 2>&1 3>&- 4>&- || {
		cat "$1/start.log" "$1/log" >&2
		return 1
	}
}

pg_kill() {
	pg_as "$(pg_bin)/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1
}

pg_stop() {
	pg_as "$(pg_bin)/pg_ctl" -D "$1/data" -m "${2:-fast}" -w stop \
	    >/dev/null 2>&1
	rm -rf "${1:?}"
}

# pg_database NAME [TEMPLATE]: a new one in $DL_TEST_PG; pg_uri NAME: its URI, by
# way of $PG_FRONT, if any (tests/tools/cut-front.py).
pg_database() {
	"$(pg_bin)/createdb" -h "$DL_TEST_PG" -U dl ${2:+-T "$2"} "$1"
}

# Dropping what is not there is fine; so is somebody still connected, be it the
# server itself to vacuum, whom only its superuser may send away.
pg_drop() {
	"$(pg_bin)/dropdb" -h "$DL_TEST_PG" -U postgres -f --if-exists "$1" 2>/dev/null
}

pg_uri() {
	echo "postgresql://dl@/$1?host=${PG_FRONT:-$DL_TEST_PG}"
}

# A name that no other test has.
pg_name() {
	echo "t$(echo "$1" | md5sum | cut -c1-20)"
}

# pg_of URI: the database's name.
pg_of() {
	set -- "${1##*@/}"
	echo "${1%%\?*}"
}

# pg_sql DATABASE SQL: as the server's superuser, whom nothing holds back.
pg_sql() {
	PGOPTIONS='-c search_path=dl' "$(pg_bin)/psql" -q -h "$DL_TEST_PG" \
	    -U postgres -d "$1" -v ON_ERROR_STOP=1 -At -c "$2"
}

# pg_copy FROM TO: DL_DB becomes a copy of another database; $PG_MADE, where it
# is set, lists what was made.
pg_copy() {
	pg_drop "$2"
	pg_database "$2" "$1" || return
	[ -z "${PG_MADE-}" ] || echo "$2" >>"$PG_MADE"
	DL_DB=$(pg_uri "$2")
	export DL_DB
}

pg_store() {
	pg_drop "$1"
	pg_database "$1" &&
	    "${DL_BIN:-build/bin}/dl-db" init -q -d "$(pg_uri "$1")" \
		>/dev/null && pg_uri "$1"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	case ${1-} in
	start | stop | kill | again | store)
		verb=$1
		shift
		"pg_$verb" "$@"
		;;
	*)
		echo "usage: tests/pg.bash start|stop|kill|again FOLDER" >&2
		exit 2
		;;
	esac
fi

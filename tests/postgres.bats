#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What only a store on a PostgreSQL server can do, or suffer.
#	DL_TEST_ROUNDS	how often the server is killed (3)
# runs long
load helper

setup() {
	common_setup
	require_engine postgresql
}

# A server of its own that may be killed: it syncs what it confirms.
server() {
	own=$BATS_FILE_TMPDIR/server
	if [ ! -e "$own/ready" ]; then
		chmod 0755 "$BATS_FILE_TMPDIR" "$(dirname "$BATS_FILE_TMPDIR")" \
			"$(dirname "$(dirname "$BATS_FILE_TMPDIR")")" || true
		DL_TEST_FSYNC=on pg_start "$own" >/dev/null || return
		: >"$own/ready"
	fi
	export DL_TEST_PG=$own
}

teardown_file() {
	[ ! -e "$BATS_FILE_TMPDIR/server" ] ||
	    pg_stop "$BATS_FILE_TMPDIR/server" immediate
}

job() {
	dl-score define -q reference "$top/common/score/reference.json" >/dev/null &&
	    dl-import leads -q leads.ndjson &&
	    dl-import events -q events.ndjson &&
	    dl-score apply -q >/dev/null &&
    dl-segment define -q 大 -w "company_size >= 100" >/dev/null &&
    dl-segment define -q 点 -w \
	"score >= 20 and not last(site_visited) within 20d" >/dev/null &&
    dl-segment include -q 大 L0000002 --why 友人 >/dev/null
}

world() {
	sample leads "$1" >leads.ndjson
	sample events "$1" >events.ndjson
}

@test "a URI with a password is refused, and the password never repeated" {
	local uri
	for uri in postgresql://me:geheim7@h/db 'postgresql://h/db?password=geheim7' \
	    'postgres://me@h/db?user=x&p%61ssword=geheim7' \
	    'postgresql://me:geheim7@h:99999999/db?x=y' \
	    'postgresql://me:ge?heim7@h/db' 'postgresql://me:ge/heim7@h/db'; do
		check dl-db stats -d "$uri"
		exits 2
		says "~/.pgpass"
		[[ $stderr$output != *heim7* ]] || tell "repeated"
	done
	# These are none: what comes of them is another matter.
	for uri in "postgresql://me@/x?host=$PWD/nowhere&application_name=a@b:c" \
	    "postgresql:///x@y?host=$PWD/nowhere"; do
		check dl-db stats -d "$uri"
		exits 75
	done
}

@test "no server, no database, no store, one too new: each says so" {
	check dl-db stats -d "postgresql://dl@/x?host=$PWD/nowhere"
	exits 75
	check dl-db stats -d "$(pg_uri nothing_there)"
	exits 1
	says "no such database"
	pg_drop bare_$$
	pg_database bare_$$
	check dl-db stats -d "$(pg_uri bare_$$)"
	exits 1
	says "not a store (dl-db init makes one)"
	pg_drop bare_$$
	new_store
	check dl-db init
	exits 1
	says "is there already"
	store_sql "UPDATE migration SET number = 9999 WHERE number = 1"
	check dl-db stats
	exits 1
	says "made by a newer dl"
	store_sql "UPDATE migration SET number = 1 WHERE number = 9999"
	store_sql "UPDATE engine SET value = 'x'"
	check dl-db stats
	exits 1
	says "run dl-db migrate"
	dl-db migrate -q
	dl-db stats >/dev/null
	store_sql "UPDATE migration SET checksum = 'x'"
	check dl-db check -q
	exits 4
	has "made with another text"
}

@test "a login without the role, a read-only server: each says so" {
	new_store
	pg_sql postgres "DO \$\$ BEGIN CREATE ROLE dl_stranger LOGIN;
	    EXCEPTION WHEN duplicate_object THEN NULL; END \$\$"
	check dl-db stats -d "${DL_DB/dl@/dl_stranger@}"
	exits 1
	says "GRANT dl_app"
	pg_sql postgres "GRANT dl_app TO dl_stranger"
	check dl-db stats -d "${DL_DB/dl@/dl_stranger@}"
	exits 0
	check dl-db migrate -d "${DL_DB/dl@/dl_stranger@}"
	exits 1
	says "that is the store's owner's to do: dl"
	pg_drop bare_$$
	pg_sql postgres "CREATE DATABASE bare_$$"
	check dl-db init -d "postgresql://dl_stranger@/bare_$$?host=$DL_TEST_PG"
	exits 1
	says "GRANT CREATE ON DATABASE bare_$$"
	pg_sql postgres "DROP DATABASE bare_$$"
	pg_sql postgres "REVOKE dl_app FROM dl_stranger"
	pg_sql postgres "ALTER DATABASE $(pg_of "$DL_DB") SET default_transaction_read_only = on"
	check dl-db tenant add other
	exits 1
	says "read-only"
	check dl-db stats
	exits 0
}

@test "what a URI says that cannot be is an error, not a matter of time" {
	local parameter
	for parameter in sslmode=perhaps port=abc service=unheard; do
		check dl-db stats -d "postgresql://dl@/x?host=$PWD&$parameter"
		exits 1
	done
}

@test "rights that are missing are given again by dl-db migrate" {
	new_store
	store_sql "DROP OWNED BY dl_app"
	check dl-db stats
	exits 1
	says "permission denied"
	check dl-db migrate -q
	exits 0
	dl-db stats >/dev/null
	echo '{"id":"1"}' | dl-import leads -q -
	store_sql "ALTER TABLE lead NO FORCE ROW LEVEL SECURITY"
	store_sql "DROP POLICY dl_tenant ON event"
	check dl-db migrate -q
	exits 0
	check dl-db check -q
	exits 0
	[ "$(dl-db stats | jq '.tenants[0].leads')" -eq 1 ]
}

@test "a store that several make at once is made once" {
	local i pids=()
	pg_drop crowd_$$
	pg_database crowd_$$
	for i in 1 2 3 4 5 6; do
		dl-db init -q -d "$(pg_uri crowd_$$)" >/dev/null 2>"err.$i" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || true
	done
	# Whoever was not the first said so, if anything.
	if cat err.* | grep -v "is there already"; then
		tell "something else"
	fi
	check dl-db check -q -d "$(pg_uri crowd_$$)"
	exits 0
	pg_drop crowd_$$
}

@test "a server without room: one message, nothing half done, and it heals" {
	world 50
	new_store
	store_sql "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
	    'BEGIN RAISE disk_full USING MESSAGE = ''could not extend file''; END'"
	store_sql "CREATE TRIGGER no_room BEFORE INSERT ON event FOR EACH ROW
	    EXECUTE FUNCTION no_room()"
	check job
	exits 1
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	says "the server's disk is full" "dl-import: "
	[ "$(dl-db stats | jq -c '.tenants[0] | [.leads, .events]')" = '[50,0]' ]
	store_sql "DROP TRIGGER no_room ON event"
	job
	dl-db dump >got
	DL_TEST_ENGINE=sqlite new_store whole
	job
	dl-db dump >want
	same want got
}

@test "what only reads works on a server that may only be read" {
	local verb
	world 20
	new_store
	job
	for verb in "lead show L0000003" "lead search 株式会社" \
	    "score explain L0000003" "score history L0000003" "db dump"; do
		# shellcheck disable=SC2086
		dl-$verb
	done >want
	pg_sql postgres "ALTER DATABASE $(pg_of "$DL_DB") SET default_transaction_read_only = on"
	for verb in "lead show L0000003" "lead search 株式会社" \
	    "score explain L0000003" "score history L0000003" "db dump"; do
		# shellcheck disable=SC2086
		dl-$verb
	done >got
	same want got
}

@test "a table whose rows are not kept apart is a finding" {
	new_store
	store_sql "ALTER TABLE lead NO FORCE ROW LEVEL SECURITY"
	store_sql "DROP POLICY dl_tenant ON event"
	check dl-db check -q
	exits 4
	has "table lead: row-level security is not forced" \
	    "table event: policy dl_tenant is missing"
}

@test "with the wrong tenant in every filter no row of another shows" {
	local canary=カナリア7f3a9c
	new_store
	dl-db tenant add -q other >/dev/null
	printf '{"id":"%s","name":"%s","attrs":{"%s":"%s"}}' $canary $canary \
	    $canary $canary | dl-import leads -q -t main
	printf '{"lead":"%s","type":"%s","time":"2026-01-01"}' $canary $canary |
	    dl-import events -q -t main
	printf '{"rules":[{"name":"%s","type":"attribute","when":"name exists","points":85}]}' \
	    $canary | dl-score define -q -t main $canary - >/dev/null
	dl-score apply -q -t main >/dev/null
	# Asked by its own tenant it is there.
	wrong-tenant "$DL_DB" 1 1 2>/dev/null | grep -q $canary
	check wrong-tenant "$DL_DB" 2 1
	exits 0
	lacks $canary
	[ "${stderr%% *}" -ge 60 ]
	check wrong-tenant "$DL_DB" 0 1
	lacks $canary
	# And without any filter, in SQL by hand.
	check env PGOPTIONS='-c search_path=dl' "$(pg_bin)/psql" -q \
	    -h "$DL_TEST_PG" -U dl -d "$(pg_of "$DL_DB")" -At -c \
	    'SELECT count(*) FROM lead' -c "SET dl.tenant = '2'" \
	    -c 'SELECT count(*) FROM lead' -c "SET dl.tenant = '1'" \
	    -c 'SELECT count(*) FROM lead' -c "SET ROLE dl_app" \
	    -c "SET dl.tenant = '2'" -c 'DELETE FROM lead' \
	    -c "SET dl.tenant = '1'" -c 'SELECT count(*) FROM lead'
	exits 0
	prints $'0\n0\n1\n1'
}

@test "both engines give the same bytes" {
	local uri=$DL_DB verb
	world 300
	new_store
	uri=$DL_DB
	job
	export DL_DB=$PWD/file.db
	dl-db init -q --tenant main
	job
	for verb in "dl-db dump" "dl-db audit" "dl-db tenant show" \
	    "dl-db person L0000003" "dl-lead search 株式会社" \
	    "dl-lead show L0000005" "dl-score show reference" \
	    "dl-score explain L0000007" "dl-score explain --all" \
	    "dl-score history L0000007" "dl-score list" \
	    "dl-segment list" "dl-segment members 大" \
	    "dl-segment explain 点 L0000007"; do
		$verb >one 2>&1
		$verb -d "$uri" >two 2>&1
		same one two
	done
	sed 's/"company":"/&新/' leads.ndjson >changed.ndjson
	dl-import leads --changes changed.ndjson >one 2>&1
	dl-import leads --changes changed.ndjson -d "$uri" >two 2>&1
	same one two
	dl-score apply --now 2026-02-15T00:00:00Z >one 2>&1
	dl-score apply --now 2026-02-15T00:00:00Z -d "$uri" >two 2>&1
	same one two
	dl-segment --now 2026-02-15T00:00:00Z >one 2>&1
	dl-segment --now 2026-02-15T00:00:00Z -d "$uri" >two 2>&1
	same one two
	[ -s one ]
	dl-db dump >one
	dl-db dump -d "$uri" >two
	same one two
}

@test "the server is killed at work: told with 75, and a rerun heals" {
	local round pid code begun took pause killed=0 rounds=${DL_TEST_ROUNDS:-3}
	server
	world 200
	DL_TEST_ENGINE=sqlite new_store whole
	job
	dl-db dump >want
	# How long it takes here when nobody disturbs it: the kills are spread
	# over that time.
	pg_database round0
	DL_DB=$(pg_uri round0)
	export DL_DB
	dl-db init -q --tenant main >/dev/null
	begun=${EPOCHREALTIME/./}
	job
	took=$((${EPOCHREALTIME/./} - begun))
	for ((round = 1; round <= rounds; round++)); do
		pg_drop "round$round"
		pg_database "round$round"
		DL_DB=$(pg_uri "round$round")
		export DL_DB
		dl-db init -q --tenant main >/dev/null
		job >job.out 2>job.err &
		pid=$!
		pause=$((took * round / (rounds + 2)))
		sleep "$(printf '%d.%06d' $((pause / 1000000)) \
		    $((pause % 1000000)))"
		pg_kill "$own"
		code=0
		wait "$pid" || code=$?
		case $code in
		0) ;;
		75) killed=$((killed + 1)) ;;
		*)
			cat job.err >&2
			echo "round $round: status $code" >&2
			return 1
			;;
		esac
		pg_again "$own"
		job
		dl-db check -q >check.out || {
			cat check.out >&2
			return 1
		}
		dl-db dump >got
		same want got
	done
	[ "$killed" -gt 0 ] || tell "the server was never killed in time"
}

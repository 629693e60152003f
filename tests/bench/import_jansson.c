/* SPDX-License-Identifier: ISC */
/*
 * import_jansson: the C program one would write first: read a line, let
 * jansson parse it, bind, step. The table has the keys and the index that ours
 * has; lead and type stay the texts they are, so nothing has to be looked up.
 *
 *	import_jansson FILE.db <events.ndjson
 */
#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

#define BATCH 20000

static void
die(sqlite3 *db, const char *what)
{
	fprintf(stderr, "import_jansson: %s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

static void
bind(sqlite3_stmt *s, int at, const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	sqlite3_bind_text(s, at, json_string_value(v),
	    (int)json_string_length(v), SQLITE_STATIC);
}

int
main(int argc, char **argv)
{
	sqlite3 *db;
	sqlite3_stmt *add;
	char *line = NULL, *attrs;
	size_t cap = 0;
	ssize_t n;
	uint64_t count = 0;

	if (argc != 2 || sqlite3_open(argv[1], &db) != SQLITE_OK)
		return 2;
	if (sqlite3_exec(db,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
		"PRAGMA cache_size = -16000;"
		"CREATE TABLE IF NOT EXISTS event (tenant_id bigint NOT NULL,"
		" event_id text NOT NULL, lead text NOT NULL,"
		" type text NOT NULL, at bigint NOT NULL, attrs text,"
		" PRIMARY KEY (tenant_id, event_id)) WITHOUT ROWID;"
		"CREATE INDEX IF NOT EXISTS event_by_lead"
		" ON event (tenant_id, lead, type, at);"
		"BEGIN",
		NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db,
		"INSERT OR IGNORE INTO event VALUES (1, ?, ?, ?, ?, ?)", -1,
		&add, NULL) != SQLITE_OK)
		die(db, argv[1]);
	while ((n = getline(&line, &cap, stdin)) > 0) {
		json_error_t e;
		json_t *o = json_loadb(line, (size_t)n, 0, &e), *a;
		int64_t at;

		if (!o || !time_parse(str_of(json_string_value(
					  json_object_get(o, "time"))),
			      zone_utc(), &at)) {
			fprintf(stderr, "import_jansson: bad line\n");
			return 1;
		}
		a = json_object_get(o, "attrs");
		attrs = a ? json_dumps(a, JSON_COMPACT) : NULL;
		bind(add, 1, o, "id");
		bind(add, 2, o, "lead");
		bind(add, 3, o, "type");
		sqlite3_bind_int64(add, 4, at);
		sqlite3_bind_text(add, 5, attrs, -1, SQLITE_STATIC);
		if (sqlite3_step(add) != SQLITE_DONE)
			die(db, "insert");
		sqlite3_reset(add);
		free(attrs);
		json_decref(o);
		if (++count % BATCH == 0 && sqlite3_exec(db, "COMMIT; BEGIN",
						NULL, NULL, NULL) != SQLITE_OK)
			die(db, "commit");
	}
	free(line);
	sqlite3_finalize(add);
	if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		die(db, "commit");
	sqlite3_close(db);
	return 0;
}

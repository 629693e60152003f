/* SPDX-License-Identifier: ISC */
/*
 * What stands in a PostgreSQL database besides the tables of the migrations:
 * the schema dl, the role the programs work as, the functions statements
 * call, the tables they fold text by, and the rights.
 */
#include "store/postgres_priv.h"

extern const char postgres_functions[], postgres_rights[];

/* ---- engine words of migrations ------------------------------------------ */

static bool
word_ends(char c)
{
	return c == ' ' || c == ',' || c == '\n' || c == ')' || c == '\0';
}

/* Text is ordered and compared by bytes, whatever the database's collation. */
void
postgres_schema_text(struct buf *out, struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		buf_addc(out, text.p[i]);
		if (i >= 4 && memcmp(text.p + i - 4, " text", 5) == 0 &&
		    word_ends(i + 1 < text.n ? text.p[i + 1] : '\0'))
			buf_addstr(out, " COLLATE \"C\"");
	}
}

void
postgres_schema_word(struct buf *out, struct str word)
{
	if (str_is(word, "BLOB"))
		buf_addstr(out, "bytea");
	else if (!str_is(word, "CLUSTERED"))
		BUG("unknown engine word: %.*s", STR_ARG(word));
}

/* ---- the tables of folding ----------------------------------------------- */

static const struct bulk_column part_columns[] = {{"ch", 't'}, {"parts", 't'}};
static const struct bulk_spec part_spec = {"fold_part", part_columns, 2};
static const struct bulk_column class_columns[] = {{"ch", 't'}, {"class", 'i'}};
static const struct bulk_spec class_spec = {"fold_class", class_columns, 2};
static const struct bulk_column pair_columns[] = {
    {"a", 't'}, {"b", 't'}, {"whole", 't'}};
static const struct bulk_spec pair_spec = {"fold_pair", pair_columns, 3};

static void
bulk_character(struct bulk *b, uint32_t code)
{
	char bytes[4];

	bulk_text(b, (struct str){bytes, utf8_encode(code, bytes)});
}

static void
add_part(struct bulk *b, uint32_t code)
{
	uint32_t parts[FOLD_PARTS];
	char bytes[FOLD_PARTS * 4];
	size_t count, i, n = 0;

	if (!fold_parts(code, parts, &count))
		return;
	for (i = 0; i < count; i++)
		n += utf8_encode(parts[i], bytes + n);
	bulk_character(b, code);
	bulk_text(b, (struct str){bytes, n});
	bulk_end_row(b);
}

static void
add_class(struct bulk *b, uint32_t code)
{
	unsigned class = fold_class(code);

	if (class == 0)
		return;
	bulk_character(b, code);
	bulk_int(b, class);
	bulk_end_row(b);
}

static void
add_pair(struct bulk *b, uint32_t code)
{
	uint32_t left, right;

	if (!fold_pair(code, &left, &right))
		return;
	bulk_character(b, left);
	bulk_character(b, right);
	bulk_character(b, code);
	bulk_end_row(b);
}

static int
fill_fold(struct store *st, const struct bulk_spec *spec,
    void (*add)(struct bulk *b, uint32_t code), struct err *err)
{
	struct bulk *b = bulk_new(spec);
	char text[64];
	uint32_t code;
	int result;

	for (code = 2; code <= 0x10ffff; code++)
		if (code < 0xd800 || code > 0xdfff)
			add(b, code);
	snprintf(text, sizeof(text), "COPY %s FROM STDIN (FORMAT binary)",
	    spec->name);
	result = postgres_copy(st, text, b, err);
	bulk_free(b);
	return result;
}

/* ---- the functions ------------------------------------------------------- */

/* Of the functions' text and the Unicode they fold by. */
static void
functions_sum(char ret[65])
{
	struct buf b = {0};

	buf_addstr(&b, postgres_functions);
	buf_addstr(&b, fold_version());
	sha256_hex(b.p, b.len, ret);
	buf_release(&b);
}

static int
make_functions(struct store *st, struct err *err)
{
	char sum[65], text[256];

	functions_sum(sum);
	snprintf(text, sizeof(text),
	    "INSERT INTO engine (name, value) VALUES ('functions', '%s') "
	    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	    sum);
	if (postgres_execute(st, postgres_functions, err) < 0 ||
	    fill_fold(st, &part_spec, add_part, err) < 0 ||
	    fill_fold(st, &class_spec, add_class, err) < 0 ||
	    fill_fold(st, &pair_spec, add_pair, err) < 0 ||
	    postgres_execute(st, text, err) < 0 ||
	    postgres_execute(
		st, "ANALYZE fold_part, fold_class, fold_pair", err) < 0)
		return err_prefix(err, "functions");
	return 0;
}

/* What rights.sql sets: a role that was made anew has none, and an
 * administrator may have taken some away. */
static const char rights_missing[] =
    "SELECT 1 WHERE NOT pg_catalog.has_schema_privilege('" APPLICATION_ROLE
    "', 'dl', 'USAGE') OR NOT pg_catalog.has_database_privilege("
    "'" APPLICATION_ROLE "', current_database(), 'TEMPORARY') "
    "OR EXISTS (SELECT 1 FROM pg_catalog.pg_class AS c "
    "LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid "
    "AND a.attname = 'tenant_id', (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) "
    "AS w (word) WHERE c.relnamespace = 'dl'::regnamespace "
    "AND c.relkind IN ('r', 'p') AND (NOT pg_catalog.has_table_privilege("
    "'" APPLICATION_ROLE "', c.oid, 'SELECT') OR a.attname IS NOT NULL "
    "AND (NOT (pg_catalog.has_table_privilege('" APPLICATION_ROLE
    "', c.oid, w.word) AND c.relrowsecurity AND c.relforcerowsecurity) "
    "OR NOT EXISTS (SELECT 1 FROM pg_catalog.pg_policy AS p "
    "WHERE p.polrelid = c.oid AND p.polname = 'dl_tenant'))))";

static int
functions_match(struct store *st, bool *ret, struct err *err)
{
	PGresult *result;
	char sum[65];

	if (postgres_result(st,
		"SELECT value FROM engine WHERE name = 'functions'", &result,
		err) < 0)
		return -1;
	functions_sum(sum);
	*ret = libpq.PQntuples(result) == 1 &&
	       strcmp(libpq.PQgetvalue(result, 0, 0), sum) == 0;
	libpq.PQclear(result);
	return 0;
}

int
postgres_functions_check(struct store *st, struct err *err)
{
	bool match, missing = false;

	if (functions_match(st, &match, err) < 0 ||
	    (st->mode == STORE_UPGRADE &&
		postgres_there(st, rights_missing, &missing, err) < 0))
		return -1;
	if (match && !missing)
		return 0;
	if (st->mode != STORE_UPGRADE)
		return err_set(err, ERR_FAIL,
		    "%s: its functions are those of another dl: run dl-db "
		    "migrate",
		    st->path);
	if (store_begin(st, STORE_CHANGE, "migrate", err) < 0)
		return -1;
	if (postgres_migrated(st, migrations_latest(), err) < 0 ||
	    store_commit(st, true, err) < 0) {
		store_rollback(st);
		return -1;
	}
	return 0;
}

/* ---- migrating ----------------------------------------------------------- */

int
postgres_version(struct store *st, int *ret, struct err *err)
{
	PGresult *result;
	int64_t version = 0;

	if (postgres_result(st,
		"SELECT CASE WHEN to_regclass('dl.migration') IS NULL THEN 0 "
		"ELSE 1 END",
		&result, err) < 0)
		return -1;
	*ret = *libpq.PQgetvalue(result, 0, 0) - '0';
	libpq.PQclear(result);
	if (*ret == 0)
		return 0;
	if (postgres_result(st,
		"SELECT coalesce(max(number), 0) FROM migration", &result,
		err) < 0)
		return -1;
	number_int(str_of(libpq.PQgetvalue(result, 0, 0)), &version);
	libpq.PQclear(result);
	*ret = (int)version;
	return 0;
}

int
postgres_migrated(struct store *st, int version, struct err *err)
{
	(void)version;
	if (make_functions(st, err) < 0 ||
	    postgres_execute(st, postgres_rights, err) < 0)
		return -1;
	return 0;
}

int
postgres_settled(struct store *st, struct err *err)
{
	(void)st;
	(void)err;
	return 0;
}

/* ---- making a store ------------------------------------------------------ */

static const char role_there[] = "SELECT 1 FROM pg_catalog.pg_roles "
				 "WHERE rolname = '" APPLICATION_ROLE "'";

/* Roles are the whole server's: another store may be made at this moment. */
static int
need_role(struct store *st, struct err *err)
{
	struct err why = {0};
	bool there;

	if (postgres_there(st, role_there, &there, err) < 0)
		return -1;
	if (!there &&
	    postgres_execute(
		st, "CREATE ROLE " APPLICATION_ROLE " NOLOGIN", &why) < 0 &&
	    postgres_there(st, role_there, &there, err) < 0)
		return -1;
	if (!there && why.kind != ERR_NONE)
		return err_set(err, ERR_FAIL,
		    "%s: the programs work as the role " APPLICATION_ROLE
		    ", which is missing and cannot be made by this login: "
		    "CREATE ROLE " APPLICATION_ROLE
		    " NOLOGIN; GRANT " APPLICATION_ROLE " TO this login",
		    st->path);
	/* Trying says more than asking: since version 16 the maker of a role
	 * is a member of it and may not work as it. */
	if (postgres_execute(
		st, "SET ROLE " APPLICATION_ROLE "; RESET ROLE", NULL) == 0 ||
	    postgres_execute(
		st, "GRANT " APPLICATION_ROLE " TO CURRENT_USER", NULL) == 0)
		return 0;
	return err_set(err, ERR_FAIL,
	    "%s: this login may not work as the role " APPLICATION_ROLE
	    ": GRANT " APPLICATION_ROLE " TO it",
	    st->path);
}

/* Migrations are the owner's, or of who has been given the owner's role. */
static int
need_owner(struct store *st, struct err *err)
{
	PGresult *result;
	int code = 0;

	if (postgres_result(st,
		"SELECT CASE WHEN pg_catalog.pg_has_role(n.nspowner, 'USAGE') "
		"THEN 'y' ELSE 'n' END, pg_catalog.pg_get_userbyid(n.nspowner) "
		"FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'dl'",
		&result, err) < 0)
		return -1;
	if (libpq.PQntuples(result) == 1 &&
	    *libpq.PQgetvalue(result, 0, 0) == 'n')
		code = err_set(err, ERR_FAIL,
		    "%s: that is the store's owner's to do: %s", st->path,
		    libpq.PQgetvalue(result, 0, 1));
	libpq.PQclear(result);
	return code;
}

static int
make_schema(struct store *st, struct err *err)
{
	PGresult *result =
	    libpq.PQexec(st->pg->conn, "CREATE SCHEMA IF NOT EXISTS dl");

	if (postgres_is(result, "42501")) {
		libpq.PQclear(result);
		return err_set(err, ERR_FAIL,
		    "%s: this login may not make the schema dl: GRANT CREATE "
		    "ON DATABASE %s TO it",
		    st->path, libpq.PQdb(st->pg->conn));
	}
	/* Made by another init at this moment. */
	if (postgres_is(result, "23505")) {
		libpq.PQclear(result);
		return 0;
	}
	if (libpq.PQresultStatus(result) != PGRES_COMMAND_OK)
		return postgres_fail(st, result, err, NULL);
	libpq.PQclear(result);
	return 0;
}

int
postgres_prepare_create(struct store *st, struct err *err)
{
	if (st->mode == STORE_UPGRADE)
		return need_owner(st, err) < 0 || need_role(st, err) < 0 ? -1
									 : 0;
	return need_role(st, err) < 0 ? -1 : make_schema(st, err);
}

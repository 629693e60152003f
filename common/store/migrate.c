/* SPDX-License-Identifier: ISC */
/*
 * Migrations: numbered texts, applied in order in one transaction, each
 * recorded with the checksum of its text. A new store runs the same ones.
 */
#include "store/store.sql.h"
#include "store/store_priv.h"

int
migrations_latest(void)
{
	int latest = 0;

	while (migrations[latest].number != 0)
		latest++;
	return latest;
}

/* ---- engine words -------------------------------------------------------- */

/* Words that begin a part for one engine, or end it, are looked at here. */
static bool
is_part(const struct engine *engine, struct str word, bool *skip)
{
	if (str_is(word, "SQLITE"))
		*skip = engine != &sqlite_engine;
	else if (str_is(word, "POSTGRESQL"))
		*skip = engine != &postgres_engine;
	else if (str_is(word, "END"))
		*skip = false;
	else
		return false;
	return true;
}

static void
engine_text(struct buf *out, const struct engine *engine, const char *text)
{
	const char *open, *close;
	struct str word;
	bool skip = false;

	while ((open = strstr(text, "{{")) != NULL) {
		if (!skip)
			engine->schema_text(
			    out, (struct str){text, (size_t)(open - text)});
		close = strstr(open, "}}");
		if (!close)
			BUG("engine word without an end: %s", open);
		word = (struct str){open + 2, (size_t)(close - open) - 2};
		if (!is_part(engine, word, &skip) && !skip)
			engine->schema_word(out, word);
		text = close + 2;
	}
	engine->schema_text(out, str_of(text));
}

/* ---- applying ------------------------------------------------------------ */

static void
checksum(const struct migration *m, char ret[65])
{
	sha256_hex(m->text, strlen(m->text), ret);
}

static int
apply(struct store *st, const struct migration *m, struct err *err)
{
	struct buf text = {0};
	char sum[65];
	int code;

	engine_text(&text, st->engine, m->text);
	code = st->engine->execute(st, text.p, err);
	buf_release(&text);
	checksum(m, sum);
	if (code == 0)
		code = store_run(st, &sql_migration_record,
		    BINDS(BIND_INT(m->number), BIND_TEXT(str_of(m->name)),
			BIND_TEXT(str_of(sum))),
		    NULL, err);
	if (code < 0)
		return err_prefix(err, "migration %d (%s)", m->number, m->name);
	return 0;
}

static int
apply_all(struct store *st, int from, struct err *err)
{
	int version, i;

	/* Another program may have done it while we waited for our turn. */
	if (st->engine->version(st, &version, err) < 0)
		return -1;
	if (version > from)
		from = version;
	if (migrations[from].number == 0)
		return 0;
	for (i = from; migrations[i].number != 0; i++)
		if (apply(st, &migrations[i], err) < 0)
			return -1;
	return st->engine->migrated(st, i, err);
}

static void
collect(void *context, struct place where, const char *text)
{
	struct buf *out = context;

	(void)where;
	buf_addf(out, "%s%s", out->len ? "; " : "", text);
}

/* Never build upon a schema that is not the one it says it is. */
static int
verify_before(struct store *st, struct err *err)
{
	struct buf text = {0};
	struct remarks findings = {.put = collect, .context = &text};
	int code = migrations_verify(st, &findings, err);

	if (code == 0 && findings.count > 0)
		code = err_set(err, ERR_FAIL, "%s: %s", st->path, text.p);
	buf_release(&text);
	return code;
}

int
migrate(struct store *st, int from, struct err *err)
{
	if (store_begin(st, STORE_CHANGE, "migrate", err) < 0)
		return -1;
	if ((from > 0 && verify_before(st, err) < 0) ||
	    apply_all(st, from, err) < 0 || store_commit(st, true, err) < 0) {
		store_rollback(st);
		return -1;
	}
	return st->engine->settled(st, err);
}

int
migrations_check(struct store *st, int version, struct err *err)
{
	int latest = migrations_latest();

	if (version > latest)
		return err_set(err, ERR_FAIL,
		    "%s: made by a newer dl (schema %d, this program knows "
		    "%d)",
		    st->path, version, latest);
	if (version == latest && st->mode != STORE_UPGRADE)
		return 0;
	if (st->mode != STORE_UPGRADE)
		return err_set(err, ERR_FAIL,
		    "%s: made by an older dl (schema %d, this program needs "
		    "%d): run dl-db migrate",
		    st->path, version, latest);
	return migrate(st, version, err);
}

/* ---- verifying ----------------------------------------------------------- */

int
migrations_verify(struct store *st, struct remarks *findings, struct err *err)
{
	struct place where = {.file = st->path};
	struct rows *r;
	char sum[65];
	int code, next = 1;

	if (store_query(st, &sql_migration_list, NO_BINDS, &r, err) < 0)
		return -1;
	while ((code = rows_next(r, err)) == 1) {
		if (rows_int(r, 0) != next || next > migrations_latest()) {
			remark(findings, where,
			    "migration %lld is recorded where %d belongs",
			    (long long)rows_int(r, 0), next);
			break;
		}
		checksum(&migrations[next - 1], sum);
		if (!str_is(rows_text(r, 2), sum))
			remark(findings, where,
			    "migration %d (%s) was made with another text",
			    next, migrations[next - 1].name);
		next++;
	}
	rows_close(r);
	return code < 0 ? -1 : 0;
}

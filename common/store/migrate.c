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

/* Appends what the word stands for; *skip turns on inside another engine's
 * part. */
static void
replace_word(struct buf *out, struct str word, bool *skip)
{
	if (str_is(word, "CLUSTERED"))
		buf_addstr(out, "WITHOUT ROWID");
	else if (str_is(word, "BLOB"))
		buf_addstr(out, "blob");
	else if (str_is(word, "SQLITE") || str_is(word, "END"))
		*skip = false;
	else if (str_is(word, "POSTGRESQL"))
		*skip = true;
	else
		BUG("unknown engine word: %.*s", STR_ARG(word));
}

static void
engine_text(struct buf *out, const char *text)
{
	const char *open, *close;
	bool skip = false;

	while ((open = strstr(text, "{{")) != NULL) {
		if (!skip)
			buf_add(out, text, (size_t)(open - text));
		close = strstr(open, "}}");
		if (!close)
			BUG("engine word without an end: %s", open);
		replace_word(out,
		    (struct str){open + 2, (size_t)(close - open) - 2}, &skip);
		text = close + 2;
	}
	buf_addstr(out, text);
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

	engine_text(&text, m->text);
	code = store_execute(st, text.p, err);
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
	char header[128];
	int64_t version;
	int i;

	/* Another program may have done it while we waited for our turn. */
	if (store_pragma(st, "PRAGMA user_version", &version, err) < 0)
		return -1;
	if (version > from)
		from = (int)version;
	if (migrations[from].number == 0)
		return 0;
	for (i = from; migrations[i].number != 0; i++)
		if (apply(st, &migrations[i], err) < 0)
			return -1;
	snprintf(header, sizeof(header),
	    "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION_ID,
	    i);
	return store_execute(st, header, err);
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
	/* The seeded statistics are read when a connection first looks at the
	 * schema, which this one has done before they were there. */
	return store_execute(st, "ANALYZE sqlite_schema", err);
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

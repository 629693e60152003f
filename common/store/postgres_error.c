/* SPDX-License-Identifier: ISC */
/*
 * What the server says, in the store's own words. Its SQLSTATE decides whether
 * trying again later may help.
 */
#include "store/postgres_priv.h"

static const struct {
	const char *state; /* or the two letters of its class */
	enum err_kind kind;
	const char *text; /* NULL: the server's */
} states[] = {
    {"40001", ERR_BUSY, "the store is busy (serialization failure)"},
    {"40P01", ERR_BUSY, "the store is busy (deadlock)"},
    {"55P03", ERR_BUSY, "the store is busy"},
    {"57014", ERR_BUSY, "a statement took too long and was cancelled"},
    {"57P01", ERR_BUSY, "the server is being shut down"},
    {"57P02", ERR_BUSY, "the server crashed"},
    {"57P03", ERR_BUSY, "the server is starting up or shutting down"},
    {"53300", ERR_BUSY, "the server has no connection left"},
    {"08", ERR_BUSY, "the connection to the server was lost"},
    {"53100", ERR_FAIL, "the server's disk is full"},
    {"53200", ERR_FAIL, "the server is out of memory"},
    {"25006", ERR_FAIL,
	"the server is read-only (a standby, or "
	"default_transaction_read_only)"},
    {"3D000", ERR_FAIL, "no such database (createdb makes one)"},
    {"22021", ERR_FAIL, "text that is not UTF-8"},
    {"XX001", ERR_FAIL, "the server's data is damaged"},
    {"XX002", ERR_FAIL, "an index of the server is damaged"},
};

static const char *
field(const PGresult *result, int which)
{
	const char *s = result ? libpq.PQresultErrorField(result, which) : NULL;

	return s ? s : "";
}

bool
postgres_is(const PGresult *result, const char *sqlstate)
{
	return strncmp(field(result, PG_DIAG_SQLSTATE), sqlstate,
		   strlen(sqlstate)) == 0;
}

bool
postgres_lost(const struct store *st)
{
	return !st->pg->conn || libpq.PQstatus(st->pg->conn) != CONNECTION_OK;
}

bool
postgres_passing(const PGresult *result)
{
	return postgres_is(result, "40001") || postgres_is(result, "40P01");
}

int
postgres_fail_lost(const struct store *st, struct err *err)
{
	return err_set(err, ERR_BUSY,
	    "%s: the connection to the server was lost; what was committed "
	    "stays, a rerun does the rest",
	    st->path);
}

/* libpq ends its messages with a new line, and may write several lines. */
static void
fail_connection(struct store *st, struct err *err)
{
	struct str text = str_of(libpq.PQerrorMessage(st->pg->conn)), line;

	str_cut(&text, '\n', &line);
	if (line.n == 0)
		err_set(err, ERR_BUSY,
		    "%s: the connection to the server was lost", st->path);
	else
		err_set(err, ERR_BUSY, "%s: %.*s", st->path, STR_ARG(line));
}

int
postgres_fail(
    struct store *st, PGresult *result, struct err *err, const char *what)
{
	const char *said = field(result, PG_DIAG_MESSAGE_PRIMARY);
	enum err_kind kind = ERR_FAIL;
	size_t i;

	if (st->open || st->pg->implicit)
		st->pg->aborted = true;
	for (i = 0; i < COUNT_OF(states); i++)
		if (postgres_is(result, states[i].state))
			break;
	if (i < COUNT_OF(states)) {
		kind = states[i].kind;
		said = states[i].text;
	}
	if (!*said && postgres_lost(st))
		fail_connection(st, err);
	else if (i == COUNT_OF(states) && postgres_lost(st))
		err_set(err, ERR_BUSY,
		    "%s: the connection to the server was lost: %s", st->path,
		    said);
	else
		err_set(err, kind, "%s: %s", st->path,
		    *said ? said : "the server gave no reason");
	libpq.PQclear(result);
	return what ? err_prefix(err, "%s", what) : -1;
}

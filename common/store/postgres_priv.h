/* SPDX-License-Identifier: ISC */
/*
 * What the files of the PostgreSQL engine share: the few functions of libpq,
 * found when the first postgresql: URI is opened, and what a connection
 * knows. The only header of the tree that knows libpq-fe.h.
 */
#ifndef DL_POSTGRES_PRIV_H
#define DL_POSTGRES_PRIV_H

#include <libpq-fe.h>

#include "store/store_priv.h"

#define APPLICATION_ROLE "dl_app"
#define OLDEST_SERVER    150000

/* postgres_library.c: the programs run without libpq, so nothing of it is
 * called by name. */
#define LIBPQ_FUNCTIONS(X)      \
	X(PQclear)              \
	X(PQcmdTuples)          \
	X(PQconndefaults)       \
	X(PQconnectdbParams)    \
	X(PQconninfoFree)       \
	X(PQconninfoParse)      \
	X(PQdb)                 \
	X(PQerrorMessage)       \
	X(PQexec)               \
	X(PQexecParams)         \
	X(PQexecPrepared)       \
	X(PQenterPipelineMode)  \
	X(PQexitPipelineMode)   \
	X(PQfinish)             \
	X(PQfreemem)            \
	X(PQftype)              \
	X(PQgetisnull)          \
	X(PQgetlength)          \
	X(PQgetResult)          \
	X(PQgetvalue)           \
	X(PQnfields)            \
	X(PQntuples)            \
	X(PQpipelineSync)       \
	X(PQprepare)            \
	X(PQputCopyData)        \
	X(PQputCopyEnd)         \
	X(PQresultErrorField)   \
	X(PQresultStatus)       \
	X(PQsendQueryParams)    \
	X(PQserverVersion)      \
	X(PQsetNoticeProcessor) \
	X(PQstatus)             \
	X(PQtransactionStatus)

struct libpq {
#define MEMBER(name) __typeof__(&(name)) name;
	LIBPQ_FUNCTIONS(MEMBER)
#undef MEMBER
};
extern struct libpq libpq;
int libpq_load(struct err *err);

struct postgres {
	PGconn *conn;
	char *uri;
	int64_t tenant;        /* what the session's dl.tenant says */
	int64_t tenant_before; /* ... when the transaction began */
	unsigned generation;   /* which connection this is */
	unsigned serial;       /* names of statements and cursors */
	unsigned implicit; /* cursors that hold a transaction of their own */
	int64_t looked;    /* when store_awaited last asked */
	bool was_awaited;
	bool spread; /* over a cluster: other machines learn of a setting only
			inside a transaction, see postgres_tenant_text */
	bool exclusive;
	bool read_only; /* a standby, or default_transaction_read_only */
	bool aborted;   /* the transaction can only be rolled back */
	struct pg_statement *statements[STATEMENT_BUCKETS];
};

/* postgres_error.c. A result that is no success fills err, is cleared, gives
 * -1; a NULL one is the connection's own failure. */
int postgres_fail(
    struct store *st, PGresult *result, struct err *err, const char *what);
/* Whether the result (may be NULL) says so. */
bool postgres_is(const PGresult *result, const char *sqlstate);
bool postgres_lost(const struct store *st);
/* Inside a transaction: it is gone with the connection. */
int postgres_fail_lost(const struct store *st, struct err *err);
/* Worth another try when nothing else depends on it: a deadlock, say. */
bool postgres_passing(const PGresult *result);

/* postgres_open.c */
int postgres_connect(struct store *st, struct err *err);
/* A working connection: outside a transaction a lost one is made anew, once,
 * unless changes that no sync has covered may have been lost with it. */
int postgres_ready(struct store *st, struct err *err);
/* From now on no more than the programs' own rights. */
int postgres_take_role(struct store *st, struct err *err);
void postgres_close(struct store *st);

/* postgres_statement.c: runs constant text that gives no rows, or any text
 * whose last result is wanted. Failures fill err and give -1. */
int postgres_execute(struct store *st, const char *text, struct err *err);
int postgres_result(
    struct store *st, const char *text, PGresult **ret, struct err *err);
/* Whether the question has a row for an answer. */
int postgres_there(
    struct store *st, const char *question, bool *ret, struct err *err);
int postgres_query(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err);
int postgres_query_text(struct store *st, const char *text, const char *types,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err);
int postgres_prepare_all(
    struct store *st, struct remarks *remarks, struct err *err);
void postgres_statements_free(struct store *st);
/* Tells the session whose rows are wanted, unless it knows. */
int postgres_tenant_set(struct store *st, struct err *err);
void postgres_tenant_text(const struct store *st, char *text, size_t size);

/* postgres_params.c */
struct pg_params {
	int count;
	Oid *types;
	const char **values;
	int *lengths, *formats; /* all in binary */
};
/* What is bound, and the bulk tables whose rows go along as arrays. */
struct pg_call {
	const char *name, *types;
	const struct bind *binds;
	size_t count;
	const struct bulk_spec *const *arrays;
	size_t array_count;
};
Oid postgres_type(char letter);
Oid *postgres_param_types(struct arena *a, const char *types,
    const struct bulk_spec *const *arrays, size_t array_count, int *ret_count);
int postgres_params(struct arena *a, struct store *st,
    const struct pg_call *call, struct pg_params *ret, struct err *err);
/* Whether these bulk tables are better sent along than made; and the text of a
 * statement that then reads them, `params` being those it has. */
bool postgres_arrays_fit(
    struct store *st, const struct bulk_spec *const *bulks, size_t count);
void postgres_arrays_text(struct buf *out, struct str text, size_t params,
    const struct bulk_spec *const *bulks, size_t count);

/* postgres_rows.c */
struct pg_rows {
	struct rows rows;
	PGresult *result; /* one batch of a cursor, or all */
	int row, count;
	unsigned columns;
	Oid *types;
	char cursor[16]; /* its name; "" when the result is all there is */
	bool finished;   /* the cursor has no more */
	bool implicit;   /* it holds a transaction of its own */
	struct arena decoded;
};
enum { CURSOR_ROWS = 1000 };
struct pg_rows *postgres_rows_new(
    struct store *st, const char *name, PGresult *result);
int postgres_rows_next(struct rows *r, struct err *err);
bool postgres_rows_null(const struct rows *r, unsigned column);
int64_t postgres_rows_int(const struct rows *r, unsigned column);
double postgres_rows_real(const struct rows *r, unsigned column);
struct str postgres_rows_text(const struct rows *r, unsigned column);
struct str postgres_rows_blob(const struct rows *r, unsigned column);
int64_t postgres_rows_changed(const struct rows *r);
void postgres_rows_close(struct rows *r);

/* postgres_value.c: text as PostgreSQL takes it, which knows no NUL: a NUL
 * becomes the two bytes 1 1 and a 1 becomes 1 2, which keeps the order. Text
 * without either (all there is in practice) is given back as it is. */
struct str postgres_text_out(struct arena *a, struct str s);
struct str postgres_text_in(struct arena *a, struct str s);
void postgres_put16(struct buf *out, unsigned v);
void postgres_put32(struct buf *out, uint32_t v);
void postgres_put64(char *p, uint64_t v);
uint64_t postgres_get64(const char *p);
/* A numeric in binary as its decimal text. */
void postgres_numeric(struct buf *out, const char *p, size_t n);

/* Ends the transaction that open rows, or nobody, asked for: COMMIT, or
 * ROLLBACK where it has failed. */
void postgres_end_implicit(struct store *st);

/* postgres_bulk.c: makes bulk_NAME show what its slot says. */
int postgres_bulk_slot(
    struct store *st, struct bulk_slot *slot, struct err *err);
int postgres_bulk_load(
    struct store *st, struct bulk_slot *slot, struct err *err);
/* Its length and its bytes, as COPY and arrays have them. */
void postgres_put_value(struct buf *out, struct arena *a, const struct bulk *b,
    size_t row, unsigned column);
/* What a transaction's end, or a new connection, means for the tables. */
void postgres_bulk_committed(struct store *st);
void postgres_bulk_rolled_back(struct store *st);
void postgres_bulk_forget(struct store *st);
/* COPY of rows that are in memory already, in binary. */
int postgres_copy(
    struct store *st, const char *text, const struct bulk *b, struct err *err);

/* postgres_transaction.c */
int postgres_begin(struct store *st, enum store_intent intent, const char *who,
    struct err *err);
int postgres_commit(struct store *st, bool durable, struct err *err);
void postgres_rollback(struct store *st);
int postgres_sync(struct store *st, struct err *err);
bool postgres_awaited(struct store *st);
int postgres_exclusive(struct store *st, struct err *err);

/* postgres_schema.c */
void postgres_schema_text(struct buf *out, struct str text);
void postgres_schema_word(struct buf *out, struct str word);
int postgres_version(struct store *st, int *ret, struct err *err);
int postgres_migrated(struct store *st, int version, struct err *err);
int postgres_settled(struct store *st, struct err *err);
/* The role and the schema, before there is anything in it. */
int postgres_prepare_create(struct store *st, struct err *err);
/* ERR_FAIL when the functions there are not those of this program. */
int postgres_functions_check(struct store *st, struct err *err);

/* postgres_care.c */
int postgres_stats(struct store *st, struct store_stats *ret, struct err *err);
int postgres_check(struct store *st, struct remarks *findings,
    struct remarks *advice, struct err *err);
int postgres_describe(struct store *st, struct remarks *ret, struct err *err);

/* postgres_distribute.c */
int postgres_distribute(struct store *st, struct buf *ret, struct err *err);

#endif

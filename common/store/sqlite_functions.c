/* SPDX-License-Identifier: ISC */
/*
 * The functions statements may call on either engine. All are deterministic,
 * touch nothing else, and give NULL for NULL.
 */
#include "json/json.h"
#include "store/store_priv.h"

static struct str
value_text(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);

	return (struct str){p, p ? (size_t)sqlite3_value_bytes(v) : 0};
}

static bool
any_null(int argc, sqlite3_value **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (sqlite3_value_type(argv[i]) == SQLITE_NULL)
			return true;
	return false;
}

/* Hands a buffer's text to SQLite. */
static void
result_buf(sqlite3_context *result, struct buf *b)
{
	sqlite3_result_text64(
	    result, b->p ? b->p : "", b->len, SQLITE_TRANSIENT, SQLITE_UTF8);
	buf_release(b);
}

/* Memory for one call, out of the connection's scratch arena. */
static struct arena *
scratch(sqlite3_context *result)
{
	struct store *st = sqlite3_user_data(result);

	arena_clear(&st->scratch);
	return &st->scratch;
}

static struct str
attribute(sqlite3_context *result, sqlite3_value **argv)
{
	return json_stored_text(
	    value_text(argv[0]), value_text(argv[1]), scratch(result));
}

/* dl_attr_text(attrs, key): an attribute as text, numbers as written. */
static void
attr_text(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	struct str s;

	if (any_null(argc, argv))
		return;
	s = attribute(result, argv);
	if (s.p)
		sqlite3_result_text64(
		    result, s.p, s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* dl_attr_real(attrs, key): an attribute that is a number, or a text that
 * reads as one; else NULL. */
static void
attr_real(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	double v;

	if (!any_null(argc, argv) && number_real(attribute(result, argv), &v))
		sqlite3_result_double(result, v);
}

static void
list_has_by(sqlite3_context *result, sqlite3_value **argv, bool folded)
{
	struct arena *a = scratch(result);
	struct str rest = value_text(argv[0]), want = value_text(argv[1]);
	struct str item;
	int found = 0;

	while (!found && json_stored_next(&rest, a, &item))
		found = str_eq(folded ? text_folded(a, item) : item, want);
	sqlite3_result_int(result, found);
}

static int
zone_of(struct str name, const struct zone **ret)
{
	char *text = str_dup(name);
	int code = zone_find(text, ret, NULL);

	free(text);
	return code;
}

/* dl_attr_time(attrs, key, zone): an attribute that reads as a time; one
 * without an offset is local time in the zone. */
static void
attr_time(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	const struct zone *zone;
	int64_t at;

	if (any_null(argc, argv))
		return;
	if (zone_of(value_text(argv[2]), &zone) < 0)
		sqlite3_result_error(
		    result, "dl_attr_time: unknown time zone", -1);
	else if (time_parse(attribute(result, argv), zone, &at))
		sqlite3_result_int64(result, at);
}

/* dl_text_has(text, part), dl_text_starts(text, part), dl_text_ends(text,
 * part): 1 when the text, folded, has the part there; the part is folded
 * already. dl_list_starts and dl_list_ends: some element does. */
static void
text_part(sqlite3_context *result, int argc, sqlite3_value **argv,
    enum text_part part, bool list)
{
	struct str rest, item, want;
	int found = 0;

	if (any_null(argc, argv))
		return;
	rest = value_text(argv[0]);
	want = value_text(argv[1]);
	if (!list)
		found = text_holds(rest, want, part);
	while (
	    list && !found && json_stored_next(&rest, scratch(result), &item))
		found = text_holds(item, want, part);
	sqlite3_result_int(result, found);
}

static void
text_has(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	text_part(result, argc, argv, TEXT_ANYWHERE, false);
}

static void
text_starts(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	text_part(result, argc, argv, TEXT_START, false);
}

static void
text_ends(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	text_part(result, argc, argv, TEXT_END, false);
}

static void
list_starts(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	text_part(result, argc, argv, TEXT_START, true);
}

static void
list_ends(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	text_part(result, argc, argv, TEXT_END, true);
}

/* dl_list_any(list, values): 1 when two JSON arrays share an element. */
static void
list_any(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	struct arena *a = scratch(result);
	struct str rest, item, wanted, want;
	int found = 0;

	if (any_null(argc, argv))
		return;
	rest = value_text(argv[0]);
	while (!found && json_stored_next(&rest, a, &item)) {
		wanted = value_text(argv[1]);
		while (!found && json_stored_next(&wanted, a, &want))
			found = str_eq(item, want);
	}
	sqlite3_result_int(result, found);
}

/* dl_list_count(list): how many elements. */
static void
list_count(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	struct str rest, item;
	int count = 0;

	if (any_null(argc, argv))
		return;
	rest = value_text(argv[0]);
	while (json_stored_next(&rest, scratch(result), &item))
		count++;
	sqlite3_result_int(result, count);
}

/* dl_list_has(list, value): 1 when the JSON array holds the text. */
static void
list_has(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	if (!any_null(argc, argv))
		list_has_by(result, argv, false);
}

/* dl_list_has_folded(list, value): the same for the folded elements; value is
 * folded already. */
static void
list_has_folded(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	if (!any_null(argc, argv))
		list_has_by(result, argv, true);
}

/* dl_fold(text): NFKC with case folded, as text_fold() does. */
static void
fold(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	struct buf out = {0};

	if (any_null(argc, argv))
		return;
	text_fold(&out, value_text(argv[0]));
	result_buf(result, &out);
}

/* dl_bucket(ms, unit, zone): the start of the hour, day, week, month, quarter
 * or year that holds the moment in the zone. */
static void
bucket(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	static const char *const units[] = {[UNIT_HOUR] = "hour",
	    [UNIT_DAY] = "day",
	    [UNIT_WEEK] = "week",
	    [UNIT_MONTH] = "month",
	    [UNIT_QUARTER] = "quarter",
	    [UNIT_YEAR] = "year"};
	const struct zone *zone;
	struct str unit;
	size_t i;
	int code;

	if (any_null(argc, argv))
		return;
	unit = value_text(argv[1]);
	code = zone_of(value_text(argv[2]), &zone);
	for (i = 0; i < COUNT_OF(units); i++)
		if (str_is(unit, units[i]))
			break;
	if (code < 0 || i == COUNT_OF(units))
		sqlite3_result_error(
		    result, "dl_bucket: unknown unit or time zone", -1);
	else
		sqlite3_result_int64(
		    result, time_bucket(sqlite3_value_int64(argv[0]),
				(enum time_unit)i, zone));
}

/* dl_anniversary(ms, low, zone): when the day comes round for the first time
 * at or after low, a year or more later. */
static void
anniversary(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	const struct zone *zone;
	int64_t at;

	if (any_null(argc, argv))
		return;
	if (zone_of(value_text(argv[2]), &zone) < 0) {
		sqlite3_result_error(
		    result, "dl_anniversary: unknown time zone", -1);
		return;
	}
	at = time_anniversary(
	    sqlite3_value_int64(argv[0]), sqlite3_value_int64(argv[1]), zone);
	if (at != INT64_MAX)
		sqlite3_result_int64(result, at);
}

/* dl_lot(salt, name): a lot drawn for a name, of 2^32. */
static void
lot(sqlite3_context *result, int argc, sqlite3_value **argv)
{
	if (!any_null(argc, argv))
		sqlite3_result_int64(
		    result, hash_lot(value_text(argv[0]), value_text(argv[1])));
}

static const struct {
	const char *name;
	int arguments;
	void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"dl_attr_text", 2, attr_text},
    {"dl_attr_real", 2, attr_real},
    {"dl_attr_time", 3, attr_time},
    {"dl_text_has", 2, text_has},
    {"dl_text_starts", 2, text_starts},
    {"dl_text_ends", 2, text_ends},
    {"dl_list_any", 2, list_any},
    {"dl_list_count", 1, list_count},
    {"dl_list_starts", 2, list_starts},
    {"dl_list_ends", 2, list_ends},
    {"dl_list_has", 2, list_has},
    {"dl_list_has_folded", 2, list_has_folded},
    {"dl_fold", 1, fold},
    {"dl_bucket", 3, bucket},
    {"dl_anniversary", 3, anniversary},
    {"dl_lot", 2, lot},
};

int
functions_register(struct store *st, struct err *err)
{
	size_t i;

	for (i = 0; i < COUNT_OF(functions); i++)
		if (sqlite3_create_function_v2(st->db, functions[i].name,
			functions[i].arguments,
			SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
			st, functions[i].call, NULL, NULL, NULL) != SQLITE_OK)
			return sqlite_fail(st, err, functions[i].name);
	return 0;
}

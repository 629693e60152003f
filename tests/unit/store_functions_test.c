/* SPDX-License-Identifier: ISC */
/*
 * The functions statements may call give on every engine what the programs'
 * own code gives: random texts of awkward characters, JSON with every escape,
 * numbers at the edges, times around changes of the clock.
 *	store_functions_test [SEED [TIMES]]
 */
#include "json/json.h"
#include "store/store.h"
#include "unit.h"

static struct store *st;
static uint64_t state;
static int told;

static uint64_t
below(uint64_t n)
{
	state = state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (state >> 33) % n;
}

#define PICK(list) (list)[below(COUNT_OF(list))]

/* The one value as text: "NULL" for NULL. */
static void
ask(const char *text, const char *types, const struct bind *binds, size_t count,
    struct buf *ret)
{
	struct err err = {0};
	struct rows *r = NULL;

	buf_clear(ret);
	if (store_query_text(st, text, types, binds, count, &r, &err) < 0 ||
	    rows_next(r, &err) != 1)
		buf_addf(ret, "failed: %s", err.text);
	else if (rows_null(r, 0))
		buf_addstr(ret, "NULL");
	else
		buf_adds(ret, rows_text(r, 0));
	rows_close(r);
}

static void
show(const char *what, struct str s)
{
	printf("  %s:", what);
	for (size_t i = 0; i < s.n; i++)
		printf((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f &&
			       !(s.p[i] & 0x80)
			   ? "%c"
			   : "\\x%02x",
		    (unsigned char)s.p[i]);
	printf("\n");
}

static void
same(const char *what, struct str input, struct str got, struct str want)
{
	if (str_eq(got, want)) {
		unit_passed++;
		return;
	}
	unit_failed++;
	if (++told > 20)
		return;
	printf("%s\n", what);
	show("of", input);
	show("is", got);
	show("not", want);
}

/* ---- texts --------------------------------------------------------------- */

static void
add_code(struct buf *b, uint32_t code)
{
	char bytes[4];

	buf_add(b, bytes, utf8_encode(code, bytes));
}

/* Where folding has something to do: marks of many classes, Korean, wide and
 * narrow forms, letters that become several, what is invisible. */
static void
add_awkward(struct buf *b)
{
	static const struct {
		uint32_t first, count;
	} blocks[] = {{0x20, 95}, {0, 32}, {0xa0, 0x250}, {0x300, 0x70},
	    {0x370, 0x200}, {0x590, 0x40}, {0x610, 0x60}, {0x900, 0x200},
	    {0xe30, 0x30}, {0xf70, 0x20}, {0x1100, 0x100}, {0x11a0, 0x40},
	    {0x1e00, 0x200}, {0x2000, 0x70}, {0x20d0, 0x20}, {0x2100, 0x90},
	    {0x2460, 0x40}, {0x3000, 0x100}, {0x3200, 0x200}, {0x4e00, 0x100},
	    {0xac00, 0x100}, {0xd700, 0xa3}, {0xf900, 0x200}, {0xfb00, 0x60},
	    {0xfe00, 0x30}, {0xff00, 0xf0}, {0x10400, 0x50}, {0x11080, 0x50},
	    {0x11300, 0x80}, {0x11f00, 0x60}, {0x16d40, 0x40}, {0x1d15e, 0x70},
	    {0x1d400, 0x200}, {0x1e900, 0x50}, {0x1f100, 0x80}, {0x1f600, 0x40},
	    {0x2f800, 0x100}, {0xe0000, 0x80}, {0x10fff0, 16}};
	size_t i = below(COUNT_OF(blocks));

	add_code(b, blocks[i].first + (uint32_t)below(blocks[i].count));
}

static void
random_text(struct buf *b)
{
	size_t n = below(9), kind = below(6);

	buf_clear(b);
	buf_addstr(b, "");
	if (below(200) == 0)
		n = 70 + below(40);
	while (n--)
		switch (kind) {
		case 0:
			add_code(b, 0x20 + (uint32_t)below(95));
			break;
		case 1:
			add_code(b, (below(2) ? 0x3041 : 0xff00) +
					(uint32_t)below(0x56));
			break;
		case 2:
			add_code(b, 0x300 + (uint32_t)below(0x50));
			break;
		case 3:
			add_code(b, 0x1100 + (uint32_t)below(0x100));
			break;
		default:
			add_awkward(b);
		}
}

static void
test_fold(unsigned times)
{
	struct buf s = {0}, part = {0}, want = {0}, got = {0};
	static const struct {
		const char *text;
		enum text_part part;
	} holds[] = {{"SELECT dl_text_has($1, $2)", TEXT_ANYWHERE},
	    {"SELECT dl_text_starts($1, $2)", TEXT_START},
	    {"SELECT dl_text_ends($1, $2)", TEXT_END}};

	while (times--) {
		size_t i = below(COUNT_OF(holds)), from, to;

		random_text(&s);
		buf_clear(&want);
		buf_addstr(&want, "");
		text_fold(&want, buf_str(&s));
		ask("SELECT dl_fold($1)", "t", BINDS(BIND_TEXT(buf_str(&s))),
		    &got);
		same("dl_fold", buf_str(&s), buf_str(&got), buf_str(&want));
		/* A piece of it, or of something else. */
		from = below(want.len + 1);
		to = from + below(want.len - from + 1);
		while (from < want.len && (want.p[from] & 0xc0) == 0x80)
			from++;
		while (to < want.len && (want.p[to] & 0xc0) == 0x80)
			to++;
		buf_clear(&part);
		buf_add(&part, want.p + from, to < from ? 0 : to - from);
		ask(holds[i].text, "tt",
		    BINDS(BIND_TEXT(buf_str(&s)), BIND_TEXT(buf_str(&part))),
		    &got);
		same(holds[i].text, buf_str(&s), buf_str(&got),
		    text_holds(buf_str(&s), buf_str(&part), holds[i].part)
			? STR("1")
			: STR("0"));
	}
	buf_release(&s);
	buf_release(&part);
	buf_release(&want);
	buf_release(&got);
}

/* Every character that something happens to, and some others, alone; many in
 * one question. */
static void
test_characters(void)
{
	struct buf s = {0}, want = {0}, got = {0};
	uint32_t code, parts[FOLD_PARTS];
	size_t count;

	for (code = 0; code <= 0x10ffff; code++) {
		if (code == 0x30000)
			code = 0xe0000; /* nothing lives in between */
		if ((code < 0xd800 || code > 0xdfff) &&
		    (code % 16 == 0 || fold_class(code) ||
			fold_parts(code, parts, &count))) {
			add_code(&s, code);
			buf_addc(&s, '\n');
		}
		if (code % 1024 != 1023 || s.len == 0)
			continue;
		buf_clear(&want);
		text_fold(&want, buf_str(&s));
		ask("SELECT dl_fold($1)", "t", BINDS(BIND_TEXT(buf_str(&s))),
		    &got);
		if (!str_eq(buf_str(&got), buf_str(&want)))
			printf("up to %x:\n", code);
		same("dl_fold of every character", STR(""), buf_str(&got),
		    buf_str(&want));
		buf_clear(&s);
	}
	buf_release(&s);
	buf_release(&want);
	buf_release(&got);
}

/* ---- JSON ---------------------------------------------------------------- */

static void
add_json_text(struct buf *b)
{
	static const char *const pieces[] = {"a", "B", "予", "\\n", "\\\"",
	    "\\\\", "\\/", "\\u0000", "\\u0001", "\\u0041", "\\ud83d\\ude00",
	    "\\ud83d", "\\ude00", "\\ud83dx", "\\uFF21", "S", "Q", "u0041",
	    "\\b\\f\\r\\t", "}", "]", ",", ":", "ＩＴ", "\xf0\x9f\x98\x80", "'",
	    "\\\\\\\"", "\\ude00\\ud83d", "\\uD83D\\u0041"};
	size_t n = below(4);

	buf_addc(b, '"');
	while (n--)
		buf_addstr(b, PICK(pieces));
	buf_addc(b, '"');
}

static void add_json_value(struct buf *b, unsigned depth);

static void
add_space(struct buf *b)
{
	static const char *const spaces[] = {"", "", "", " ", "\n\t", "\r"};

	buf_addstr(b, PICK(spaces));
}

static void
add_json_list(struct buf *b, unsigned depth)
{
	size_t n = below(4);

	buf_addc(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(b, ',');
		add_space(b);
		add_json_value(b, depth);
		add_space(b);
	}
	buf_addc(b, ']');
}

static const char *const names[] = {"\"a\"", "\"B\"", "\"予算\"", "\"\"",
    "\"a.b\"", "\"$\"", "\"0\"", "\"\\u0061\"", "\"a\\\"\"", "\"\\u0000\"",
    "\"\\\\\"", "\"\\ud83d\\ude00\""};
static const char *const numbers[] = {"0", "-0", "1", "1.50", "-3", "1e5",
    "1E-2", "12345678901234567890", "9007199254740993", "1e308", "1e309",
    "-1e400", "1e-400", "-1e-330", "4.9e-324", "0e999999999999",
    "1e99999999999999999999", "1e-99999999999999999999", "0.1",
    "0.00000000000000000000000000000000000000001e40",
    "123456789.123456789123456789"};

static void
add_json_object(struct buf *b, unsigned depth)
{
	size_t n = below(5);

	add_space(b);
	buf_addc(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(b, ',');
		add_space(b);
		buf_addstr(b, PICK(names));
		add_space(b);
		buf_addc(b, ':');
		add_space(b);
		add_json_value(b, depth);
		add_space(b);
	}
	buf_addc(b, '}');
	add_space(b);
}

static void
add_json_value(struct buf *b, unsigned depth)
{
	static const char *const words[] = {"true", "false", "null"};

	switch (below(depth ? 7 : 4)) {
	case 0:
		buf_addstr(b, PICK(words));
		break;
	case 1:
		buf_addstr(b, PICK(numbers));
		break;
	case 4:
		add_json_object(b, depth - 1);
		break;
	case 5:
		add_json_list(b, depth - 1);
		break;
	default:
		add_json_text(b);
	}
}

static void
same_real(const char *what, struct str input, struct str text)
{
	struct err err = {0};
	struct rows *r;
	double want, got = 0;
	bool there = text.p && number_real(text, &want), is_null = true;

	if (store_query_text(st, "SELECT dl_attr_real($1, 'a')", "t",
		BINDS(BIND_TEXT(input)), &r, &err) < 0) {
		same(what, input, str_of(err.text), STR(""));
		return;
	}
	if (rows_next(r, &err) == 1) {
		is_null = rows_null(r, 0);
		got = is_null ? 0 : rows_real(r, 0);
	}
	rows_close(r);
	same(what, input, is_null ? STR("NULL") : STR("number"),
	    there ? STR("number") : STR("NULL"));
	if (there && !is_null)
		same(what, input, (struct str){(const char *)&got, sizeof(got)},
		    (struct str){(const char *)&want, sizeof(want)});
}

static void
test_attributes(unsigned times)
{
	static const char *const keys[] = {"a", "B", "予算", "", "a.b", "$",
	    "0", "a\"", "\\", "\xf0\x9f\x98\x80", "absent"};
	struct buf object = {0}, got = {0};
	struct arena a = {0};
	struct str key, want;

	while (times--) {
		buf_clear(&object);
		add_json_object(&object, 2);
		key = below(20) ? str_of(PICK(keys)) : (struct str){"\0", 1};
		want = json_stored_text(buf_str(&object), key, &a);
		ask("SELECT dl_attr_text($1, $2)", "tt",
		    BINDS(BIND_TEXT(buf_str(&object)), BIND_TEXT(key)), &got);
		same("dl_attr_text", buf_str(&object), buf_str(&got),
		    want.p ? want : STR("NULL"));
		want = json_stored_text(buf_str(&object), STR("a"), &a);
		same_real("dl_attr_real", buf_str(&object), want);
		arena_clear(&a);
	}
	arena_release(&a);
	buf_release(&object);
	buf_release(&got);
}

/* Which of the list's functions says what the reader of lists says. */
static void
check_list(struct str list, struct str want, struct arena *a)
{
	struct str rest = list, item;
	struct buf got = {0}, folded = {0};
	int64_t count = 0;
	bool exact = false, same_folded = false, starts = false, ends = false;
	char number[24];

	text_fold(&folded, want);
	buf_addstr(&folded, "");
	while (json_stored_next(&rest, a, &item)) {
		count++;
		exact = exact || str_eq(item, want);
		same_folded = same_folded ||
			      str_eq(text_folded(a, item), buf_str(&folded));
		starts =
		    starts || text_holds(item, buf_str(&folded), TEXT_START);
		ends = ends || text_holds(item, buf_str(&folded), TEXT_END);
	}
	snprintf(number, sizeof(number), "%d%d%d%d%d", (int)count, exact,
	    same_folded, starts, ends);
	ask("SELECT '' || dl_list_count($1) || dl_list_has($1, $2) || "
	    "dl_list_has_folded($1, $3) || dl_list_starts($1, $3) || "
	    "dl_list_ends($1, $3)",
	    "ttt",
	    BINDS(
		BIND_TEXT(list), BIND_TEXT(want), BIND_TEXT(buf_str(&folded))),
	    &got);
	same("lists", list, buf_str(&got), str_of(number));
	buf_release(&got);
	buf_release(&folded);
}

static void
test_lists(unsigned times)
{
	static const char *const wants[] = {
	    "a", "B", "ＩＴ", "", "予", "it", "aa", "1", "1.50", "true"};
	struct buf list = {0}, other = {0}, got = {0};
	struct arena a = {0};

	while (times--) {
		struct str rest, item, want, inner;
		bool any = false;

		buf_clear(&list);
		buf_clear(&other);
		add_json_list(&list, 1);
		add_json_list(&other, 0);
		check_list(buf_str(&list), str_of(PICK(wants)), &a);
		rest = buf_str(&list);
		while (json_stored_next(&rest, &a, &item)) {
			inner = buf_str(&other);
			while (json_stored_next(&inner, &a, &want))
				any = any || str_eq(item, want);
		}
		ask("SELECT dl_list_any($1, $2)", "tt",
		    BINDS(
			BIND_TEXT(buf_str(&list)), BIND_TEXT(buf_str(&other))),
		    &got);
		same("dl_list_any", buf_str(&list), buf_str(&got),
		    any ? STR("1") : STR("0"));
		arena_clear(&a);
	}
	arena_release(&a);
	buf_release(&list);
	buf_release(&other);
	buf_release(&got);
}

/* What is missing stays missing, and text that is no JSON has nothing. */
static void
test_nulls(void)
{
	static const char *const texts[] = {"SELECT dl_fold($1)",
	    "SELECT dl_attr_text($1, 'a')", "SELECT dl_attr_text('{}', $1)",
	    "SELECT dl_attr_real($1, 'a')",
	    "SELECT dl_attr_time($1, 'a', 'UTC')",
	    "SELECT dl_text_has($1, 'a')", "SELECT dl_text_has('a', $1)",
	    "SELECT dl_text_starts($1, 'a')", "SELECT dl_text_ends('a', $1)",
	    "SELECT dl_list_any($1, '[]')", "SELECT dl_list_count($1)",
	    "SELECT dl_list_has('[]', $1)", "SELECT dl_list_starts($1, 'a')",
	    "SELECT dl_list_ends('[]', $1)",
	    "SELECT dl_list_has_folded($1, '')",
	    "SELECT dl_bucket(0, $1, 'UTC')", "SELECT dl_bucket(0, 'day', $1)"};
	static const char *const empty[] = {
	    "", " ", "null", "[]", "5", "\"a\""};
	struct buf got = {0};
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		ask(texts[i], "t", BINDS(BIND_NULL('t')), &got);
		same(texts[i], STR("NULL"), buf_str(&got), STR("NULL"));
	}
	for (i = 0; i < COUNT_OF(empty); i++) {
		ask("SELECT dl_attr_text($1, 'a')", "t",
		    BINDS(BIND_TEXT(str_of(empty[i]))), &got);
		same("dl_attr_text", str_of(empty[i]), buf_str(&got),
		    STR("NULL"));
		ask("SELECT dl_list_count($1)", "t",
		    BINDS(BIND_TEXT(str_of(empty[i]))), &got);
		same(
		    "dl_list_count", str_of(empty[i]), buf_str(&got), STR("0"));
	}
	buf_release(&got);
}

/* ---- times --------------------------------------------------------------- */

static const char *const zone_names[] = {"UTC", "Asia/Tokyo",
    "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
    "America/Sao_Paulo", "Pacific/Apia", "Africa/Monrovia"};

static void
random_time(struct buf *b)
{
	static const char *const dates[] = {"2026-03-08", "2026-11-01",
	    "2026-04-05", "2026-10-04", "1970-01-01", "2024-02-29",
	    "2023-02-29", "0001-01-01", "0000-01-01", "9999-12-31",
	    "2026-13-01", "2026-00-10", "2026-1-01", "1900-02-29", "2000-02-29",
	    "2011-12-30", "1883-11-18", "1972-01-07", "2026-06-31",
	    "2026-06-3x"};
	static const char *const clocks[] = {"", "T00:00", "T02:30:00",
	    " 01:59:59.999", "t24:00", "T23:59:60Z", "T12:00:00,5",
	    "T12:00:00.1234567890123456789", "T12:00:00.", "T12:60",
	    "T01:45:00", "T00:30:00", "T02:15:00.001", " 12:00:00 ", "T1:00",
	    "T12", "T12:00:00.123456789012345678", "x12:00", "T00:44:30"};
	static const char *const offsets[] = {"", "", "", "Z", "z", "+09:00",
	    " +0900", "-05", "+24:00", "+09:60", "-00:30", "+9:00", " Z", "  Z",
	    "+09:0", "+090", "+09:", " ", "\n", "Z\n"};

	buf_clear(b);
	buf_addf(b, "%s%s%s", PICK(dates), PICK(clocks), PICK(offsets));
}

static void
test_times(unsigned times)
{
	struct buf s = {0}, attrs = {0}, got = {0};
	struct err err = {0};
	const struct zone *zone;
	char number[32];
	int64_t at;

	while (times--) {
		struct json_writer w = {.out = &attrs};
		const char *name = PICK(zone_names);

		if (zone_find(name, &zone, &err) < 0) {
			SKIP(err.text);
			break;
		}
		random_time(&s);
		buf_clear(&attrs);
		json_put_object(&w);
		json_put_name(&w, "t");
		json_put_text(&w, buf_str(&s));
		json_put_end(&w);
		snprintf(number, sizeof(number), "NULL");
		if (time_parse(buf_str(&s), zone, &at))
			snprintf(number, sizeof(number), "%lld", (long long)at);
		ask("SELECT dl_attr_time($1, 't', $2)", "tt",
		    BINDS(BIND_TEXT(buf_str(&attrs)), BIND_TEXT(str_of(name))),
		    &got);
		same(name, buf_str(&s), buf_str(&got), str_of(number));
	}
	buf_release(&s);
	buf_release(&attrs);
	buf_release(&got);
}

static void
test_buckets(unsigned times)
{
	static const char *const units[] = {[UNIT_HOUR] = "hour",
	    [UNIT_DAY] = "day",
	    [UNIT_WEEK] = "week",
	    [UNIT_MONTH] = "month",
	    [UNIT_QUARTER] = "quarter",
	    [UNIT_YEAR] = "year"};
	static const int64_t spans[] = {INT64_C(40) * 365 * MS_DAY,
	    INT64_C(400) * 365 * MS_DAY, INT64_C(7000) * 365 * MS_DAY};
	struct buf got = {0};
	struct err err = {0};
	const struct zone *zone;
	char number[32], input[64];

	while (times--) {
		size_t unit = below(COUNT_OF(units));
		const char *name = PICK(zone_names);
		int64_t at = 0, span = PICK(spans);

		if (zone_find(name, &zone, &err) < 0)
			break;
		at = (int64_t)(((uint64_t)below(1u << 31) << 31 |
				   below(1u << 31)) %
			       (uint64_t)span);
		at -= at % (below(2) ? 1 : 900000);
		at += INT64_C(1770000000000) - (below(2) ? span / 2 : 0);
		if (at > TIME_MAX || at < TIME_MIN)
			continue;
		snprintf(number, sizeof(number), "%lld",
		    (long long)time_bucket(at, (enum time_unit)unit, zone));
		snprintf(input, sizeof(input), "%lld %s", (long long)at,
		    units[unit]);
		ask("SELECT dl_bucket($1, $2, $3)", "itt",
		    BINDS(BIND_INT(at), BIND_TEXT(str_of(units[unit])),
			BIND_TEXT(str_of(name))),
		    &got);
		same(name, str_of(input), buf_str(&got), str_of(number));
	}
	buf_release(&got);
}

/* Anniversaries of days, the 29th of February too often. */
static void
test_anniversaries(unsigned times)
{
	struct buf got = {0};
	struct err err = {0};
	const struct zone *zone;
	char number[32], input[64];

	while (times--) {
		const char *name = PICK(zone_names);
		int64_t at =
		    days_from_civil(1900 + (int)below(140),
			(unsigned)below(12) + 1, (unsigned)below(28) + 1) *
		    MS_DAY;
		int64_t low = INT64_C(1770000000000) +
			      (int64_t)below(1u << 31) * 100 -
			      (int64_t)below(1u << 31) * 100;

		if (zone_find(name, &zone, &err) < 0)
			break;
		if (below(3) == 0)
			at = days_from_civil(1904 + 4 * (int)below(40), 2, 29) *
			     MS_DAY;
		at += (int64_t)below(48) * MS_HOUR / 2 - MS_DAY / 2;
		if (below(3) == 0)
			low = time_anniversary(at, low, zone) +
			      (int64_t)below(3) - 1;
		snprintf(number, sizeof(number), "%lld",
		    (long long)time_anniversary(at, low, zone));
		snprintf(input, sizeof(input), "%lld %lld", (long long)at,
		    (long long)low);
		ask("SELECT dl_anniversary($1, $2, $3)", "iit",
		    BINDS(BIND_INT(at), BIND_INT(low), BIND_TEXT(str_of(name))),
		    &got);
		same(name, str_of(input), buf_str(&got), str_of(number));
	}
	ask("SELECT dl_anniversary($1, 0, 'UTC')", "i",
	    BINDS(BIND_INT(TIME_MAX + 1)), &got);
	CHECK_TEXT(got.p, "NULL");
	buf_release(&got);
}

static void
test_lots(unsigned times)
{
	static const char *const people[] = {"", "L0000001", "雀-1", "a\nb",
	    "\001", "\001\002", "😀", "O'Brien \\"};
	struct buf got = {0}, name = {0};
	char number[32];

	/* For ever: whoever was in stays in. */
	CHECK_INT(hash_lot(STR(""), STR("1")), INT64_C(4024250577));
	CHECK_INT(hash_lot(STR("experiment-a"), STR("L0000001")),
	    INT64_C(1341987103));
	while (times--) {
		struct str salt = str_of(PICK(people));

		buf_clear(&name);
		buf_addstr(&name, PICK(people));
		buf_addint(&name, (int64_t)below(100));
		snprintf(number, sizeof(number), "%lld",
		    (long long)hash_lot(salt, buf_str(&name)));
		ask("SELECT dl_lot($1, $2)", "tt",
		    BINDS(BIND_TEXT(salt), BIND_TEXT(buf_str(&name))), &got);
		same("lot", buf_str(&name), buf_str(&got), str_of(number));
	}
	buf_release(&got);
	buf_release(&name);
}

int
main(int argc, char **argv)
{
	struct err err = {0};
	/* On a server every question is a way there and back. */
	unsigned times = strchr(unit_store(), '/') ? 300 : 2000;

	state = argc > 1 ? strtoull(argv[1], NULL, 10) : 20260301;
	if (argc > 2)
		times = (unsigned)strtoul(argv[2], NULL, 10);
	if (store_open(unit_store(), STORE_WRITE, &st, &err) < 0 ||
	    store_begin(st, STORE_SNAPSHOT, "test", &err) < 0) {
		printf("%s\n", err.text);
		return 1;
	}
	test_fold(times);
	test_characters();
	test_attributes(times);
	test_lists(times);
	test_nulls();
	test_times(times);
	test_buckets(times);
	test_anniversaries(times);
	test_lots(times / 4);
	store_rollback(st);
	store_close(st);
	return unit_done("store_functions");
}

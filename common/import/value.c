/* SPDX-License-Identifier: ISC */
/*
 * One field into a value of the type its rule asks for. Nothing is guessed
 * that could be wrong: what is not clearly of the type is a reason to reject,
 * and text that no type was declared for stays as it is written.
 */
#include <strings.h>

#include "import/import_priv.h"

static bool
fail(struct arena *arena, struct str *reason, const char *what, struct str text)
{
	struct buf b = {0};

	buf_addstr(&b, what);
	buf_addstr(&b, ": ");
	buf_addquoted(&b, text);
	*reason = arena_str(arena, buf_str(&b));
	buf_release(&b);
	return false;
}

static bool
one_of(struct str text, const struct str *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(text, list[i]))
			return true;
	return false;
}

/* ---- times -------------------------------------------------------------- */

static bool
unix_time(struct str s, int64_t unit, int64_t *ret)
{
	double real;
	int64_t n;

	if (number_int(s, &n)) {
		if (n > TIME_MAX / unit || n < TIME_MIN / unit)
			return false;
		*ret = n * unit;
		return true;
	}
	if (!number_real(s, &real) || real * (double)unit > (double)TIME_MAX ||
	    real * (double)unit < (double)TIME_MIN)
		return false;
	*ret = (int64_t)round_half_away(real * (double)unit);
	return true;
}

static bool
time_of(
    const struct rule *rule, struct str text, struct arena *arena, int64_t *ret)
{
	const struct zone *zone = rule->zone ? rule->zone : zone_utc();
	struct str s = str_trim(text);

	if (rule->formats == 0)
		return lead_read_time(text, zone, arena, ret);
	for (size_t i = 0; i < rule->formats; i++) {
		struct str format = rule->format[i];

		if (str_is(format, "unix")      ? unix_time(s, MS_SECOND, ret)
		    : str_is(format, "unix_ms") ? unix_time(s, 1, ret)
		    : str_is(format, "iso")
			? time_parse(s, zone, ret)
			: time_parse_format(s, format.p, zone, ret))
			return true;
	}
	return false;
}

/* ---- yes and no, lists -------------------------------------------------- */

static bool
truth(
    const struct rule *rule, struct str text, struct arena *arena, int64_t *ret)
{
	struct str s = str_trim(text);
	bool yes;

	if (rule->yesses || rule->noes) {
		if (one_of(s, rule->yes, rule->yesses)) {
			*ret = 1;
			return true;
		}
		/* With only one side named, all else is the other. */
		*ret = rule->yesses == 0;
		return one_of(s, rule->no, rule->noes)
			   ? (*ret = 0, true)
			   : rule->noes == 0 || rule->yesses == 0;
	}
	if (!lead_read_truth(text, arena, &yes))
		return false;
	*ret = yes;
	return true;
}

/* The elements of a JSON array of scalars, or what stands between splits. */
static bool
list_of(const struct rule *rule, const struct field *field, struct arena *arena,
    struct str *ret)
{
	struct str split = rule->split.n ? rule->split : STR(",");
	struct str rest = field->text, one, *element = NULL;
	size_t count = 0, cap = 0;

	if (field->type == FIELD_ARRAY ||
	    (field->type == FIELD_TEXT && str_starts(rest, STR("[")) &&
		json_check(rest, false, NULL) == 0)) {
		while (json_stored_next(&rest, arena, &one)) {
			GROW(element, cap, count + 1);
			element[count++] = one;
		}
	} else {
		size_t start = 0;

		for (size_t i = 0; i <= rest.n; i++) {
			bool end = i == rest.n;

			if (!end && (i + split.n > rest.n ||
					memcmp(rest.p + i, split.p, split.n)))
				continue;
			GROW(element, cap, count + 1);
			element[count++] =
			    (struct str){rest.p + start, i - start};
			start = i + split.n;
			i = end ? i : start - 1;
		}
	}
	*ret = lead_tags_make(arena, element, count);
	free(element);
	return true;
}

struct str
value_json_kept(struct arena *arena, struct str json)
{
	struct buf b = {0};
	struct str s;

	if (json.n == 0 || (json.p[0] != '{' && json.p[0] != '['))
		return arena_str(arena, json);
	json_compact(&b, json);
	s = arena_str(arena, buf_str(&b));
	buf_release(&b);
	return s;
}

static bool
json_of(const struct field *field, struct arena *arena, struct str *ret)
{
	struct buf b = {0};

	if (field->type != FIELD_TEXT) {
		*ret = value_json_kept(arena, field->text);
		return true;
	}
	/* A CSV cell that holds JSON is JSON; other text is a JSON string. */
	if (json_check(field->text, false, NULL) == 0) {
		*ret = value_json_kept(arena, str_trim(field->text));
		return true;
	}
	json_quote(&b, field->text);
	*ret = arena_str(arena, buf_str(&b));
	buf_release(&b);
	return true;
}

/* ---- all types ---------------------------------------------------------- */

static bool
email(struct str text, struct arena *arena, struct value *ret)
{
	struct buf key = {0};
	bool ok = email_normalise(text, &key);

	ret->text = arena_str(arena, str_trim(text));
	ret->key = arena_str(arena, buf_str(&key));
	buf_release(&key);
	return ok;
}

static bool
is_text(const struct field *f)
{
	return f->type == FIELD_TEXT || f->type == FIELD_NUMBER ||
	       f->type == FIELD_BOOL;
}

static bool
convert(const struct rule *rule, const struct field *f, struct arena *arena,
    struct value *ret, struct str *reason)
{
	/* One value is wanted; [..] and {..} are none. */
	if (!is_text(f) && rule->type != AS_GIVEN && rule->type != AS_JSON &&
	    !(rule->type == AS_LIST && f->type == FIELD_ARRAY))
		return fail(arena, reason, "not a single value", f->text);
	switch (rule->type) {
	case AS_GIVEN:
		if (f->type == FIELD_TEXT) {
			struct buf b = {0};

			json_quote(&b, f->text);
			ret->text = arena_str(arena, buf_str(&b));
			buf_release(&b);
		} else {
			ret->text = value_json_kept(arena, f->text);
		}
		return true;
	case AS_TEXT:
		ret->text = arena_str(arena, f->text);
		return true;
	case AS_EMAIL:
		return email(f->text, arena, ret) ||
		       fail(arena, reason, "not an address", f->text);
	case AS_INTEGER:
		return lead_read_integer(f->text, arena, &ret->number) ||
		       fail(arena, reason, "not a whole number", f->text);
	case AS_NUMBER:
		if (!lead_read_number(f->text, arena, &ret->text))
			return fail(arena, reason, "not a number", f->text);
		ret->text = arena_str(arena, ret->text);
		return true;
	case AS_TIME:
		if (f->type != FIELD_TEXT && rule->formats == 0)
			return fail(arena, reason,
			    "not a time (a map can say: unix or unix_ms)",
			    f->text);
		return time_of(rule, f->text, arena, &ret->number) ||
		       fail(arena, reason, "not a time", f->text);
	case AS_BOOL:
		return truth(rule, f->text, arena, &ret->number) ||
		       fail(arena, reason, "neither yes nor no", f->text);
	case AS_LIST:
		list_of(rule, f, arena, &ret->text);
		if (!ret->text.p)
			ret->state = VALUE_CLEAR;
		return true;
	case AS_JSON:
		return json_of(f, arena, &ret->text);
	case AS__MAX:
		break;
	}
	BUG("value of type %d", (int)rule->type);
}

bool
value_read(const struct import_map *map, const struct rule *rule,
    const struct field *field, struct arena *arena, struct value *ret,
    struct str *reason)
{
	struct field f = *field;

	memset(ret, 0, sizeof(*ret));
	if (f.type == FIELD_MISSING)
		return true;
	if (f.type == FIELD_NULL) {
		ret->state = VALUE_CLEAR;
		return true;
	}
	if (is_text(&f)) {
		bool found = false;

		if (one_of(f.text, map->missing, map->missings) ||
		    one_of(f.text, rule->missing, rule->missings))
			return true;
		for (size_t i = 0; i < rule->values && !found; i++)
			if (str_eq(f.text, rule->value[i].from)) {
				f = rule->value[i].to;
				found = true;
			}
		if (!found && rule->has_otherwise)
			f = rule->otherwise;
		if (f.type == FIELD_MISSING)
			return true;
		/* Empty text is a text, and nothing else. */
		if (f.text.n == 0 && rule->type != AS_TEXT &&
		    rule->type != AS_GIVEN && rule->type != AS_JSON)
			return true;
	}
	ret->state = VALUE_SET;
	return convert(rule, &f, arena, ret, reason);
}

struct str
value_json(const struct rule *rule, const struct value *v, struct arena *arena)
{
	struct buf b = {0}, text = {0};
	struct str s;

	if (v->state == VALUE_CLEAR)
		return STR("null");
	switch (rule->type) {
	case AS_TEXT:
	case AS_EMAIL:
		json_quote(&b, v->text);
		break;
	case AS_INTEGER:
		buf_addint(&b, v->number);
		break;
	case AS_TIME:
		time_add(&text, v->number);
		json_quote(&b, buf_str(&text));
		break;
	case AS_BOOL:
		buf_addstr(&b, v->number ? "true" : "false");
		break;
	default:
		return v->text;
	}
	s = arena_str(arena, buf_str(&b));
	buf_release(&b);
	buf_release(&text);
	return s;
}

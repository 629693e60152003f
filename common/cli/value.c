/* SPDX-License-Identifier: ISC */
/* Turning the text of an option into its value, strictly. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli_priv.h"

static int
store_int(const struct cli_option *o, const char *text, struct err *err)
{
	int64_t n;

	if (!number_int(str_of(text), &n))
		return err_set(err, ERR_USAGE, "--%s: not a whole number: %s",
		    o->name, quoted(str_of(text)));
	if (n < o->min || n > o->max) {
		if (o->max == INT64_MAX)
			return err_set(err, ERR_USAGE,
			    "--%s: must be at least %" PRId64 ": %s", o->name,
			    o->min, quoted(str_of(text)));
		return err_set(err, ERR_USAGE,
		    "--%s: must be from %" PRId64 " to %" PRId64 ": %s",
		    o->name, o->min, o->max, quoted(str_of(text)));
	}
	*o->value.integer = n;
	return 0;
}

/* 0.25, or 25% where the limits are those of a share. */
static int
store_real(const struct cli_option *o, const char *text, struct err *err)
{
	struct str s = str_of(text);
	struct buf limits = {0};
	double v;

	if (!number_real(s, &v) && !number_percent(s, &v))
		return err_set(err, ERR_USAGE, "--%s: not a number: %s",
		    o->name, quoted(s));
	if (v < o->low || v > o->high) {
		buf_addreal(&limits, o->low);
		buf_addstr(&limits, " to ");
		buf_addreal(&limits, o->high);
		err_set(err, ERR_USAGE, "--%s: must be from %s: %s", o->name,
		    limits.p, quoted(s));
		buf_release(&limits);
		return -1;
	}
	*o->value.real = v;
	return 0;
}

static int
store_choice(const struct cli_option *o, const char *text, struct err *err)
{
	struct buf names = {0};

	for (int i = 0; o->choices[i] != NULL; i++) {
		if (strcmp(o->choices[i], text) == 0) {
			*o->value.count = i;
			buf_release(&names);
			return 0;
		}
		buf_addf(&names, "%s%s", i > 0 ? " " : "", o->choices[i]);
	}
	err_set(err, ERR_USAGE, "--%s: not one of %s: %s", o->name,
	    names.p != NULL ? names.p : "", quoted(str_of(text)));
	buf_release(&names);
	return -1;
}

int
option_store(
    const struct cli_option *o, const char *text, int64_t now, struct err *err)
{
	struct cli_list *list;

	switch (o->kind) {
	case CLI_KIND_FLAG:
		*o->value.flag = true;
		return 0;
	case CLI_KIND_COUNT:
		++*o->value.count;
		return 0;
	case CLI_KIND_TEXT:
	case CLI_KIND_FILE:
		*o->value.text = text;
		return 0;
	case CLI_KIND_LIST:
		list = o->value.list;
		(void)GROW(list->items, list->cap, list->count + 1);
		list->items[list->count++] = text;
		return 0;
	case CLI_KIND_INT:
		return store_int(o, text, err);
	case CLI_KIND_REAL:
		return store_real(o, text, err);
	case CLI_KIND_DURATION:
		if (duration_parse(str_of(text), o->value.integer))
			return 0;
		return err_set(err, ERR_USAGE,
		    "--%s: not a length of time (30s, 15m, 12h, 7d, 2w): %s",
		    o->name, quoted(str_of(text)));
	case CLI_KIND_MOMENT:
		if (time_parse_moment(
			str_of(text), now, zone_utc(), o->value.integer))
			return 0;
		return err_set(err, ERR_USAGE,
		    "--%s: not a moment (2026-11-22T09:00:00Z, today, -3d): %s",
		    o->name, quoted(str_of(text)));
	case CLI_KIND_CHOICE:
		return store_choice(o, text, err);
	case CLI_KIND_END:
		break;
	}
	BUG("option --%s has no kind", o->name);
}

/* SPDX-License-Identifier: ISC */
/* Lists of tags, as DKIM and DMARC write them. */
#include "domain/domain_priv.h"

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(i > 0 && ((c >= '0' && c <= '9') || c == '_'))))
			return false;
	}
	return s.n > 0;
}

int
tags_parse(
    struct str text, struct arena *arena, struct tags *ret, struct err *err)
{
	struct tags t = {0};
	size_t room = 1;

	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == ';';
	t.list = arena_alloc(arena, room * sizeof(*t.list));
	while (text.n > 0) {
		struct str one;
		struct tag *tag = &t.list[t.count];
		char name[40];

		str_cut(&text, ';', &one);
		one = str_trim(one);
		if (one.n == 0 && str_trim(text).n == 0)
			break;
		tag->value = one;
		if (!str_cut(&tag->value, '=', &tag->name))
			return err_set(err, ERR_USAGE, "%s has no value",
			    one.n ? quoted(one) : "a tag between two \";\"");
		tag->name = str_trim(tag->name);
		tag->value = str_trim(tag->value);
		if (!is_name(tag->name) || tag->name.n >= sizeof(name))
			return err_set(
			    err, ERR_USAGE, "%s is no tag", quoted(tag->name));
		snprintf(name, sizeof(name), "%.*s", STR_ARG(tag->name));
		if (tags_value(&t, name).p)
			return err_set(
			    err, ERR_USAGE, "\"%s\" stands there twice", name);
		t.count++;
	}
	*ret = t;
	return 0;
}

struct str
tags_value(const struct tags *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (str_is(t->list[i].name, name))
			return t->list[i].value;
	return (struct str){NULL, 0};
}

bool
value_lists(struct str value, const char *word)
{
	struct str one;

	while (value.n > 0) {
		str_cut(&value, ':', &one);
		if (text_is(str_trim(one), word))
			return true;
	}
	return false;
}

/* SPDX-License-Identifier: ISC */
/*
 * Attributes and tags as the text they are stored as: a JSON object with its
 * keys in byte order, a JSON array with its words in byte order. So that two
 * texts are equal exactly when they say the same.
 */
#include "lead/lead.h"

#define ATTR_NAME_MAX 200

/* Stable, since of equal keys the last one counts. */
static void
sort_attrs(struct lead_attr *attr, size_t count, struct lead_attr *scratch)
{
	size_t half = count / 2, i = 0, j = half, n = 0;

	if (count <= 12) {
		for (size_t k = 1; k < count; k++) {
			struct lead_attr x = attr[k];

			for (i = k;
			     i > 0 && str_cmp(attr[i - 1].key, x.key) > 0; i--)
				attr[i] = attr[i - 1];
			attr[i] = x;
		}
		return;
	}
	sort_attrs(attr, half, scratch);
	sort_attrs(attr + half, count - half, scratch);
	while (i < half || j < count)
		scratch[n++] = j == count || (i < half && str_cmp(attr[i].key,
							      attr[j].key) <= 0)
				   ? attr[i++]
				   : attr[j++];
	memcpy(attr, scratch, count * sizeof(*attr));
}

static struct str
keep(struct arena *arena, struct buf *text)
{
	struct str s = arena_str(arena, buf_str(text));

	buf_release(text);
	return s;
}

struct str
lead_attrs_make(struct arena *arena, struct lead_attr *attr, size_t count)
{
	struct buf text = {0};
	bool any = false;

	if (count == 0)
		return (struct str){0};
	sort_attrs(attr, count,
	    count > 12 ? arena_alloc(arena, count * sizeof(*attr)) : NULL);
	buf_addc(&text, '{');
	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count && str_eq(attr[i].key, attr[i + 1].key))
			continue;
		if (any)
			buf_addc(&text, ',');
		any = true;
		json_quote(&text, attr[i].key);
		buf_addc(&text, ':');
		buf_adds(&text, attr[i].json);
	}
	buf_addc(&text, '}');
	return keep(arena, &text);
}

static void
put(struct buf *text, const struct json_member *m)
{
	buf_addc(text, text->len ? ',' : '{');
	json_quote(text, m->name);
	buf_addc(text, ':');
	buf_adds(text, m->raw);
}

struct str
lead_attrs_merge(struct arena *arena, struct str a, struct str b)
{
	struct json_scanner sa = {0}, sb = {0};
	struct buf text = {0};
	size_t i = 0, j = 0;

	if (!b.p)
		return a;
	if ((a.p && json_scan_object(&sa, a) < 0) ||
	    json_scan_object(&sb, b) < 0)
		BUG("attributes that are no JSON object: %.*s", STR_ARG(b));
	while (i < sa.count || j < sb.count) {
		int order = i == sa.count ? 1
			    : j == sb.count
				? -1
				: str_cmp(sa.member[i].name, sb.member[j].name);

		if (order < 0)
			put(&text, &sa.member[i]);
		else if (sb.member[j].type != JSON_TYPE_NULL)
			put(&text, &sb.member[j]);
		i += order <= 0;
		j += order >= 0;
	}
	json_scanner_release(&sa);
	json_scanner_release(&sb);
	if (text.len == 0) {
		buf_release(&text);
		return (struct str){0};
	}
	buf_addc(&text, '}');
	return keep(arena, &text);
}

bool
lead_attr_name_ok(struct str name)
{
	if (name.n == 0 || name.n > ATTR_NAME_MAX || utf8_valid(name) != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return false;
	return true;
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

struct str
lead_tags_make(struct arena *arena, struct str *tag, size_t count)
{
	struct buf text = {0};
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct str t = str_trim(tag[i]);

		if (t.n > 0)
			tag[n++] = t;
	}
	if (n == 0)
		return (struct str){0};
	qsort(tag, n, sizeof(*tag), by_text);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && str_eq(tag[i - 1], tag[i]))
			continue;
		buf_addc(&text, i ? ',' : '[');
		json_quote(&text, tag[i]);
	}
	buf_addc(&text, ']');
	return keep(arena, &text);
}

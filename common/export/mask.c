/* SPDX-License-Identifier: ISC */
/* Personal data shown in part, as a number that tells nothing, or not at all.
 */
#include <stdlib.h>
#include <string.h>

#include "export/export_priv.h"
#include "json/json.h"

enum { KEY_MIN = 16, KEY_MAX = 4096, HASH_SHOWN = 32 };

static int
parse_one(struct str text, struct export_mask *ret, struct err *err)
{
	static const char *const words[] = {[EXPORT_PARTIAL] = "partial",
	    [EXPORT_HASH] = "hash",
	    [EXPORT_DROP] = "drop"};
	struct str how = text, column;

	if (!str_cut(&how, '=', &column)) {
		*ret = (struct export_mask){text, EXPORT_PARTIAL};
		return 0;
	}
	for (size_t i = EXPORT_PARTIAL; i < COUNT_OF(words); i++)
		if (str_is(how, words[i])) {
			*ret = (struct export_mask){
			    column, (enum export_masking)i};
			return 0;
		}
	return err_set(err, ERR_USAGE,
	    "mask %s: neither partial, hash nor drop: %s", quoted(column),
	    quoted(how));
}

int
export_masks_parse(struct str text, struct arena *arena,
    struct export_masks *ret, struct err *err)
{
	struct str *item;

	if (export_split(text, arena, &item, &ret->count, err) < 0)
		return -1;
	ret->mask = arena_alloc(arena, ret->count * sizeof(*ret->mask));
	for (size_t i = 0; i < ret->count; i++)
		if (parse_one(item[i], &ret->mask[i], err) < 0)
			return -1;
	return 0;
}

int
export_masks_key(struct export_masks *m, const char *path,
    const struct tenant *t, struct err *err)
{
	if (file_read_private(path, &m->key, KEY_MAX, err) < 0)
		return -1;
	if (m->key.len < KEY_MIN)
		return err_set(err, ERR_USAGE, "%s: a key has %d bytes or more",
		    path, KEY_MIN);
	buf_addc(&m->key, '\0');
	buf_addstr(&m->key, t->name ? t->name : "");
	return 0;
}

void
export_masks_release(struct export_masks *m)
{
	buf_wipe(&m->key);
}

/* ---- in part --------------------------------------------------------------
 */

/* The first character, and stars. */
static void
put_first(struct buf *out, struct str text)
{
	uint32_t code;
	unsigned n = utf8_decode(text.p, text.n, &code);

	buf_add(out, text.p, n);
	buf_addstr(out, "***");
}

/* t***@example.co.jp */
static void
put_email(struct buf *out, struct str text, const char *at)
{
	put_first(out, (struct str){text.p, (size_t)(at - text.p)});
	buf_add(out, at, (size_t)(text.p + text.n - at));
}

/* The last four digits, everything between them as it is. */
static void
put_digits(struct buf *out, struct str text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.n; i++)
		digits += text.p[i] >= '0' && text.p[i] <= '9';
	for (size_t i = 0; i < text.n; i++) {
		bool digit = text.p[i] >= '0' && text.p[i] <= '9';

		buf_addc(out, digit && digits > 4 ? '*' : text.p[i]);
		digits -= digit;
	}
}

static bool
is_number(struct str text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.n; i++) {
		char ch = text.p[i];

		if (ch >= '0' && ch <= '9')
			digits++;
		else if (!memchr(" +-().", ch, 6))
			return false;
	}
	return digits > 4;
}

static void
put_hash(struct buf *out, const struct export_masks *m, struct str column,
    struct str value)
{
	unsigned char digest[SHA256_BYTES];
	struct buf data = {0};
	char hex[65];

	/* Columns of one name compare, whichever export they are in. */
	buf_adds(&data, column);
	buf_addc(&data, '\0');
	buf_adds(&data, value);
	hmac_sha256(buf_str(&m->key), buf_str(&data), digest);
	hash_hex(digest, hex);
	buf_add(out, hex, HASH_SHOWN);
	buf_release(&data);
}

void
export_mask_put(struct buf *out, const struct export_masks *m,
    enum export_masking how, struct str column, struct str value)
{
	const char *at = value.n ? memchr(value.p, '@', value.n) : NULL;
	struct buf key = {0};

	if (value.n == 0)
		return;
	if (how == EXPORT_HASH) {
		/* An address is the same however it is written. */
		if (at && email_normalise(value, &key))
			value = buf_str(&key);
		put_hash(out, m, column, value);
	} else if (at && at != value.p)
		put_email(out, value, at);
	else if (is_number(value))
		put_digits(out, value);
	else
		put_first(out, value);
	buf_release(&key);
}

static void
mask_cell(struct export *e, enum export_masking how, struct field *cell)
{
	if (how == EXPORT_DROP) {
		cell->type = FIELD_MISSING;
		cell->text = (struct str){0};
		return;
	}
	buf_clear(&e->word);
	export_mask_put(&e->word, e->how.masks, how, cell->name, cell->text);
	cell->type = FIELD_TEXT;
	cell->text = arena_str(&e->passing, buf_str(&e->word));
}

static const struct export_mask *
mask_of_attr(const struct export_masks *m, struct str name)
{
	for (size_t i = 0; i < m->count; i++) {
		struct str column = m->mask[i].column;

		if (str_starts(column, STR("attrs.")) &&
		    str_eq((struct str){column.p + 6, column.n - 6}, name))
			return &m->mask[i];
	}
	return NULL;
}

/* All attributes as one object: what is masked by itself is masked in it. */
static void
mask_attrs(struct export *e, struct field *cell)
{
	const struct export_masks *m = e->how.masks;
	struct buf text = {0};
	struct json_writer w = {.out = &text};

	if (json_scan_object(&e->scan, cell->text) < 0)
		return;
	json_put_object(&w);
	for (size_t i = 0; i < e->scan.count; i++) {
		const struct json_member *one = &e->scan.member[i];
		const struct export_mask *mask = mask_of_attr(m, one->name);

		if (mask && mask->how == EXPORT_DROP)
			continue;
		json_put_key(&w, one->name);
		if (!mask || one->type == JSON_TYPE_NULL) {
			json_put_raw(&w, one->raw);
			continue;
		}
		buf_clear(&e->word);
		export_mask_put(
		    &e->word, m, mask->how, mask->column, one->text);
		json_put_text(&w, buf_str(&e->word));
	}
	json_put_end(&w);
	cell->text = arena_str(&e->passing, buf_str(&text));
	buf_release(&text);
}

const struct field *
export_mask_row(struct export *e, const struct field *cell, size_t count)
{
	const struct export_masks *m = e->how.masks;

	GROW(e->cell, e->cell_cap, count + 1);
	for (size_t i = 0; i < count; i++) {
		e->cell[i] = cell[i];
		for (size_t k = 0; k < m->count; k++)
			if (str_eq(m->mask[k].column, cell[i].name) &&
			    e->cell[i].text.p)
				mask_cell(e, m->mask[k].how, &e->cell[i]);
		if (e->masks_attrs && e->cell[i].type == FIELD_OBJECT &&
		    str_is(cell[i].name, "attrs"))
			mask_attrs(e, &e->cell[i]);
	}
	return e->cell;
}

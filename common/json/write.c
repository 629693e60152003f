/* SPDX-License-Identifier: ISC */
/* The writer: text goes out in long plain pieces, escapes in between. */
#include <math.h>

#include "json/json_priv.h"

/* Appends what stands for the byte or character at p that is not plain;
 * returns how many bytes that was. */
static size_t
put_odd(struct buf *out, const char *p, size_t left)
{
	static const char names[32] = {
	    ['\b'] = 'b',
	    ['\f'] = 'f',
	    ['\n'] = 'n',
	    ['\r'] = 'r',
	    ['\t'] = 't',
	};
	unsigned char ch = (unsigned char)*p;
	uint32_t code;
	unsigned n;

	if (ch >= 0x80) {
		n = utf8_decode(p, left, &code);
		if (n)
			buf_add(out, p, n);
		else
			buf_addstr(out, "\xef\xbf\xbd");
		return n ? n : 1;
	}
	buf_addc(out, '\\');
	if (ch >= 0x20)
		buf_addc(out, *p);
	else if (names[ch] != 0)
		buf_addc(out, names[ch]);
	else
		buf_addf(out, "u%04x", ch);
	return 1;
}

/* Begins three bytes that can be neither overlong nor a surrogate. */
static inline bool
is_three_lead(uint64_t ch)
{
	return ch > 0xe0 && ch < 0xf0 && ch != 0xed;
}

static inline bool
is_three(const unsigned char *p)
{
	return is_three_lead(p[0]) && (p[1] & 0xc0) == 0x80 &&
	       (p[2] & 0xc0) == 0x80;
}

/* Copies characters of three bytes, two at a time where there are more. */
static const char *
copy_threes(char **to, const char *p, const char *end)
{
	char *out = *to;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	for (; end - p >= 8; p += 6, out += 6) {
		uint64_t x;

		memcpy(&x, p, 8);
		if ((x & UINT64_C(0xc0c0f0c0c0f0)) !=
			UINT64_C(0x8080e08080e0) ||
		    !is_three_lead(x & 0xff) || !is_three_lead(x >> 24 & 0xff))
			break;
		memcpy(out, &x, 8);
	}
#endif
	while (end - p >= 3 && is_three((const unsigned char *)p)) {
		out[0] = p[0];
		out[1] = p[1];
		out[2] = p[2];
		out += 3;
		p += 3;
	}
	*to = out;
	return p;
}

/* Copies what is plain: most of it is ASCII, or Japanese. Room for as many
 * bytes as are left is there; the result is where it stopped. */
static const char *
copy_plain(char **to, const char *p, const char *end)
{
	const char *stop;

	do {
		stop = json_ascii_end(p, end, to);
		p = copy_threes(to, stop, end);
	} while (p != stop && p < end);
	return p;
}

void
json_quote(struct buf *out, struct str text)
{
	const char *p = text.p ? text.p : "", *end = p + text.n;
	char *to;

	buf_reserve(out, text.n + 2);
	out->p[out->len++] = '"';
	while (p < end) {
		to = out->p + out->len;
		p = copy_plain(&to, p, end);
		out->len = (size_t)(to - out->p);
		if (p < end) {
			p += put_odd(out, p, (size_t)(end - p));
			buf_reserve(out, (size_t)(end - p) + 1);
		}
	}
	buf_addc(out, '"');
}

static bool
in_object(const struct json_writer *w)
{
	return w->depth > 0 && json_in_object(w->object, w->depth);
}

static void
new_line(struct json_writer *w)
{
	if (!w->pretty)
		return;
	buf_addc(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		buf_add(w->out, "  ", 2);
}

/* What comes in front of a value or a name. */
static void
separate(struct json_writer *w)
{
	if (w->depth == 0)
		return;
	if (w->filled)
		buf_addc(w->out, ',');
	new_line(w);
	w->filled = true;
}

static void
before_value(struct json_writer *w)
{
	if (w->named)
		w->named = false;
	else if (in_object(w))
		BUG("a JSON value without a name");
	else
		separate(w);
}

static void
open_bracket(struct json_writer *w, bool object)
{
	before_value(w);
	if (w->depth == JSON_DEPTH_MAX)
		BUG("JSON written too deeply");
	json_open(w->object, w->depth++, object);
	w->filled = false;
	buf_addc(w->out, object ? '{' : '[');
}

void
json_put_object(struct json_writer *w)
{
	open_bracket(w, true);
}

void
json_put_array(struct json_writer *w)
{
	open_bracket(w, false);
}

void
json_put_end(struct json_writer *w)
{
	bool object = in_object(w);

	if (w->depth == 0 || w->named)
		BUG("JSON ended where nothing can end");
	w->depth--;
	if (w->filled)
		new_line(w);
	w->filled = true;
	buf_addc(w->out, object ? '}' : ']');
}

static void
after_name(struct json_writer *w)
{
	buf_addc(w->out, ':');
	if (w->pretty)
		buf_addc(w->out, ' ');
	w->named = true;
}

void
json_put_key(struct json_writer *w, struct str name)
{
	if (!in_object(w) || w->named)
		BUG("a JSON name outside an object");
	separate(w);
	json_quote(w->out, name);
	after_name(w);
}

void
json_put_name(struct json_writer *w, const char *name)
{
	json_put_key(w, str_of(name));
}

void
json_put_text(struct json_writer *w, struct str text)
{
	before_value(w);
	if (text.p)
		json_quote(w->out, text);
	else
		buf_add(w->out, "null", 4);
}

void
json_put_int(struct json_writer *w, int64_t v)
{
	before_value(w);
	buf_addint(w->out, v);
}

void
json_put_real(struct json_writer *w, double v)
{
	before_value(w);
	if (isfinite(v))
		buf_addreal(w->out, v);
	else
		buf_add(w->out, "null", 4);
}

void
json_put_bool(struct json_writer *w, bool v)
{
	before_value(w);
	buf_addstr(w->out, v ? "true" : "false");
}

void
json_put_null(struct json_writer *w)
{
	before_value(w);
	buf_add(w->out, "null", 4);
}

void
json_add_text(struct json_writer *w, const char *name, struct str text)
{
	json_put_name(w, name);
	json_put_text(w, text);
}

void
json_add_int(struct json_writer *w, const char *name, int64_t v)
{
	json_put_name(w, name);
	json_put_int(w, v);
}

void
json_add_bool(struct json_writer *w, const char *name, bool v)
{
	json_put_name(w, name);
	json_put_bool(w, v);
}

void
json_add_time(struct json_writer *w, const char *name, int64_t at)
{
	struct buf text = {0};

	time_add(&text, at);
	json_add_text(w, name, buf_str(&text));
	buf_release(&text);
}

void
json_add_duration(struct json_writer *w, const char *name, int64_t ms)
{
	struct buf text = {0};

	duration_add(&text, ms);
	json_add_text(w, name, buf_str(&text));
	buf_release(&text);
}

void
json_add_rounded(
    struct json_writer *w, const char *name, double v, double parts)
{
	if (v != v)
		return;
	json_put_name(w, name);
	json_put_real(w, round(v * parts) / parts);
}

void
json_put_raw(struct json_writer *w, struct str json)
{
	before_value(w);
	buf_adds(w->out, json);
}

void
json_put_node(struct json_writer *w, const struct json *n)
{
	enum json_type type = json_type_of(n);
	size_t count = json_count(n);

	if (type == JSON_TYPE_STRING) {
		json_put_text(w, json_text(n));
		return;
	}
	if (type != JSON_TYPE_OBJECT && type != JSON_TYPE_ARRAY) {
		json_put_raw(w, json_raw(n));
		return;
	}
	if (type == JSON_TYPE_OBJECT)
		json_put_object(w);
	else
		json_put_array(w);
	for (size_t i = 0; i < count; i++) {
		const struct json *item = json_item(n, i);

		if (type == JSON_TYPE_OBJECT)
			json_put_key(w, json_name(item));
		json_put_node(w, item);
	}
	json_put_end(w);
}

void
json_compact(struct buf *out, struct str json)
{
	size_t start = 0;
	bool quoted = false;

	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];

		if (c == '"') {
			quoted = !quoted;
		} else if (quoted) {
			i += c == '\\';
		} else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
			buf_add(out, json.p + start, i - start);
			start = i + 1;
		}
	}
	buf_add(out, json.p + start, json.n - start);
}

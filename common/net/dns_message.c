/* SPDX-License-Identifier: ISC */
/*
 * DNS messages. What is read comes from anybody: every length is checked
 * against what is there, and a name's pointers only ever lead further back.
 */
#include <strings.h>

#include "net/dns.h"

enum {
	HEADER = 12,
	LABEL_MAX = 63,
	WIRE_MAX = 255, /* a name's bytes */
	ALIASES_MAX = 16,
	CLASS_IN = 1,
	TYPE_CNAME = 5,
	TYPE_OPT = 41,
	ROOM = 1232, /* for an answer by UDP that no network cuts up */
	FLAG_ANSWER = 0x8000,
	FLAG_OPCODE = 0x7800,
	FLAG_CUT = 0x0200,
	FLAG_RECURSE = 0x0100,
	CODE = 0x000f,
};

/* ---- writing --------------------------------------------------------------
 */

static void
put16(struct buf *out, unsigned v)
{
	buf_addc(out, (char)(v >> 8 & 255));
	buf_addc(out, (char)(v & 255));
}

/* A character of a name's text, \DDD taken as one; -1 for none. */
static int
next_byte(struct str *s)
{
	unsigned v = 0;

	if (s->p[0] != '\\') {
		s->n--;
		return (unsigned char)*s->p++;
	}
	if (s->n < 4)
		return -1;
	for (size_t i = 1; i < 4; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return -1;
		v = v * 10 + (unsigned)(s->p[i] - '0');
	}
	s->p += 4;
	s->n -= 4;
	return v > 255 ? -1 : (int)v;
}

int
dns_put_name(struct buf *out, struct str name)
{
	size_t start = out->len, label;

	while (name.n > 0) {
		label = out->len;
		buf_addc(out, 0);
		while (name.n > 0 && name.p[0] != '.') {
			int byte = next_byte(&name);

			if (byte < 0)
				goto bad;
			buf_addc(out, (char)byte);
		}
		if (out->len == label + 1 || out->len - label - 1 > LABEL_MAX)
			goto bad;
		out->p[label] = (char)(out->len - label - 1);
		if (name.n > 0) {
			name.p++;
			name.n--;
		}
	}
	buf_addc(out, 0);
	if (out->len - start <= WIRE_MAX)
		return 0;
bad:
	buf_truncate(out, start);
	return -1;
}

int
dns_put_question(struct buf *out, uint16_t id, struct str name,
    enum dns_type type, bool edns)
{
	size_t start = out->len;

	put16(out, id);
	put16(out, FLAG_RECURSE);
	put16(out, 1);
	put16(out, 0);
	put16(out, 0);
	put16(out, edns);
	if (dns_put_name(out, name) < 0) {
		buf_truncate(out, start);
		return -1;
	}
	put16(out, type);
	put16(out, CLASS_IN);
	if (edns) {
		buf_addc(out, 0);
		put16(out, TYPE_OPT);
		put16(out, ROOM);
		put16(out, 0);
		put16(out, 0);
		put16(out, 0);
	}
	return 0;
}

/* ---- reading --------------------------------------------------------------
 */

static bool
get16(struct str message, size_t *at, unsigned *ret)
{
	if (message.n < 2 || *at > message.n - 2)
		return false;
	*ret = (unsigned)(unsigned char)message.p[*at] << 8 |
	       (unsigned char)message.p[*at + 1];
	*at += 2;
	return true;
}

/* Appends a label as text; returns the new length. */
static size_t
add_label(char *ret, size_t len, const unsigned char *p, size_t n)
{
	if (len > 0)
		ret[len++] = '.';
	for (size_t i = 0; i < n; i++) {
		unsigned c = p[i];

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c > ' ' && c < 127 && c != '.' && c != '\\' && c != '"') {
			ret[len++] = (char)c;
			continue;
		}
		ret[len++] = '\\';
		ret[len++] = (char)('0' + c / 100);
		ret[len++] = (char)('0' + c / 10 % 10);
		ret[len++] = (char)('0' + c % 10);
	}
	return len;
}

bool
dns_get_name(struct str message, size_t *at, char *ret)
{
	const unsigned char *p = (const unsigned char *)message.p;
	size_t i = *at, end = 0, low = *at, wire = 1, len = 0;

	while (i < message.n) {
		unsigned n = p[i];

		if (n == 0) {
			ret[len] = '\0';
			*at = end ? end : i + 1;
			return true;
		}
		if ((n & 0xc0) == 0xc0) {
			size_t to;

			if (i + 1 >= message.n)
				return false;
			to = (size_t)(n & 0x3f) << 8 | p[i + 1];
			if (!end)
				end = i + 2;
			/* Ever further back, so it ends. */
			if (to >= low)
				return false;
			i = low = to;
			continue;
		}
		wire += n + 1;
		if (n > LABEL_MAX || wire > WIRE_MAX || i + 1 + n > message.n)
			return false;
		len = add_label(ret, len, p + i + 1, n);
		i += n + 1;
	}
	return false;
}

struct resource {
	char name[DNS_NAME_MAX];
	unsigned type, class;
	size_t data, size; /* where in the message */
};

static bool
get_resource(struct str message, size_t *at, struct resource *ret)
{
	unsigned size;

	if (!dns_get_name(message, at, ret->name) ||
	    !get16(message, at, &ret->type) ||
	    !get16(message, at, &ret->class) || message.n - *at < 4)
		return false;
	*at += 4; /* how long it may be kept */
	if (!get16(message, at, &size) || message.n - *at < size)
		return false;
	ret->data = *at;
	ret->size = size;
	*at += size;
	return true;
}

/* A name that is all of a resource's data from `at` on. */
static bool
get_data_name(
    struct str message, const struct resource *r, size_t at, char *ret)
{
	/* Nothing behind the data is the name's. */
	struct str whole = {message.p, r->data + r->size};

	return dns_get_name(whole, &at, ret) && at == r->data + r->size;
}

static bool
get_text(struct str message, const struct resource *r, struct arena *arena,
    struct str *ret)
{
	const unsigned char *p = (const unsigned char *)message.p + r->data;
	char *text = arena_alloc(arena, r->size + 1);
	size_t i = 0, n = 0;

	while (i < r->size) {
		size_t part = p[i++];

		if (part > r->size - i)
			return false;
		memcpy(text + n, p + i, part);
		n += part;
		i += part;
	}
	text[n] = '\0';
	*ret = (struct str){text, n};
	return r->size > 0;
}

static bool
get_record(struct str message, const struct resource *r, struct arena *arena,
    struct dns_record *ret)
{
	char name[DNS_NAME_MAX];
	size_t at = r->data;

	*ret = (struct dns_record){{0}, 0};
	switch (r->type) {
	case DNS_TXT:
		return get_text(message, r, arena, &ret->data);
	case DNS_MX:
		if (r->size < 3 || !get16(message, &at, &ret->preference))
			return false;
		break;
	case DNS_PTR:
		break;
	default:
		if (r->size != (r->type == DNS_A ? 4 : 16))
			return false;
		ret->data = arena_str(
		    arena, (struct str){message.p + r->data, r->size});
		return true;
	}
	if (!get_data_name(message, r, at, name))
		return false;
	ret->data = arena_str(arena, str_of(name));
	return true;
}

/* Does an alias in the answer part lead on from `name`? 1 with *name replaced,
 * 0, or -1 when the message is malformed. */
static int
next_alias(struct str message, size_t at, unsigned count, char *name)
{
	struct resource r;

	for (unsigned i = 0; i < count; i++) {
		if (!get_resource(message, &at, &r))
			return -1;
		if (r.type == TYPE_CNAME && r.class == CLASS_IN &&
		    strcmp(r.name, name) == 0)
			return get_data_name(message, &r, r.data, name) ? 1
									: -1;
	}
	return 0;
}

static bool
get_records(struct str message, size_t at, unsigned count, enum dns_type type,
    const char *name, struct arena *arena, struct dns_answer *ret)
{
	struct resource r;
	size_t room = 0;

	for (unsigned i = 0; i < count; i++) {
		if (!get_resource(message, &at, &r))
			return false;
		if (r.type != type || r.class != CLASS_IN ||
		    strcmp(r.name, name) != 0)
			continue;
		if (ret->count == room) {
			size_t more = room ? 2 * room : 4;
			struct dns_record *grown =
			    arena_alloc(arena, more * sizeof(*grown));

			if (room)
				memcpy(
				    grown, ret->records, room * sizeof(*grown));
			ret->records = grown;
			room = more;
		}
		if (!get_record(message, &r, arena, &ret->records[ret->count]))
			return false;
		ret->count++;
	}
	return true;
}

/* The answer part, of which nothing was read yet. */
static bool
get_all(struct str message, size_t at, unsigned count, struct str asked,
    enum dns_type type, struct arena *arena, struct dns_answer *ret)
{
	char name[DNS_NAME_MAX];
	int more = 1;

	snprintf(name, sizeof(name), "%.*s", STR_ARG(asked));
	for (size_t i = 0; i < ALIASES_MAX && more == 1; i++)
		more = next_alias(message, at, count, name);
	if (more != 0 ||
	    !get_records(message, at, count, type, name, arena, ret))
		return false;
	ret->name = arena_str(arena, str_of(name));
	return true;
}

/* Is the question that stands in the message this one? *name gets its text. */
static bool
is_ours(struct str message, size_t *at, struct str name, enum dns_type type,
    char *ret)
{
	struct buf wire = {0};
	char wanted[DNS_NAME_MAX];
	unsigned of_type, of_class;
	size_t start = 0;
	bool is;

	/* Both as text of the same making. */
	is = dns_put_name(&wire, name) == 0 &&
	     dns_get_name(buf_str(&wire), &start, wanted) &&
	     dns_get_name(message, at, ret) && strcmp(ret, wanted) == 0 &&
	     get16(message, at, &of_type) && of_type == (unsigned)type &&
	     get16(message, at, &of_class) && of_class == CLASS_IN;
	buf_release(&wire);
	return is;
}

static const char *
code_words(unsigned code)
{
	static const char *const words[] = {[1] = "does not understand us",
	    [2] = "fails to find out (SERVFAIL)",
	    [4] = "does not do this",
	    [5] = "refuses to answer"};

	return code < COUNT_OF(words) && words[code] ? words[code]
						     : "answers with an error";
}

bool
dns_get_answer(struct str message, uint16_t id, struct str name,
    enum dns_type type, struct arena *arena, struct dns_answer *ret,
    unsigned *ret_code, bool *ret_cut)
{
	struct dns_answer got = {.outcome = DNS_FAILED};
	unsigned of, flags, questions, count, skip;
	char asked[DNS_NAME_MAX] = "";
	size_t at = 0;

	if (!get16(message, &at, &of) || !get16(message, &at, &flags) ||
	    !get16(message, &at, &questions) || !get16(message, &at, &count) ||
	    !get16(message, &at, &skip) || !get16(message, &at, &skip) ||
	    of != id || !(flags & FLAG_ANSWER) || flags & FLAG_OPCODE)
		return false;
	/* Who did not understand the question may not repeat it. */
	if (questions == 1 ? !is_ours(message, &at, name, type, asked)
			   : questions > 1 || !(flags & CODE))
		return false;
	*ret_code = flags & CODE;
	*ret_cut = flags & FLAG_CUT;
	got.name = arena_str(arena, str_of(asked));
	if (*ret_code == 3)
		got.outcome = DNS_NO_NAME;
	else if (*ret_code)
		got.why = code_words(*ret_code);
	else if (*ret_cut)
		got.outcome = DNS_EMPTY;
	else if (!get_all(message, at, count, str_of(asked), type, arena, &got))
		got = (struct dns_answer){.outcome = DNS_FAILED,
		    .name = got.name,
		    .why = "gives a malformed answer"};
	else
		got.outcome = got.count ? DNS_FOUND : DNS_EMPTY;
	*ret = got;
	return true;
}

/* SPDX-License-Identifier: ISC */
/*
 * Macros in domains: RFC 7208, section 7. A capital letter, which escapes what
 * no URL may hold, is taken as a small one: a name holds nothing of it.
 */
#include <arpa/inet.h>

#include "domain/domain_priv.h"

enum { PARTS_MAX = 128, NAME_MAX_BYTES = 253 };

struct macro {
	char letter;   /* lower case */
	unsigned keep; /* parts on the right; 0: all */
	bool reverse;
	char between[8]; /* what parts its value */
};

/* Reads what stands behind "%{"; *at moves behind "}". */
static bool
read_macro(struct str text, size_t *at, struct macro *ret)
{
	size_t i = *at, n = 0;

	*ret = (struct macro){0};
	if (i == text.n)
		return false;
	ret->letter = (char)(text.p[i++] | 0x20);
	if (!memchr("slodiphv", ret->letter, 8))
		return false;
	for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++) {
		ret->keep = ret->keep * 10 + (unsigned)(text.p[i] - '0');
		if (ret->keep == 0 || ret->keep > PARTS_MAX)
			return false;
	}
	if (i < text.n && (text.p[i] | 0x20) == 'r') {
		ret->reverse = true;
		i++;
	}
	for (; i < text.n && memchr(".-+,/_=", text.p[i], 7); i++)
		if (!memchr(ret->between, text.p[i], n))
			ret->between[n++] = text.p[i];
	if (n == 0)
		ret->between[0] = '.';
	if (i == text.n || text.p[i] != '}')
		return false;
	*at = i + 1;
	return true;
}

static void
add_address(const struct spf_sender *s, struct buf *ret)
{
	const unsigned char *p = s->address;

	if (!s->six) {
		buf_addf(ret, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
		return;
	}
	for (size_t i = 0; i < 16; i++)
		buf_addf(ret, "%s%x.%x", i ? "." : "", p[i] >> 4u, p[i] & 15u);
}

/* false when it depends on an address that is not known. */
static bool
add_value(char letter, const struct spf_sender *s, struct str current,
    struct buf *ret)
{
	switch (letter) {
	case 's':
		buf_addstr(ret, "postmaster@");
		buf_adds(ret, s->domain);
		return true;
	case 'l':
		buf_addstr(ret, "postmaster");
		return true;
	case 'o':
	case 'h':
		buf_adds(ret, s->domain);
		return true;
	case 'd':
		buf_adds(ret, current);
		return true;
	default:
		break;
	}
	if (!s->known)
		return false;
	if (letter == 'i')
		add_address(s, ret);
	else
		buf_addstr(ret, letter == 'p' ? "unknown"
				: s->six      ? "ip6"
					      : "in-addr");
	return true;
}

/* The value's parts, some of them, perhaps the other way round. */
static void
transform(struct str value, const struct macro *m, struct buf *ret)
{
	struct str parts[PARTS_MAX];
	size_t count = 0, start = 0, keep;

	for (size_t i = 0; i <= value.n && count < PARTS_MAX; i++)
		if (i == value.n || strchr(m->between, value.p[i])) {
			parts[count++] =
			    (struct str){value.p + start, i - start};
			start = i + 1;
		}
	keep = m->keep && m->keep < count ? m->keep : count;
	for (size_t i = count - keep; i < count; i++) {
		if (i > count - keep)
			buf_addc(ret, '.');
		buf_adds(ret, parts[m->reverse ? count - 1 - i : i]);
	}
}

static int
expand_one(const struct macro *m, const struct spf_sender *sender,
    struct str current, struct buf *ret)
{
	struct buf value = {0};
	int rc = 1;

	if (!sender)
		return 0;
	if (add_value(m->letter, sender, current, &value)) {
		transform(buf_str(&value), m, ret);
		rc = 0;
	}
	buf_release(&value);
	return rc;
}

/* Too long a name loses labels on its left. */
static void
shorten(struct buf *name, size_t start)
{
	while (name->len - start > NAME_MAX_BYTES) {
		char *dot = memchr(name->p + start, '.', name->len - start);
		size_t gone = dot ? (size_t)(dot - name->p) + 1 - start : 0;

		if (!gone) {
			buf_truncate(name, start);
			return;
		}
		memmove(name->p + start, name->p + start + gone,
		    name->len - start - gone);
		buf_truncate(name, name->len - gone);
	}
}

int
spf_expand(struct str text, const struct spf_sender *sender, struct str current,
    struct buf *ret)
{
	struct buf out = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < text.n;) {
		struct macro m;
		char next = i + 1 < text.n ? text.p[i + 1] : '\0';

		if (text.p[i] != '%') {
			buf_addc(&out, text.p[i++]);
			continue;
		}
		i += 2;
		if (next == '{')
			rc = read_macro(text, &i, &m)
				 ? expand_one(&m, sender, current, &out)
				 : -1;
		else if (next == '%')
			buf_addc(&out, '%');
		else if (next == '_')
			buf_addc(&out, ' ');
		else if (next == '-')
			buf_addstr(&out, "%20");
		else
			rc = -1;
	}
	if (rc == 0 && ret) {
		size_t start = ret->len;

		buf_adds(ret, buf_str(&out));
		shorten(ret, start);
	}
	buf_release(&out);
	return rc;
}

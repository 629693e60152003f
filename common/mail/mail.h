/* SPDX-License-Identifier: ISC */
/*
 * mail: composes one e-mail message as the bytes that go over the wire after
 * DATA; it never sends (that is net's). The same message gives the same bytes:
 * date and Message-ID are the caller's, boundaries are derived from the latter.
 *
 * What comes out: CRLF at every line's end and nowhere else, ASCII only (but
 * see mail_address_wire), no line over 998 bytes and no encoded one over 76;
 * text and HTML as multipart/alternative, attachments around them as
 * multipart/mixed (RFC 2045, 2046); what is not ASCII in a header as encoded
 * words (RFC 2047) or extended parameters (RFC 2231); each text in the
 * shortest of 7bit, quoted-printable and base64. Dots are not doubled: that
 * belongs to the dialogue.
 *
 * Nothing escapes its field. Control characters (C0 with CR, LF, NUL and tab,
 * DEL, C1) and malformed UTF-8 are refused in every header and address; the
 * error names the field. Who would rather send than refuse cleans a value with
 * mail_clean first. Other characters (quotes, brackets, commas, "=?", marks of
 * direction) are data and arrive as they are.
 *
 * Ownership: a message only borrows. A missing text or part is the missing
 * slice (p == NULL).
 */
#ifndef DL_MAIL_H
#define DL_MAIL_H

#include "base/base.h"

struct mail_address {
	struct str name;    /* shown to people; missing or empty: none */
	struct str address; /* as email_normalise accepts it */
};

struct mail_attachment {
	struct str name;    /* a file's, without a folder; any script */
	const char *type;   /* "application/pdf"; NULL: unknown bytes */
	struct str content; /* any bytes */
};
/* attachment.c: are name and type such that it can be sent? */
int mail_attachment_check(const struct mail_attachment *a, struct err *err);
/* A type by the ending of a name; NULL: not known. */
const char *mail_type_of(struct str name);

/* One header more, of unstructured text; none that mail writes itself. */
struct mail_header {
	const char *name;
	struct str value;
};

struct mail_message {
	struct mail_address from, to;
	struct mail_address reply_to; /* address missing: none */
	struct str subject;
	int64_t date;
	const struct zone *zone; /* the date is written in; NULL: UTC */
	struct str message_id;   /* LEFT@RIGHT, without < > */

	/* One of them at least. Line ends of any kind; each that is not
	 * empty ends in one. NUL is refused, other controls arrive. */
	struct str text, html;
	const struct mail_attachment *attachments;
	size_t attachment_count;

	/* For mail to lists: RFC 2919, 2369 and 8058. */
	struct mail_address list_id; /* name, and an id like news.example.jp */
	struct str unsubscribe_url;  /* https: */
	struct str unsubscribe_mail; /* mailto: */
	bool one_click; /* POST to unsubscribe_url is enough (RFC 8058) */

	const struct mail_header *extra;
	size_t extra_count;
};

/* compose.c: appends the whole message. On error *ret is untouched. */
int mail_compose(
    const struct mail_message *m, struct buf *ret, struct err *err);
/* Appends s with every run of what a header refuses as one blank. */
void mail_clean(struct buf *ret, struct str s);

/*
 * address.c: appends the address as envelope and headers have it: as it was
 * given, the domain as A-labels (punycode, RFC 3492), a local part that is no
 * dot-string ("taro..y." at a carrier's) in quotes. Only a local part that is
 * not ASCII stays UTF-8: such a message needs a server with SMTPUTF8. `field`
 * is for the error.
 */
int mail_address_wire(
    const char *field, struct str address, struct buf *ret, struct err *err);

#endif

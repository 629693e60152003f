/* SPDX-License-Identifier: ISC */
/* What the files of mail share: writers of headers and of bodies. */
#ifndef DL_MAIL_PRIV_H
#define DL_MAIL_PRIV_H

#include "mail/mail.h"

enum {
	LINE_MAX_ENCODED = 76,
	LINE_MAX_ANY = 998,
	HEADER_NAME_MAX = 60,
};

/* compose.c */
bool has_pair(struct str s, const char *pair);
/* Printable ASCII without blanks and without any of `but`. */
bool is_word(struct str s, const char *but, size_t longest);
int header_check(const char *field, struct str value, struct err *err);

/* header.c: each writes into a line that begins after out's last CRLF, and
 * folds it; values were checked before. */
void header_text(struct buf *out, const char *name, struct str value);
/* address is on the wire's form already; brackets even without a name. */
void header_mailbox(
    struct buf *out, const char *name, struct str phrase, struct str address);
/* "; NAME=value" on a line of its own. */
void header_parameter(struct buf *out, const char *name, struct str value);

/* body.c: the headers of a part, the empty line, and the part. */
void body_text(struct buf *out, const char *type, struct str text);
void body_bytes(struct buf *out, const struct mail_attachment *a);

#endif

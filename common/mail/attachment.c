/* SPDX-License-Identifier: ISC */
/* What an attachment may be called, and what it is by its name. */
#include <strings.h>

#include "mail/mail_priv.h"

int
mail_attachment_check(const struct mail_attachment *a, struct err *err)
{
	struct str sub = str_of(a->type), main;

	if (header_check("attachment", a->name, err) < 0)
		return -1;
	if (a->name.n == 0 || memchr(a->name.p, '/', a->name.n) ||
	    memchr(a->name.p, '\\', a->name.n))
		return err_set(err, ERR_FAIL,
		    "attachment: not a file's name: %s", quoted(a->name));
	if (a->type && (!str_cut(&sub, '/', &main) ||
			   !is_word(main, "()<>@,;:\\\"/[]?=", 127) ||
			   !is_word(sub, "()<>@,;:\\\"/[]?=", 127)))
		return err_set(err, ERR_FAIL, "attachment: not a type: %s",
		    quoted(str_of(a->type)));
	return 0;
}

const char *
mail_type_of(struct str name)
{
	/* IANA's media types of what people send each other. */
	static const struct {
		const char *ending, *type;
	} types[] = {{".csv", "text/csv"}, {".txt", "text/plain"},
	    {".html", "text/html"}, {".ics", "text/calendar"},
	    {".pdf", "application/pdf"}, {".json", "application/json"},
	    {".zip", "application/zip"}, {".png", "image/png"},
	    {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"},
	    {".svg", "image/svg+xml"},
	    {".xlsx", "application/"
		      "vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	    {".docx", "application/vnd.openxmlformats-officedocument."
		      "wordprocessingml.document"},
	    {".pptx", "application/vnd.openxmlformats-officedocument."
		      "presentationml.presentation"}};

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		size_t n = strlen(types[i].ending);

		if (name.n > n &&
		    strncasecmp(name.p + name.n - n, types[i].ending, n) == 0)
			return types[i].type;
	}
	return NULL;
}

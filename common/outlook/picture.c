/* SPDX-License-Identifier: ISC */
/* Formats that are looked at. */
#include "outlook/outlook.h"

/* The first is text for the terminal. */
static const char *const formats[] = {"chart", "svg", "png", "pdf"};
enum { TEXT, SVG, PNG, PDF, RECORDS };

int
outlook_picture_open(struct outlook_picture *ret, const struct session *s,
    const struct outlook_of *of, bool explain, const char *title,
    const char *locale, struct err *err)
{
	const char *format = s->call->shared->format;

	if (outlook_locale(s, locale, &locale, err) < 0)
		return -1;
	*ret = (struct outlook_picture){
	    .look = {title ? title : of->metric, strcmp(locale, "ja") == 0}};
	for (ret->format = TEXT; ret->format < RECORDS; ret->format++)
		if (strcmp(format, formats[ret->format]) == 0)
			break;
	if (ret->format == RECORDS)
		return 0;
	if (explain)
		return err_set(
		    err, ERR_USAGE, "--explain prints records, not a picture");
	if (ret->format >= PNG && s->call->shared->terminal)
		return err_set(err, ERR_USAGE,
		    "--format %s is nothing for a terminal: give --output FILE",
		    format);
	ret->of = series_picture_new();
	return 0;
}

static int
draw(const struct outlook_picture *p, struct outlook *o, struct err *err)
{
	static const enum chart_picture kinds[] = {
	    [SVG] = CHART_SVG, [PNG] = CHART_PNG, [PDF] = CHART_PDF};
	struct printer *printer = &o->s->printer;

	buf_clear(&o->lines);
	if (p->format == TEXT)
		series_picture_text(p->of, &p->look, printer->style, &o->lines);
	else if (series_picture_draw(p->of, &p->look, kinds[p->format],
		     cli_remarks(o->s->call), &o->lines, err) < 0)
		return -1;
	printer_text(printer, buf_str(&o->lines));
	return 0;
}

int
outlook_picture_end(
    struct outlook_picture *p, struct outlook *o, int rc, struct err *err)
{
	if (p->of && rc >= 0 && draw(p, o, err) < 0)
		rc = -1;
	series_picture_free(p->of);
	return rc;
}

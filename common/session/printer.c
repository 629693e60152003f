/* SPDX-License-Identifier: ISC */
/* JSON lines in, the format that was asked for out. */
#include <string.h>

#include "session/session.h"

int
printer_open(const struct cli_call *call, const char *const *columns,
    size_t count, struct printer *ret, struct err *err)
{
	struct record_output output = {.width = call->shared->columns};
	struct printer p = {.style = {.columns = call->shared->columns,
				.ascii = call->shared->ascii}};

	p.format = RECORD_NDJSON;
	/* A format of the verb's own is text that the verb prints itself. */
	if ((call->verb->shared & CLI_FORMAT) &&
	    !record_format_find(str_of(call->shared->format), &p.format) &&
	    !call->verb->formats)
		BUG("format %s", call->shared->format);
	if (cli_output(call, &p.out, err) < 0)
		return -1;
	output.format = p.format;
	if (p.format != RECORD_JSON && columns) {
		output.columns = columns;
		output.column_count = count;
		output.drop = true;
	}
	if (p.format != RECORD_NDJSON)
		p.writer = record_writer_new(p.out, &output);
	*ret = p;
	return 0;
}

int
printer_open_records(const struct cli_call *call, const struct record *first,
    const char *const *columns, size_t count, struct printer *ret,
    struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct record_output output = {.width = shared->columns,
	    .columns = columns,
	    .column_count = count,
	    .drop = columns != NULL};
	struct printer p = {0};

	output.format = first->format;
	if (!shared->format_default &&
	    !record_format_find(str_of(shared->format), &output.format))
		BUG("format %s", shared->format);
	/* A table is for looking at: the rest is in the file. */
	output.drop |= output.format == RECORD_TABLE;
	if (cli_output(call, &p.out, err) < 0)
		return -1;
	p.format = output.format;
	p.writer = record_writer_new(p.out, &output);
	record_writer_begin(p.writer, first);
	*ret = p;
	return 0;
}

void
printer_record(struct printer *p, const struct record *r)
{
	record_write(p->writer, r);
}

void
printer_lines(struct printer *p, struct str lines)
{
	struct str line;
	bool more = true;

	if (!p->writer) {
		fwrite(lines.p, 1, lines.n, p->out);
		if (lines.n && lines.p[lines.n - 1] != '\n')
			fputc('\n', p->out);
		return;
	}
	while (more) {
		more = str_cut(&lines, '\n', &line);
		if (line.n == 0)
			continue;
		record_make_clear(&p->make);
		if (p->format == RECORD_TABLE && p->zone) {
			buf_clear(&p->local);
			time_add_localised(&p->local, line, p->zone);
			line = buf_str(&p->local);
		}
		record_add_members(&p->make, line);
		record_write(p->writer, &p->make.record);
	}
}

void
printer_text(struct printer *p, struct str text)
{
	fwrite(text.p, 1, text.n, p->out);
}

void
printer_either(struct printer *p, struct buf *json, struct buf *drawing)
{
	if (p->format == RECORD_TABLE)
		printer_text(p, buf_str(drawing));
	else
		printer_lines(p, buf_str(json));
	buf_release(json);
	buf_release(drawing);
}

int
printer_close(struct printer *p, int rc, struct err *err)
{
	struct err late = {0};

	if (!p->out)
		return rc;
	record_make_release(&p->make);
	buf_release(&p->local);
	if (p->writer && record_writer_close(p->writer, &late) < 0 && rc >= 0) {
		*err = late;
		rc = -1;
	}
	*p = (struct printer){0};
	return rc;
}
